import { createHash } from "node:crypto";
import { z } from "zod";
import { instantOf } from "./instant.ts";
import { isKeepable, keepable } from "./keepable.ts";
import { givenFingerprint } from "./own.ts";

/** One alert in a message of Alertmanager. */
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

/** The body is not a batch of alerts at all. */
export class PayloadError extends Error {}

const maxLabels = 100;
const maxText = 16_384;
const maxName = 1_024;

/** Kept where there are more labels than are kept. */
const important = ["alertname", "severity", "instance", "service", "team", "env", "job"];

type Texts = Readonly<Record<string, string>>;

type Plain = string | number | boolean;

/** Empty values are left out. */
const isPlain = (value: unknown): value is Plain | null =>
  value === null || ["boolean", "number", "string"].includes(typeof value);

// One look at each label: a schema per value would cost more than all the rest.
const texts = z.custom<Readonly<Record<string, Plain | null>>>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(isPlain),
  "must be an object of strings",
);

/** The texts that are kept, and the names of those that were shortened or left out. Nearly always all are kept. */
function fit(given: Readonly<Record<string, Plain | null>>): {
  readonly texts: Texts;
  readonly cut: readonly string[];
} {
  const entries = Object.entries(given).filter(([, value]) => value !== null);
  const fits = ([name, value]: (typeof entries)[number]): boolean =>
    typeof value === "string" && value.length <= maxText && name.length <= maxName;
  if (entries.length <= maxLabels && entries.every(fits)) {
    const all = entries.length === Object.keys(given).length ? given : Object.fromEntries(entries);
    return { texts: all as Texts, cut: [] };
  }
  const order = ([name]: (typeof entries)[number]): number => (important.includes(name) ? 0 : 1);
  const kept = entries
    .toSorted((a, b) => order(a) - order(b))
    .filter(([name]) => name.length <= maxName)
    .slice(0, maxLabels)
    .map(([name, value]) => [name, String(value)] as const);
  const names = new Set(kept.map(([name]) => name));
  const cut = [
    ...kept.flatMap(([name, { length }]) => (length > maxText ? [name] : [])),
    ...entries.flatMap(([name]) => (names.has(name) ? [] : [name.slice(0, maxName)])),
  ];
  const shorter = kept.map(([name, value]) => [
    name,
    value.length <= maxText ? value : `${value.slice(0, maxText - 1)}…`,
  ]);
  return { texts: Object.fromEntries(shorter) as Texts, cut };
}

/** The annotation that says what is missing. */
export const cutName = "cut";

const longestList = 20;

const noteOf = (cut: readonly string[]): Texts => {
  if (cut.length === 0) return {};
  const more = cut.length > longestList ? ` and ${cut.length - longestList} more` : "";
  const names = cut.slice(0, longestList).join(", ");
  return { [cutName]: `too long or too many, so shortened or left out: ${names}${more}` };
};

const time = z.string().transform((text, context) => {
  const value = instantOf(text);
  if (Number.isNaN(value)) context.addIssue({ code: "custom", message: "is not a time" });
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

/** Fields that newer versions add are accepted: strictness here would lose alerts. */
const alertSchema = z.object({
  status: z.enum(["firing", "resolved"]),
  labels: texts,
  // Fields that nothing depends on never put an alert in quarantine: senders in Go write null for empty ones.
  annotations: texts.optional().catch(undefined),
  startsAt: time,
  endsAt: time.optional().catch(undefined),
  generatorURL: z.string().max(maxText).optional().catch(undefined),
  fingerprint: z.string().regex(givenFingerprint).optional().catch(undefined),
});

/** The annotation in which Alertmanager's generatorURL is kept: where the rule's graph is. */
export const graphName = "generator_url";

/** Where a sender leaves the fingerprint out: one of the labels, in another space than Alertmanager's. */
function fingerprintOf(labels: Readonly<Record<string, unknown>>): string {
  const sorted = Object.entries(labels)
    .filter(([, value]) => value !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1));
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
  const [labels, annotations] = [fit(data.labels), fit(data.annotations ?? {})];
  const graph = generatorURL === "" ? {} : { [graphName]: generatorURL };
  return {
    fingerprint: data.fingerprint ?? fingerprintOf(data.labels),
    resolved,
    startsAt: data.startsAt,
    // The zero time of Go, or of a sender whose clock is behind: nothing ends before it began.
    endsAt: resolved ? Math.max(endsAt, data.startsAt) : null,
    labels: clean(labels.texts),
    annotations: clean({
      ...graph,
      ...annotations.texts,
      ...noteOf([...labels.cut, ...annotations.cut]),
    }),
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
  const { groupKey, truncatedAlerts = 0 } = body as Record<string, unknown>;
  if (typeof truncatedAlerts === "number" && truncatedAlerts > 0) {
    const why = "Alertmanager left alerts out of a message: set max_alerts of its receiver to 0";
    understood.push({ why, raw: excerpt({ truncatedAlerts, groupKey }) });
  }
  return {
    alerts: understood.filter((one): one is Incoming => "fingerprint" in one),
    poison: understood.filter((one): one is Poison => "why" in one),
  };
}
