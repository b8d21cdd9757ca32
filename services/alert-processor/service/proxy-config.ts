import { z } from "zod";
import { addressProblem, secretHeader } from "./proxy.ts";

/** Headers that browsers, or this service, mean something else by. */
const reserved = ["authorization", "cookie", "host", "origin", "x-forwarded-for", secretHeader];

const header = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]*$/, "is not a header name")
  .transform((text) => text.toLowerCase());

const groups = z.array(z.string().min(1)).default([]);

/** Where a proxy signs people in. */
export const proxySchema = z
  .strictObject({
    /** Addresses and networks that it comes from. */
    from: z
      .array(
        z.string().superRefine((text, context) => {
          const message = addressProblem(text);
          if (message !== undefined) context.addIssue({ code: "custom", message });
        }),
      )
      .min(1),
    /** The secrets it sends as `X-Vigil-Proxy-Secret`, one per line: one or two of at least 32 characters. */
    secretFile: z.string().min(1),
    userHeader: header.default("x-forwarded-user"),
    groupsHeader: header.default("x-forwarded-groups"),
    /** Groups whose people may act, and may look; `*` is everybody whom it lets in. */
    act: groups,
    look: groups,
    signOutUrl: z
      .string()
      .regex(/^(?:https:\/\/[^/\s]|\/(?!\/))\S*$/, "must be https://… or a path of the same host")
      .optional(),
  })
  .superRefine(({ act, groupsHeader, look, userHeader }, context) => {
    const add = (path: string, message: string): void => {
      context.addIssue({ code: "custom", path: [path], message });
    };
    if (act.length + look.length === 0)
      add("look", "lists no group, and neither does act: nobody could read anything");
    if (act.includes("*") && look.length > 0)
      add("look", "has no effect: with act: ['*'] everybody may act");
    if (userHeader === groupsHeader) add("groupsHeader", "is the same header as the user's");
    for (const [path, name] of Object.entries({ userHeader, groupsHeader })) {
      if (reserved.includes(name)) add(path, `cannot be ${name}, which has another meaning`);
    }
  });
