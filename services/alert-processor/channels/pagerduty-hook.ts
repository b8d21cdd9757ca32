/** Messages of PagerDuty's webhooks, version 3. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Doer, Heard, HeardKind } from "../core/heard.ts";
import { anyFingerprint } from "../core/own.ts";
import type { Ear } from "./channel.ts";
import { episodeOf } from "./episode.ts";
import { hookSecretsIn, type Opening } from "./opening.ts";
import { clean, cut } from "./text.ts";

const service = "PagerDuty";

/** Of a reference only name and kind are needed; an odd one counts as missing. */
const reference = z
  .object({
    type: z.string().default(""),
    summary: z.string().default(""),
    id: z.string().default(""),
  })
  .nullish()
  .catch(null);

// Lenient: a message that is refused three times makes PagerDuty send none for a day.
const schema = z.object({
  event: z.object({
    id: z.string().min(1).max(200),
    event_type: z.string(),
    occurred_at: z.iso.datetime({ offset: true }),
    agent: reference,
    client: z.object({ url: z.string() }).nullish().catch(null),
    data: z
      .object({
        id: z.string().max(200).catch(""),
        incident_key: z.string().nullish().catch(null),
        incident: reference,
        assignees: z.array(reference).catch([]),
        escalation_policy: reference,
        resolve_reason: z.object({ type: z.string(), incident: reference }).nullish().catch(null),
        content: z.string().catch(""),
      })
      .partial()
      .catch({}),
  }),
});

type Event = z.infer<typeof schema>["event"];

const longestName = 100;

const nameOf = (one: z.infer<typeof reference>): string =>
  cut(clean(one?.summary ?? ""), longestName);

function doerOf({ agent }: Event): Doer {
  const type = agent?.type ?? "";
  if (type.startsWith("user")) return { kind: "person", name: nameOf(agent) };
  return { kind: type.includes("integration") ? "integration" : "nobody" };
}

const namesOf = ({ data }: Event): string =>
  (data.assignees ?? [])
    .map(nameOf)
    .filter((name) => name !== "")
    .join(", ") || "somebody else";

const kinds: ReadonlyMap<string, HeardKind> = new Map(
  Object.entries({
    "incident.triggered": "begun",
    "incident.acknowledged": "acknowledged",
    "incident.unacknowledged": "unacknowledged",
    "incident.resolved": "resolved",
    "incident.reopened": "reopened",
    "incident.reassigned": "noted",
    "incident.escalated": "noted",
    "incident.delegated": "noted",
    "incident.annotated": "noted",
  } as const),
);

const longestNote = 4_000;

/** The text for the history. */
function textOf(event: Event): string {
  const { data, event_type: type } = event;
  switch (type) {
    case "incident.reassigned":
      return `reassigned in ${service} to ${namesOf(event)}`;
    case "incident.escalated":
      return `escalated in ${service} to ${namesOf(event)}`;
    case "incident.delegated":
      return `handed in ${service} to ${nameOf(data.escalation_policy) || "another escalation policy"}`;
    case "incident.annotated":
      return cut(clean(data.content ?? ""), longestNote);
    default:
      return "";
  }
}

/** The alert's fingerprint from the address that we sent with it: they do not give the key of every incident. */
function fingerprintIn(url: string | undefined, page: string): string | undefined {
  const start = `${page}#/alerts/`;
  if (url?.startsWith(start) !== true) return undefined;
  const found = url.slice(start.length);
  return anyFingerprint.test(found) ? found : undefined;
}

/** Reads one message. */
export function readHook(body: unknown, page: string): Heard | undefined {
  const { data: message } = schema.safeParse(body);
  if (message === undefined) return undefined;
  const { event } = message;
  const { client, data, event_type: type, id, occurred_at: at } = event;
  const merge =
    data.resolve_reason?.type.startsWith("merge") === true ? data.resolve_reason : undefined;
  const into = merge?.incident?.id ?? "";
  const kind = kinds.get(type) ?? "other";
  const begins = kind === "begun";
  return {
    id,
    at: Date.parse(at),
    // Merging two incidents ends none of the alerts.
    kind: merge === undefined ? kind : "noted",
    by: doerOf(event),
    service,
    // A note refers to an incident; everything else is one.
    incident: data.incident?.id || data.id || "",
    episode: episodeOf(data.incident_key ?? ""),
    fingerprint: begins ? fingerprintIn(client?.url, page) : undefined,
    ...(into !== "" && { movedTo: into }),
    text: merge === undefined ? textOf(event) : `joined in ${service} to another incident`,
  };
}

const signatureOf = (secret: string, body: Buffer): Buffer =>
  createHmac("sha256", secret).update(body).digest();

/**
 * Hears PagerDuty's webhooks, signed with one of the secrets in a file.
 *
 * @throws {@link ChannelError}
 */
export function earOf(opening: Opening, file: string | undefined): Ear | undefined {
  if (file === undefined) return undefined;
  const secrets = hookSecretsIn(opening, file);
  return {
    header: "x-pagerduty-signature",
    isGenuine: (header, body) => {
      const expected = secrets.map((secret) => signatureOf(secret, body));
      const given = header
        .split(",")
        .flatMap((one) => /^\s*v1=([0-9a-f]{64})\s*$/i.exec(one)?.[1] ?? [])
        .slice(0, 10)
        .map((one) => Buffer.from(one, "hex"));
      // All of them are compared: the time must not reveal which one matched.
      return expected
        .flatMap((ours) => given.map((theirs) => timingSafeEqual(ours, theirs)))
        .includes(true);
    },
    read: readHook,
  };
}
