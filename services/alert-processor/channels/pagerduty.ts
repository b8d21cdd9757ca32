import { z } from "zod";
import type { Alert, Occasion } from "../core/alert.ts";
import { classOf } from "../core/severity.ts";
import type { Channel, Message } from "./channel.ts";
import { keyOf } from "./episode.ts";
import { type Answer, deliver, inTurn } from "./http.ts";
import { channelKind } from "./kind.ts";
import { accessFields, endpointAt, fileField, type Opening, tokenIn } from "./opening.ts";
import { earOf } from "./pagerduty-hook.ts";
import { clean, cut, timeOf, titleOf, wordingOf } from "./text.ts";

/** The Events API of PagerDuty, version 2. */
const schema = z.strictObject({
  kind: z.literal("pagerduty"),
  /** Holds the routing key of an integration. */
  keyFile: fileField,
  /**
   * Holds the secrets of its webhook subscription, one or, while one is replaced, two: this is how actions of people in
   * PagerDuty arrive.
   */
  webhookSecretFile: fileField.optional(),
  /** Another region, such as https://events.eu.pagerduty.com. */
  url: z.string().default("https://events.pagerduty.com"),
  ...accessFields,
});

const actions: Readonly<Record<Occasion, readonly Action[]>> = {
  firing: ["trigger"],
  // An incident that somebody has taken does not ring again; one that begins again does.
  reminder: ["resolve", "trigger"],
  acknowledged: ["acknowledge"],
  resolved: ["resolve"],
};

/** PagerDuty has four words; one of them we do not distinguish from critical. */
const severityOf = (severity: string): string => {
  if (["error", "err"].includes(severity.trim().toLowerCase())) return "error";
  const known = classOf(severity);
  return known === "emergency" ? "critical" : known;
};

const longestSummary = 1024;

// A hundred labels, as many as are taken in, stay below the 512,000 bytes of an event.
const longestName = 200;
const longestValue = 500;

const field = (text: string): string => cut(clean(text), longestValue);

function detailsOf({ labels }: Alert): Record<string, string> {
  const entries = Object.entries(labels);
  return Object.fromEntries(
    entries.map(([name, value]) => [cut(clean(name), longestName), field(value)]),
  );
}

type Action = "trigger" | "acknowledge" | "resolve";

function eventOf(message: Message, alert: Alert, routingKey: string, action: Action) {
  const links = wordingOf(message).links.map(({ name, url }) => ({ href: url, text: name }));
  return {
    routing_key: routingKey,
    event_action: action,
    dedup_key: keyOf(alert),
    client: "Vigil",
    client_url: message.links.alert(alert),
    links,
    payload: {
      summary: titleOf(message, longestSummary),
      source: field(alert.instance) || field(alert.service) || "unknown",
      severity: severityOf(alert.severity),
      timestamp: timeOf(alert.startsAt),
      component: field(alert.service),
      group: field(alert.team),
      class: field(alert.alertname),
      custom_details: detailsOf(alert),
    },
  };
}

const isAccepted = ({ status }: Answer): boolean => status === 202;

function open(opening: Opening, config: z.infer<typeof schema>): Channel {
  const key = tokenIn(opening, config.keyFile);
  const base = endpointAt(opening, config.url, "url", config);
  const endpoint = { ...base, url: new URL("/v2/enqueue", base.url) };
  return {
    name: opening.name,
    bundle: 1,
    // One integration may send two a second.
    perSecond: 2,
    idempotent: true,
    keeps: true,
    ear: earOf(opening, config.webhookSecretFile),
    send: (message, signal) =>
      inTurn(message, actions[message.occasion], (alert, action) => {
        const body = JSON.stringify(eventOf(message, alert, key, action));
        return deliver(endpoint, { body }, signal, isAccepted);
      }),
  };
}

/** Incidents in PagerDuty, both ways. */
export const pagerduty = channelKind({
  schema,
  hook: {
    service: "PagerDuty",
    posts: "PagerDuty's webhook, version 3",
    scheme: "signature",
    proof: {
      type: "apiKey",
      in: "header",
      name: "X-PagerDuty-Signature",
      description: "PagerDuty's: its webhook signs each message with a secret of the channel",
    },
  },
  open,
});
