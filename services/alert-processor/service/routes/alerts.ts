import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { type Action, LifecycleError } from "../../core/lifecycle.ts";
import { seenAlert } from "../../core/severity.ts";
import type { Planner } from "../../core/writes.ts";
import type { DeskStore } from "../../store/desk.ts";
import { ConflictError, UnknownAlertError } from "../../store/store.ts";
import type { Changes } from "../changes.ts";
import type { Clock } from "../clock.ts";
import {
  actionSchema,
  deliverySchema,
  endedSchema,
  eventSchema,
  fingerprintSchema,
  manyActionsSchema,
  noiseSchema,
  seenSchema,
} from "./schemas.ts";

export interface AlertRoutes {
  readonly store: DeskStore;
  readonly plan: Planner;
  readonly clock: Clock;
  readonly changes: Changes;
  /** Something may be due to channels now. */
  readonly nudge: () => void;
  /** Names of the channels that can be told. */
  readonly channels: readonly string[];
  /** Whether somebody may be handed an alert. */
  readonly mayBeGiven: (name: string) => boolean;
}

const fingerprint = z.object({ fingerprint: fingerprintSchema });

const day = 24 * 3_600_000;

/** Whether an alert did not allow what was asked for. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof ConflictError ||
  error instanceof LifecycleError ||
  error instanceof UnknownAlertError;

/** Routes for reading alerts and acting on them. */
export function alertRoutes(instance: FastifyInstance, routes: AlertRoutes): void {
  const { changes, channels, clock, mayBeGiven, nudge, plan, store } = routes;
  const checkGiven = (action: Action): void => {
    if (action.kind !== "assign" || mayBeGiven(action.to)) return;
    throw new LifecycleError(`${action.to} has read-only access: hand it to somebody who can act`);
  };
  const app = instance.withTypeProvider<ZodTypeProvider>();
  app.get(
    "/v1/alerts",
    {
      schema: {
        summary: "List alerts, newest first",
        tags: ["alerts"],
        querystring: z.object({
          state: z.enum(["open", "resolved", "all"]).default("open"),
          team: z.string().max(200).optional(),
          severity: z.string().max(200).optional(),
          limit: z.coerce.number().int().min(1).max(5000).default(500),
        }),
        response: { 200: z.object({ at: z.number(), alerts: z.array(seenSchema) }) },
      },
    },
    async ({ query }) => ({ at: clock(), alerts: (await store.list(query)).map(seenAlert) }),
  );

  app.get(
    "/v1/alerts/:fingerprint",
    {
      schema: {
        summary: "One alert, what happened to it, and who was notified",
        tags: ["alerts"],
        params: fingerprint,
        response: {
          200: z.object({
            at: z.number(),
            alert: seenSchema,
            events: z.array(eventSchema),
            deliveries: z.array(deliverySchema),
          }),
        },
      },
    },
    async ({ params }) => {
      const alert = await store.get(params.fingerprint);
      if (alert === undefined)
        throw new UnknownAlertError(`there is no alert ${params.fingerprint}`);
      return {
        at: clock(),
        alert: seenAlert(alert),
        events: await store.history(params.fingerprint, 500),
        deliveries: await store.deliveries(params.fingerprint, 500),
      };
    },
  );

  app.post(
    "/v1/alerts/:fingerprint/actions",
    {
      schema: {
        summary: "Acknowledge, give back, snooze, hand over, escalate, close or comment",
        tags: ["alerts"],
        params: fingerprint,
        body: actionSchema,
        response: { 200: seenSchema },
      },
    },
    async ({ body, ip, log, params, user }) => {
      const { version, ...action } = body;
      checkGiven(action);
      if (action.kind === "escalate" && !channels.includes(action.to)) {
        const known = channels.join(", ") || "none";
        throw new LifecycleError(`there is no channel ${action.to}; there are: ${known}`);
      }
      const alert = await store.act(params.fingerprint, action, user, version, plan, clock());
      const { alertname, fingerprint } = alert;
      log.info({ audit: action.kind, user, address: ip, alertname, fingerprint }, "acted");
      changes.note();
      nudge();
      return seenAlert(alert);
    },
  );

  app.post(
    "/v1/actions",
    {
      bodyLimit: 256 * 1024,
      schema: {
        summary: "Acknowledge, give back, snooze, hand over or close many",
        tags: ["alerts"],
        body: manyActionsSchema,
        response: {
          200: z.object({
            done: z.number(),
            failed: z.array(z.object({ fingerprint: z.string(), error: z.string() })),
          }),
        },
      },
    },
    async ({ body, ip, log, user }) => {
      const { alerts, ...action } = body;
      checkGiven(action);
      const failed: { fingerprint: string; error: string }[] = [];
      for (const { fingerprint: which, version } of alerts) {
        try {
          const { alertname } = await store.act(which, action, user, version, plan, clock());
          const audit = { audit: action.kind, user, address: ip, alertname, fingerprint: which };
          log.info(audit, "acted");
        } catch (error) {
          // One that somebody else changed meanwhile: the others are done nevertheless.
          if (!isRefusal(error)) throw error;
          failed.push({ fingerprint: which, error: error.message });
        }
      }
      changes.note();
      nudge();
      return { done: alerts.length - failed.length, failed };
    },
  );

  app.get(
    "/v1/ended",
    {
      schema: {
        summary: "Past episodes, latest first",
        tags: ["alerts"],
        querystring: z.object({
          q: z.string().max(500).default("").describe("Words to find in labels or annotations"),
          before: z.coerce
            .number()
            .int()
            .min(0)
            .optional()
            .describe("Only episodes before this id"),
          limit: z.coerce.number().int().min(1).max(500).default(100),
        }),
        response: { 200: z.object({ at: z.number(), episodes: z.array(endedSchema) }) },
      },
    },
    async ({ query: { before, limit, q } }) => {
      const words = q.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 10);
      return { at: clock(), episodes: await store.ended(words, before, limit) };
    },
  );

  app.get(
    "/v1/noise",
    {
      schema: {
        summary: "Alerts that fire most, and that nobody takes",
        tags: ["alerts"],
        querystring: z.object({ days: z.coerce.number().min(1).max(365).default(7) }),
        response: { 200: z.object({ since: z.number(), alerts: z.array(noiseSchema) }) },
      },
    },
    async ({ query }) => {
      const since = clock() - query.days * day;
      return { since, alerts: await store.noise(since) };
    },
  );
}
