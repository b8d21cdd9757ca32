import { z } from "zod";
import type { Outcome } from "../core/retry.ts";
import { classOf } from "../core/severity.ts";
import { barredBy, saidIn } from "./answer.ts";
import type { Channel, Message } from "./channel.ts";
import { type Answer, deliver } from "./http.ts";
import { channelKind } from "./kind.ts";
import { accessFields, endpointAt, fileField, type Opening, tokenIn } from "./opening.ts";
import { wordingOf, worstOf } from "./text.ts";

/** A workflow of Microsoft Teams, "Post to a channel when a webhook request is received". */
const schema = z.strictObject({
  kind: z.literal("msteams"),
  /** Holds the workflow's address, which is a secret. */
  urlFile: fileField,
  ...accessFields,
});

type Colour = "Attention" | "Warning" | "Accent" | "Good";

const colours: ReadonlyMap<string, Colour> = new Map([
  ["emergency", "Attention"],
  ["critical", "Attention"],
  ["warning", "Warning"],
]);

const run = (text: string, more: object = {}): object => ({ type: "TextRun", text, ...more });

/** Runs of text are shown as they are; a TextBlock would read Markdown in them. */
const rich = (...inlines: readonly object[]): object => ({ type: "RichTextBlock", inlines });

/** An Adaptive Card. With ten alerts named at most it stays below the 28 KB that Teams takes. */
function payloadOf(message: Message) {
  const { facts, lines, links, title } = wordingOf(message);
  const urgent = colours.get(classOf(worstOf(message.alerts))) ?? "Accent";
  const color: Colour = message.occasion === "resolved" ? "Good" : urgent;
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          msteams: { width: "Full" },
          fallbackText: title,
          body: [
            rich(run(title, { color, size: "Medium", weight: "Bolder" })),
            ...lines.map((text) => rich(run(text))),
            ...facts.map(([name, value]) =>
              rich(run(`${name}: `, { weight: "Bolder" }), run(value)),
            ),
          ],
          actions: links.map(({ name, url }) => ({ type: "Action.OpenUrl", title: name, url })),
        },
      },
    ],
  };
}

/** A workflow's word for "taken". The old connectors answered 200, whatever became of the message. */
const isTaken = ({ status }: Answer): boolean => status === 202;

const failure = z.object({ error: z.object({ code: z.string() }) });

/** With a 400 it also says that the workflow is turned off. */
function readNo(answer: Answer): Outcome | undefined {
  const code = saidIn(failure, answer)?.error.code ?? "";
  return answer.status === 400 && /NotEnabled|Disabled|Suspended/.test(code)
    ? barredBy(answer)
    : undefined;
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
      deliver(endpoint, { body: JSON.stringify(payloadOf(message)) }, signal, isTaken, readNo),
  };
}

/** Messages in Microsoft Teams. */
export const msteams = channelKind({ schema, open });
