import { z } from "zod";
import { saidIn } from "./answer.ts";
import type { Channel, Message } from "./channel.ts";
import { keyOf } from "./episode.ts";
import { escapeHtml } from "./html.ts";
import { type Answer, deliver, isSuccess } from "./http.ts";
import { channelKind } from "./kind.ts";
import { accessFields, endpointAt, fileField, type Opening, tokenIn } from "./opening.ts";
import { wordingOf } from "./text.ts";

/** A webhook of a space in Google Chat. */
const schema = z.strictObject({
  kind: z.literal("googlechat"),
  /** Holds the webhook's address, which is a secret. */
  urlFile: fileField,
  ...accessFields,
});

/** Messages of an episode share one thread; a storm begins its own. */
function threadOf({ alerts: [alert, ...more] }: Message): object {
  if (alert === undefined || more.length > 0) return {};
  return { thread: { threadKey: keyOf(alert) } };
}

/** A card: its paragraphs are a little HTML, which can be escaped; the text of a message is Markdown, which cannot. */
function payloadOf(message: Message) {
  const { facts, lines, links, title } = wordingOf(message);
  const paragraphs = [
    lines.map(escapeHtml).join("<br>"),
    facts.map(([name, value]) => `<b>${name}:</b> ${escapeHtml(value)}`).join("<br>"),
  ].filter((text) => text !== "");
  const buttons = links.map(({ name, url }) => ({
    text: name,
    onClick: { openLink: { url } },
  }));
  return {
    cardsV2: [
      {
        cardId: message.key,
        card: {
          header: { title },
          sections: [
            {
              widgets: [
                ...paragraphs.map((text) => ({ textParagraph: { text } })),
                ...(buttons.length > 0 ? [{ buttonList: { buttons } }] : []),
              ],
            },
          ],
        },
      },
    ],
    // Shown in the notification.
    fallbackText: title,
    ...threadOf(message),
  };
}

const taken = z.object({ name: z.string().min(1) });

const isTaken = (answer: Answer): boolean =>
  isSuccess(answer.status) && saidIn(taken, answer) !== undefined;

function open(opening: Opening, config: z.infer<typeof schema>): Channel {
  const { urlFile } = config;
  const base = endpointAt(opening, tokenIn(opening, urlFile), urlFile, config);
  const url = new URL(base.url);
  url.searchParams.set("messageReplyOption", "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD");
  return {
    name: opening.name,
    bundle: 20,
    // All webhooks of a space together may send one a second.
    perSecond: 1,
    idempotent: false,
    send: (message, signal) =>
      deliver({ ...base, url }, { body: JSON.stringify(payloadOf(message)) }, signal, isTaken),
  };
}

/** Messages in Google Chat. */
export const googlechat = channelKind({ schema, open });
