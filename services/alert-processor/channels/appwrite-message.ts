/** Requests to Appwrite Messaging, shared by the channel and the function. */
import { createHash } from "node:crypto";
import { type Messaging, MessagePriority } from "node-appwrite";
import type { Kind } from "./appwrite-kinds.ts";
import type { Message } from "./channel.ts";
import { htmlText } from "./html.ts";
import { cut, plainText, titleOf, wordingOf } from "./text.ts";

// With the address, two or three parts of a text message: each is paid for.
const longestSms = 200;
// Apple and Google take 4 KiB, with at most four bytes for a character.
const longestPush = 700;

/** Appwrite's id of a message: the same for the same message and kind, so that it is sent once. */
const idOf = (key: string, kind: Kind): string =>
  createHash("sha256").update(`${key}|${kind}`).digest("hex").slice(0, 36);

/** Asks Appwrite for a message of one kind. */
export function create(messaging: Messaging, kind: Kind, topic: string, message: Message) {
  const wording = wordingOf(message);
  const { facts, lines, links, title } = wording;
  const common = { messageId: idOf(message.key, kind), topics: [topic] };
  const open = links.find(({ name, url }) => name === "Open" && url !== "");
  const url = open?.url ?? message.links.page;
  switch (kind) {
    case "push":
      return messaging.createPush({
        ...common,
        title,
        body: cut(plainText({ facts, lines, links: [] }), longestPush),
        data: {
          fingerprints: message.alerts.map(({ fingerprint }) => fingerprint).join(","),
          occasion: message.occasion,
          url,
        },
        priority: MessagePriority.High,
      });
    case "sms":
      return messaging.createSMS({
        ...common,
        content: [titleOf(message, longestSms), url].filter((text) => text !== "").join("\n"),
      });
    case "email":
      return messaging.createEmail({
        ...common,
        subject: title,
        content: htmlText(wording),
        html: true,
      });
  }
}
