import { createHash } from "node:crypto";
import { z } from "zod";
import { isKeepable, keepable } from "./keepable.ts";
import { givenFingerprint } from "./own.ts";

/** What Alertmanager says of one alert. */
export interface Incoming {
  readonly fingerprint: string;
  readonly resolved: boolean;
  readonly startsAt: number;
  /** Null while it fires. */
  readonly endsAt: number | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** It is in Alertmanager's own list at this moment, and not in a message, which may be late. */
  readonly listed?: boolean;
}

/** An alert that cannot be understood: kept aside, so that the rest of its batch is not lost. */
export interface Poison {
  readonly why: string;
  readonly raw: string;
}

export interface Batch {
  readonly alerts: readonly Incoming[];
  readonly poison: readonly Poison[];
}

/** The body is no batch of alerts at all. */
export class PayloadError extends Error {}

const maxLabels = 100;
const maxText = 16_384;

// One look at each label: a schema per value would cost more than all the rest.
const texts = z.custom<Record<string, string>>((value) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const values = Object.values(value as Record<string, unknown>);
  return (
    values.length <= maxLabels &&
    values.every((one) => typeof one === "string" && one.length <= maxText)
  );
}, `must be at most ${maxLabels} texts of at most ${maxText} characters`);

const time = z.string().transform((text, context) => {
  const value = Date.parse(text);
  if (Number.isNaN(value)) context.addIssue({ code: "custom", message: "is no time" });
  return value;
});

/** Names and values of labels or annotations that every database keeps. Nearly always they are so already. */
export function clean(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(texts);
  if (entries.every(([name, value]) => isKeepable(name) && isKeepable(value))) return texts;
  return Object.fromEntries(entries.map(([name, value]) => [keepable(name), keepable(value)]));
}

/** As much of it as is worth keeping: it may be nested deeper than it can be written. */
function excerpt(raw: unknown): string {
  try {
    return keepable(JSON.stringify(raw).slice(0, maxText));
  } catch {
    return "(cannot be written as JSON)";
  }
}

/** Fields that newer versions add are let pass: strictness here would lose alerts. */
const alertSchema = z.object({
  status: z.enum(["firing", "resolved"]),
  labels: texts,
  annotations: texts.optional(),
  startsAt: time,
  endsAt: time.optional(),
  generatorURL: z.string().max(maxText).optional().catch(undefined),
  fingerprint: z.string().regex(givenFingerprint).optional(),
});

/** The annotation in which Alertmanager's generatorURL is kept: where the rule's graph is. */
export const graphName = "generator_url";

/** Where a sender leaves the fingerprint out: one of the labels, in another space than Alertmanager's. */
function fingerprintOf(labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, 32);
}

function understand(raw: unknown): Incoming | Poison {
  const { data, error } = alertSchema.safeParse(raw);
  if (error) {
    const why = error.issues.map(({ message, path }) => `${path.join(".")} ${message}`).join("; ");
    return { why, raw: excerpt(raw) };
  }
  const resolved = data.status === "resolved";
  const { endsAt = data.startsAt, generatorURL = "" } = data;
  const graph = generatorURL === "" ? {} : { [graphName]: generatorURL };
  return {
    fingerprint: data.fingerprint ?? fingerprintOf(data.labels),
    resolved,
    startsAt: data.startsAt,
    // The zero time of Go, or of a sender whose clock is behind: nothing ends before it began.
    endsAt: resolved ? Math.max(endsAt, data.startsAt) : null,
    labels: clean(data.labels),
    annotations: clean({ ...graph, ...data.annotations }),
  };
}

/**
 * Reads the body of Alertmanager's webhook, version 4 and what may follow.
 *
 * @throws {@link PayloadError} where there is no list of alerts in it.
 */
export function parsePayload(body: unknown): Batch {
  const alerts = (body as { alerts?: unknown } | null)?.alerts;
  if (!Array.isArray(alerts)) throw new PayloadError("alerts must be a list");
  const understood = alerts.map(understand);
  return {
    alerts: understood.filter((one): one is Incoming => "fingerprint" in one),
    poison: understood.filter((one): one is Poison => "why" in one),
  };
}
