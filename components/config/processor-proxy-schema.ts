import { isIP } from "node:net";
import { z } from "zod";
import { about, line, secret } from "./fields.ts";

/** The parts of a text with commas. */
export const partsOf = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** Address and, where there is one, length of the prefix. */
export const network = /^([^/]+)(?:\/(\d{1,3}))?$/;

function isNetwork(text: string): boolean {
  const [, address = "", bits] = network.exec(text) ?? [];
  const family = isIP(address);
  if (family === 0) return false;
  return bits === undefined || (Number(bits) > 0 && Number(bits) <= (family === 4 ? 32 : 128));
}

const header = z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/, {
  error: "is not a name of a header; write X-Forwarded-User",
});

const groups = (what: string) =>
  about(line.optional(), {
    description: `Groups whose people may ${what}, with commas; \`*\` is everybody whom the proxy lets in.`,
    example: what === "act" ? "on-call" : "'*'",
  });

/** A reverse proxy that signs people in, as oauth2-proxy and its like do. */
export const proxy = z
  .strictObject({
    from: about(
      z.string().refine((text) => text !== "" && partsOf(text).every(isNetwork), {
        error: "are not addresses or networks; write 10.0.0.5,10.1.0.0/24, and not everybody",
      }),
      {
        description: "Addresses or networks that the proxy comes from, with commas.",
        example: "10.0.0.5",
      },
    ),
    secret: about(
      secret(
        (text) => text.length >= 32 && !/\s/.test(text),
        "is too short: 32 characters or more, no spaces",
      ),
      {
        description: "What the proxy sends as `X-Vigil-Proxy-Secret`: by it the proxy is known.",
        secret: true,
      },
    ),
    userHeader: about(header.default("X-Forwarded-User"), {
      description: "Header in which it says who somebody is.",
      example: "X-Forwarded-Email",
    }),
    groupsHeader: about(header.default("X-Forwarded-Groups"), {
      description: "Header in which it says their groups, with commas.",
      example: "X-Forwarded-Groups",
    }),
    act: groups("act"),
    look: groups("look"),
    signOutUrl: about(
      z
        .string()
        .regex(/^(?:https:\/\/[^/\s]|\/(?!\/))\S*$/, {
          error: "is neither https://… nor a path of the same host",
        })
        .optional(),
      { description: "Where its session ends.", example: "/oauth2/sign_out" },
    ),
  })
  .optional();
