import { z } from "zod";
import type { Channel, Message } from "./channel.ts";
import { colourOf } from "./colour.ts";
import { type Answer, deliver, isSuccess } from "./http.ts";
import { channelKind } from "./kind.ts";
import { accessFields, endpointAt, fileField, type Opening, tokenIn } from "./opening.ts";
import { plainText, wordingOf } from "./text.ts";

/** An incoming webhook of Slack, or of a compatible service. */
const schema = z.strictObject({
  kind: z.literal("slack"),
  /** Holds the webhook's address, which is a secret. */
  urlFile: fileField,
  ...accessFields,
});

/** As Slack asks for: three characters as entities, which leaves no way to mention or to link. */
export const escapeSlack = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * An attachment with links as buttons, which work without an app that answers. Formatting is off,
 * because labels may hold its characters and Slack has no way to escape them.
 */
function payloadOf(message: Message) {
  const { facts, lines, links, title } = wordingOf(message);
  const text = escapeSlack(title);
  return {
    attachments: [
      {
        actions: links.map(({ name, url }) => ({ type: "button", text: name, url })),
        color: colourOf(message),
        fallback: text,
        mrkdwn_in: [],
        text: escapeSlack(plainText({ facts, lines, links: [] })),
        title: text,
      },
    ],
  };
}

function open(opening: Opening, config: z.infer<typeof schema>): Channel {
  const { urlFile } = config;
  const endpoint = endpointAt(opening, tokenIn(opening, urlFile), urlFile, config);
  return {
    name: opening.name,
    bundle: 20,
    perSecond: 1,
    idempotent: false,
    send: (message, signal) =>
      deliver(endpoint, { body: JSON.stringify(payloadOf(message)) }, signal, isOk),
  };
}

/** The whole of Slack's answer to what it took. */
const isOk = ({ body, status }: Answer): boolean => isSuccess(status) && body.trim() === "ok";

/** Messages in Slack. */
export const slack = channelKind({
  schema,
  open,
});
