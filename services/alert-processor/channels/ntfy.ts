import { z } from "zod";
import type { Occasion } from "../core/alert.ts";
import { classOf } from "../core/severity.ts";
import { saidIn } from "./answer.ts";
import type { Channel, Message } from "./channel.ts";
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
import { asks, bytes, cutBy, plainText, wordingOf, worstOf } from "./text.ts";

/** A topic of ntfy: push on phones and desktops. */
const schema = z.strictObject({
  kind: z.literal("ntfy"),
  /** A server of your own. */
  url: z.string().default("https://ntfy.sh"),
  /** Holds the name of the topic, which is as good as a password where everybody may read. */
  topicFile: fileField,
  /** Holds an access token. */
  tokenFile: fileField.optional(),
  ...accessFields,
});

/** A message that is longer becomes a file. */
const longestText = 4096;
const longestTitle = 250;

/** How many buttons it has. */
const mostActions = 3;

/** From 1 to 5: urgent messages ring, those that ask for nothing make no sound. */
const priorities: ReadonlyMap<string, number> = new Map([
  ["emergency", 5],
  ["critical", 4],
  ["warning", 3],
]);
const quiet = 2;

const tags: Readonly<Record<Occasion, string>> = {
  firing: "rotating_light",
  reminder: "bell",
  acknowledged: "raised_hand",
  resolved: "white_check_mark",
};

/** Plain text: Markdown is read only where that is asked for. */
function payloadOf(message: Message, topic: string) {
  const { facts, lines, links, title } = wordingOf(message);
  const click = links.find(({ name }) => name === "Open")?.url;
  return {
    topic,
    title: cutBy(title, longestTitle, bytes),
    message: cutBy(plainText({ facts, lines, links: [] }), longestText, bytes),
    priority: asks(message.occasion)
      ? (priorities.get(classOf(worstOf(message.alerts))) ?? quiet)
      : quiet,
    tags: [tags[message.occasion]],
    ...(click !== undefined && { click }),
    actions: links
      .slice(0, mostActions)
      .map(({ name, url }) => ({ action: "view", label: name, url })),
  };
}

const taken = z.object({ id: z.string(), event: z.literal("message") });

const isTaken = (answer: Answer): boolean =>
  answer.status === 200 && saidIn(taken, answer) !== undefined;

function open(opening: Opening, config: z.infer<typeof schema>): Channel {
  const { tokenFile, topicFile } = config;
  const topic = tokenIn(opening, topicFile);
  if (!/^[-\w]{1,64}$/.test(topic)) {
    throw new ChannelError(
      `channels.${opening.name}: ${topicFile} must hold the name of a topic: 1 to 64 of A-Z, a-z, 0-9, _ and -`,
    );
  }
  const token = tokenFile === undefined ? undefined : tokenIn(opening, tokenFile);
  const endpoint = endpointAt(opening, config.url, "url", config);
  const headers: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    name: opening.name,
    bundle: 20,
    perSecond: 1,
    idempotent: false,
    send: (message, signal) =>
      deliver(
        endpoint,
        { headers, body: JSON.stringify(payloadOf(message, topic)) },
        signal,
        isTaken,
      ),
  };
}

/** Push by ntfy. */
export const ntfy = channelKind({ schema, open });
