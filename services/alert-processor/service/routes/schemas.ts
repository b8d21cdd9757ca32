import { z } from "zod";
import { clean } from "../../channels/text.ts";
import { anyFingerprint } from "../../core/own.ts";

const texts = z.record(z.string(), z.string());
const time = z.number().describe("Milliseconds since 1970");

const levelSchema = z
  .enum(["emergency", "critical", "warning", "info"])
  .describe("The meaning of its severity, whatever the word");

/** The answer to a failed request. */
export const failureSchema = z.object({ error: z.string() });

export const fingerprintSchema = z.string().regex(anyFingerprint);

export const summarySchema = z
  .object({
    open: z.number(),
    troubles: z
      .array(z.object({ key: z.string(), text: z.string(), todo: z.string() }).readonly())
      .readonly()
      .describe("What keeps alerts from arriving, or people from being notified"),
  })
  .readonly();

export const alertSchema = z
  .object({
    fingerprint: z.string(),
    status: z.enum(["firing", "acknowledged", "snoozed", "stale", "resolved"]),
    severity: z.string(),
    alertname: z.string(),
    instance: z.string(),
    service: z.string(),
    team: z.string(),
    environment: z.string(),
    startsAt: time,
    endsAt: time.nullable(),
    lastSeenAt: time,
    updatedAt: time,
    labels: texts,
    annotations: texts,
    owner: z.string().nullable(),
    snoozedUntil: time.nullable(),
    closedBy: z.string().nullable().describe("Who ended it by hand"),
    version: z.number().describe("Number of changes"),
  })
  .readonly();

/** An alert with what its severity means. */
export const seenSchema = alertSchema
  .unwrap()
  .extend({
    level: levelSchema,
    word: z.string().describe("Its rule's word for that where it differs; else empty"),
  })
  .readonly();

export const eventSchema = z
  .object({
    fingerprint: z.string(),
    startsAt: time,
    kind: z.string(),
    at: time,
    actor: z.string().nullable(),
    text: z.string(),
  })
  .readonly();

export const deliverySchema = z
  .object({
    key: z.string(),
    channel: z.string(),
    fingerprint: z.string(),
    startsAt: time,
    occasion: z.string(),
    dueAt: time,
    state: z.enum(["pending", "sent", "dead", "cancelled"]),
    attempts: z.number(),
    settledAt: time.nullable(),
    why: z.string(),
  })
  .readonly();

export const noiseSchema = z
  .object({
    alertname: z.string(),
    team: z.string(),
    episodes: z.number(),
    acknowledged: z.number(),
  })
  .readonly();

/** The whole way, from Prometheus to people. */
export const healthSchema = z.object({
  at: time,
  since: time.describe("When this process started"),
  summary: summarySchema,
  alertmanager: z
    .object({ url: z.string(), answeredAt: time.nullable(), problem: z.string() })
    .nullable(),
  heartbeats: z.array(alertSchema),
  channels: z.array(
    z.object({
      channel: z.string(),
      kind: z.string(),
      pending: z.number(),
      due: z.number(),
      dueSince: time.nullable(),
      dead: z.number(),
      sentAt: time.nullable(),
      problem: z.string(),
    }),
  ),
  dead: z.array(
    z.object({
      key: z.string(),
      channel: z.string(),
      fingerprint: z.string(),
      alertname: z.string(),
      instance: z.string(),
      occasion: z.string(),
      settledAt: time,
      attempts: z.number(),
      why: z.string(),
    }),
  ),
  quarantine: z.array(z.object({ at: time, why: z.string(), raw: z.string() })),
});

export const endedSchema = z.object({
  id: z.number(),
  fingerprint: z.string(),
  alertname: z.string(),
  instance: z.string(),
  service: z.string(),
  severity: z.string(),
  level: levelSchema,
  team: z.string(),
  summary: z.string(),
  startsAt: time,
  endsAt: time,
  closedBy: z.string().nullable(),
});

const text = z.string().max(4_000);
/** Something to be read. */
const words = text.trim().min(1);
const version = z
  .number()
  .int()
  .optional()
  .describe("Of the alert as it was read; 409 if it has changed");

// Without what nobody sees: a name must be one.
const name = z.string().overwrite(clean).min(1).max(200);
const until = time
  .int()
  .min(0)
  .max(Date.UTC(9999, 11, 31));

const seen = z.object({ fingerprint: fingerprintSchema, version });
const alerts = z.array(seen).min(1).max(500);

/** The same for many; each with the version that was seen. */
export const manyActionsSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("acknowledge"), alerts, text: text.optional() }),
  z.object({ kind: z.literal("unacknowledge"), alerts, text: text.optional() }),
  z.object({ kind: z.literal("snooze"), until, alerts, text: text.optional() }),
  z.object({ kind: z.literal("assign"), to: name, alerts, text: text.optional() }),
  z.object({ kind: z.literal("resolve"), alerts, text: text.optional() }),
]);

export const actionSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("acknowledge"), text: text.optional(), version }),
  z.object({ kind: z.literal("unacknowledge"), text: text.optional(), version }),
  z.object({ kind: z.literal("snooze"), until, text: text.optional(), version }),
  z.object({ kind: z.literal("resolve"), text: text.optional(), version }),
  z.object({ kind: z.literal("reopen"), text: text.optional(), version }),
  z.object({ kind: z.literal("assign"), to: name, text: text.optional(), version }),
  z.object({ kind: z.literal("escalate"), to: name, text: text.optional(), version }),
  z.object({ kind: z.literal("comment"), text: words, version }),
]);
