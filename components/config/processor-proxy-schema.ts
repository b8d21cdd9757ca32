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
  error: "is not a header name; write X-Forwarded-User",
});

const groups = (what: string) =>
  about(line.optional(), {
    description: `Groups whose members may ${what}, comma-separated; \`*\` is everybody whom the proxy lets in.`,
    example: what === "act" ? "on-call" : "'*'",
  });

/** A reverse proxy that signs people in, as oauth2-proxy and its like do. */
export const proxy = z
  .strictObject({
    from: about(
      z.string().refine((text) => text !== "" && partsOf(text).every(isNetwork), {
        error:
          "is not a list of addresses or networks; write 10.0.0.5,10.1.0.0/24, and not everybody",
      }),
      {
        description: "Addresses or networks that the proxy connects from, comma-separated.",
        example: "10.0.0.5",
      },
    ),
    secret: about(
      secret(
        (text) => text.length >= 32 && !/\s/.test(text),
        "is too short: 32 characters or more, no spaces",
      ),
      {
        description: "Secret that the proxy sends as `X-Vigil-Proxy-Secret` to identify itself.",
        secret: true,
      },
    ),
    userHeader: about(header.default("X-Forwarded-User"), {
      description: "Header with the name of the signed-in user.",
      example: "X-Forwarded-Email",
    }),
    groupsHeader: about(header.default("X-Forwarded-Groups"), {
      description: "Header with their groups, comma-separated.",
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
      { description: "URL at which the proxy ends a session.", example: "/oauth2/sign_out" },
    ),
  })
  .optional();
