import { z } from "zod";
import type { Alert, Occasion } from "../core/alert.ts";
import type { Channel, Message } from "./channel.ts";
import { keyOf } from "./episode.ts";
import { earOf, episodeField } from "./goalert-hook.ts";
import { deliver, inTurn } from "./http.ts";
import { channelKind } from "./kind.ts";
import { accessFields, endpointAt, fileField, type Opening, tokenIn } from "./opening.ts";
import { cut, plainText, titleOf, wordingOf } from "./text.ts";

/** A service of GoAlert, by its generic API. */
const schema = z.strictObject({
  kind: z.literal("goalert"),
  /** Where GoAlert is, with its path if it has one. */
  url: z.string(),
  /** Holds the token of an integration key of the kind "Generic API". */
  tokenFile: fileField,
  /**
   * Holds the password of the address that GoAlert's webhook calls, one or, while it is replaced, two: this is how
   * actions of people in GoAlert arrive.
   */
  webhookSecretFile: fileField.optional(),
  ...accessFields,
});

type Step = "create" | "close";

/** Its API knows no acknowledgement: what somebody has here is closed there, so that nobody else is rung. */
const steps: Readonly<Record<Occasion, readonly Step[]>> = {
  firing: ["create"],
  reminder: ["close", "create"],
  acknowledged: ["close"],
  resolved: ["close"],
};

/** How much of a text GoAlert keeps, in characters. */
const longest = { summary: 1024, details: 6 * 1024 } as const;

const bodyOf = (message: Message, alert: Alert, action: Step): string =>
  JSON.stringify({
    summary: titleOf(message, longest.summary),
    details: cut(plainText(wordingOf(message)), longest.details),
    action,
    dedup: keyOf(alert),
    meta: { [episodeField]: keyOf(alert) },
  });

function open(opening: Opening, config: z.infer<typeof schema>): Channel {
  const token = tokenIn(opening, config.tokenFile);
  const base = endpointAt(opening, config.url, "url", config);
  const path = base.url.pathname.replace(/\/+$/, "");
  const endpoint = { ...base, url: new URL(`${path}/api/v2/generic/incoming`, base.url) };
  const headers = { authorization: `Bearer ${token}` };
  return {
    name: opening.name,
    bundle: 1,
    perSecond: 5,
    idempotent: true,
    keeps: true,
    ear: earOf(opening, config.webhookSecretFile),
    send: (message, signal) =>
      inTurn(message, steps[message.occasion], (alert, step) =>
        deliver(
          endpoint,
          { headers, body: bodyOf(message, alert, step) },
          signal,
          // Its word for "taken": whatever else answers at that address says 200.
          ({ status }) => status === 204,
        ),
      ),
  };
}

/** Alerts in GoAlert, both ways. */
export const goalert = channelKind({
  schema,
  hook: {
    service: "GoAlert",
    posts: "GoAlert's webhook",
    scheme: "hook",
    proof: {
      type: "http",
      scheme: "basic",
      description: "GoAlert's: the name and a secret of the channel, from the webhook's address",
    },
  },
  open,
});
