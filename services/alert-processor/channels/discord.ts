import { z } from "zod";
import type { Outcome } from "../core/retry.ts";
import { saidIn, waiting } from "./answer.ts";
import type { Channel, Message } from "./channel.ts";
import { colourOf } from "./colour.ts";
import { type Answer, deliver } from "./http.ts";
import { channelKind } from "./kind.ts";
import { escapeMarkdown } from "./markdown.ts";
import { accessFields, endpointAt, fileField, type Opening, tokenIn } from "./opening.ts";
import { cutBy, units, wordingOf } from "./text.ts";

/** A webhook of a channel in Discord. */
const schema = z.strictObject({
  kind: z.literal("discord"),
  /** Holds the webhook's address, which is a secret. */
  urlFile: fileField,
  ...accessFields,
});

/** Discord's limits: a title of 256, 4,096 in a description, 1,024 in a field, 6,000 in all. */
const longest = { title: 256, text: 2200, links: 1800, value: 200 } as const;

/** As many as fit: half an address leads nowhere. */
function linksOf(links: ReturnType<typeof wordingOf>["links"]): string {
  let room: number = longest.links;
  const fitting = links
    .map(({ name, url }) => `[${name}](<${url}>)`)
    .filter((one) => (room -= one.length + 3) >= 0);
  return fitting.join(" · ");
}

const shown = (text: string, limit: number): string => cutBy(escapeMarkdown(text), limit, units);

/** An embed: a webhook that no application owns has no buttons. */
function payloadOf(message: Message) {
  const { facts, lines, links, title } = wordingOf(message);
  const text = shown(lines.join("\n"), longest.text);
  return {
    // Whatever a text holds, it calls nobody.
    allowed_mentions: { parse: [] },
    embeds: [
      {
        color: Number.parseInt(colourOf(message).slice(1), 16),
        description: [text, linksOf(links)].filter((part) => part !== "").join("\n\n"),
        fields: facts.map(([name, value]) => ({
          inline: true,
          name,
          value: shown(value, longest.value),
        })),
        title: shown(title, longest.title),
      },
    ],
  };
}

const taken = z.object({ id: z.string() });

const isTaken = (answer: Answer): boolean =>
  answer.status === 200 && saidIn(taken, answer) !== undefined;

const limited = z.object({ retry_after: z.number().nonnegative() });

/** Its body says how long to wait, to the millisecond; the header may be about another limit. */
const readNo = (answer: Answer): Outcome | undefined =>
  answer.status === 429 ? waiting(answer, saidIn(limited, answer)?.retry_after) : undefined;

function open(opening: Opening, config: z.infer<typeof schema>): Channel {
  const { urlFile } = config;
  const base = endpointAt(opening, tokenIn(opening, urlFile), urlFile, config);
  const url = new URL(base.url);
  // Without it Discord answers before it knows whether it takes the message.
  url.searchParams.set("wait", "true");
  return {
    name: opening.name,
    bundle: 20,
    // A channel's webhooks may send thirty a minute.
    perSecond: 0.5,
    idempotent: false,
    send: (message, signal) =>
      deliver(
        { ...base, url },
        { body: JSON.stringify(payloadOf(message)) },
        signal,
        isTaken,
        readNo,
      ),
  };
}

/** Messages in Discord. */
export const discord = channelKind({ schema, open });
