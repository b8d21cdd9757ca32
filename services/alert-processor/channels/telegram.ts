import { z } from "zod";
import type { Outcome } from "../core/retry.ts";
import { barredBy, saidIn, waiting } from "./answer.ts";
import type { Channel, Message } from "./channel.ts";
import { escapeHtml } from "./html.ts";
import { type Answer, deliver } from "./http.ts";
import { channelKind } from "./kind.ts";
import {
  accessFields,
  ChannelError,
  endpointAt,
  fileField,
  type Opening,
  tokenIn,
} from "./opening.ts";
import { asks, cut, plainText, wordingOf } from "./text.ts";

/** A bot of Telegram that writes into a chat. */
const schema = z.strictObject({
  kind: z.literal("telegram"),
  /** Holds the bot's token. */
  tokenFile: fileField,
  /** Id of the chat, such as -1001234567890, or @name of a public one. */
  chat: z
    .string()
    .regex(/^(?:-?\d{1,20}|@\w{4,40})$/, "must be an id, such as -1001234567890, or @name"),
  /** Id of a topic of the chat. */
  topic: z.int().positive().optional(),
  /** A Bot API server of your own. */
  url: z.string().default("https://api.telegram.org"),
  ...accessFields,
});

/** Telegram takes 4,096 characters, entities read; links need some of them. */
const longestText = 3500;

/**
 * HTML, of which Telegram knows few tags. Links stand in the text: a message with a button whose address Telegram
 * does not like, such as one without a dot, is refused as a whole; in the text it is merely not a link.
 */
function textOf(message: Message): string {
  const { facts, lines, links, title } = wordingOf(message);
  const text = cut(plainText({ facts, lines, links: [] }), longestText);
  const anchors = links.map(({ name, url }) => `<a href="${escapeHtml(url)}">${name}</a>`);
  return [`<b>${escapeHtml(title)}</b>`, escapeHtml(text), anchors.join(" · ")]
    .filter((part) => part !== "")
    .join("\n\n");
}

const answer = z.object({
  ok: z.boolean(),
  description: z.string().default(""),
  parameters: z
    .object({
      retry_after: z.number().nonnegative().optional(),
      migrate_to_chat_id: z.number().optional(),
    })
    .default({}),
});

const isTaken = (one: Answer): boolean => one.status === 200 && saidIn(answer, one)?.ok === true;

/** Errors of status 400 that concern the chat, not the message. */
const aboutChat = /\b(?:chat|user|group|channel|topic|thread)\b|not enough rights|\bpeer/i;

/** The body says whether it failed, also with a 200, and how long to wait. */
function readNo(one: Answer): Outcome | undefined {
  const said = saidIn(answer, one);
  if (said === undefined || said.ok) return undefined;
  const { description, parameters } = said;
  if (parameters.migrate_to_chat_id !== undefined) {
    return { kind: "barred", why: "the chat has become a supergroup: set its new id" };
  }
  if (one.status === 400 && aboutChat.test(description)) return barredBy(one);
  return one.status === 200 ? undefined : waiting(one, parameters.retry_after);
}

function open(opening: Opening, config: z.infer<typeof schema>): Channel {
  const { chat, tokenFile, topic } = config;
  const token = tokenIn(opening, tokenFile);
  // It is part of the address.
  if (!/^[\w:-]+$/.test(token)) {
    throw new ChannelError(`channels.${opening.name}: ${tokenFile} must hold a bot's token`);
  }
  const base = endpointAt(opening, config.url, "url", config);
  const path = base.url.pathname.replace(/\/+$/, "");
  const endpoint = { ...base, url: new URL(`${path}/bot${token}/sendMessage`, base.url) };
  return {
    name: opening.name,
    bundle: 20,
    // A bot may write twenty messages a minute into a group.
    perSecond: 1 / 3,
    idempotent: false,
    send: (message, signal) => {
      const body = {
        chat_id: chat,
        ...(topic !== undefined && { message_thread_id: topic }),
        text: textOf(message),
        parse_mode: "HTML",
        link_preview_options: { is_disabled: true },
        // Messages that ask for nothing wake nobody.
        disable_notification: !asks(message.occasion),
      };
      return deliver(endpoint, { body: JSON.stringify(body) }, signal, isTaken, readNo);
    },
  };
}

/** Messages in Telegram. */
export const telegram = channelKind({ schema, open });
