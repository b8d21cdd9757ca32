import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { LifecycleError } from "../../core/lifecycle.ts";
import { anyFingerprint } from "../../core/own.ts";
import type { Planner } from "../../core/writes.ts";
import { type Store, UnknownAlertError } from "../../store/store.ts";
import type { Access } from "../access.ts";
import type { Changes } from "../changes.ts";
import type { Clock } from "../clock.ts";
import { actionSchema, alertSchema, deliverySchema, eventSchema, noiseSchema } from "./schemas.ts";

export interface AlertRoutes {
  readonly store: Store;
  readonly plan: Planner;
  readonly clock: Clock;
  readonly access: Access;
  readonly changes: Changes;
  /** Something may be due to channels now. */
  readonly nudge: () => void;
  /** Names of the channels that can be told. */
  readonly channels: readonly string[];
}

const fingerprint = z.object({ fingerprint: z.string().regex(anyFingerprint) });

const day = 24 * 3_600_000;

/** What people and programs read, and do to alerts. */
export function alertRoutes(instance: FastifyInstance, routes: AlertRoutes): void {
  const { access, changes, channels, clock, nudge, plan, store } = routes;
  const app = instance.withTypeProvider<ZodTypeProvider>();
  app.addHook("onRequest", access.required);

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
        response: { 200: z.object({ at: z.number(), alerts: z.array(alertSchema) }) },
      },
    },
    async ({ query }) => ({ at: clock(), alerts: await store.list(query) }),
  );

  app.get(
    "/v1/alerts/:fingerprint",
    {
      schema: {
        summary: "One alert, what happened to it, and who was told",
        tags: ["alerts"],
        params: fingerprint,
        response: {
          200: z.object({
            at: z.number(),
            alert: alertSchema,
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
        alert,
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
        response: { 200: alertSchema },
      },
    },
    async ({ body, ip, log, params, user }) => {
      const { version, ...action } = body;
      if (action.kind === "escalate" && !channels.includes(action.to)) {
        const known = channels.join(", ") || "none";
        throw new LifecycleError(`there is no channel ${action.to}; there are: ${known}`);
      }
      const alert = await store.act(params.fingerprint, action, user, version, plan, clock());
      const { alertname, fingerprint } = alert;
      log.info({ audit: action.kind, user, address: ip, alertname, fingerprint }, "acted");
      changes.note();
      nudge();
      return alert;
    },
  );

  app.get(
    "/v1/noise",
    {
      schema: {
        summary: "Which alerts fire most, and which nobody takes",
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

  app.get(
    "/v1/status",
    {
      schema: {
        summary: "How much there is, and which heartbeats were heard",
        tags: ["operation"],
        response: {
          200: z.object({
            open: z.number(),
            pending: z.number(),
            dead: z.number(),
            quarantined: z.number(),
            oldestDueAt: z.number().nullable(),
            heartbeats: z.array(alertSchema),
          }),
        },
      },
    },
    async () => ({ ...(await store.depth()), heartbeats: await store.heartbeats() }),
  );

  app.get(
    "/v1/quarantine",
    {
      schema: {
        summary: "What could not be understood",
        tags: ["operation"],
        response: {
          200: z.array(z.object({ at: z.number(), why: z.string(), raw: z.string() })),
        },
      },
    },
    () => store.quarantine(100),
  );

  app.post(
    "/v1/redrive",
    {
      schema: {
        summary: "Send again what was given up",
        tags: ["operation"],
        body: z.object({ channel: z.string().optional() }),
        response: { 200: z.object({ deliveries: z.number() }) },
      },
    },
    async ({ body }) => {
      const deliveries = await store.redrive(body.channel, clock());
      nudge();
      return { deliveries };
    },
  );

  app.get(
    "/v1/changes",
    { schema: { summary: "An event whenever something changed (SSE)", tags: ["alerts"] } },
    (_, reply) => {
      if (!changes.follow(reply.raw)) return reply.code(503).send({ error: "too many follow" });
      reply.hijack();
      return undefined;
    },
  );
}
