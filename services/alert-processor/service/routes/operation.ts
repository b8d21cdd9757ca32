import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Channel, Links } from "../../channels/channel.ts";
import type { DeskStore } from "../../store/desk.ts";
import type { Clock } from "../clock.ts";
import { awaited } from "../listening.ts";
import { type Journal, parts } from "../journal.ts";
import { sendTest } from "../probe.ts";
import type { Summary } from "../summary.ts";
import { alertSchema, healthSchema } from "./schemas.ts";

export interface OperationRoutes {
  readonly store: DeskStore;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly summary: () => Promise<Summary>;
  readonly channels: readonly Channel[];
  /** By the name of the channel. */
  readonly kinds: Readonly<Record<string, string>>;
  readonly links: Links;
  /** Where Alertmanager is; undefined where there is none to compare with. */
  readonly alertmanager: string | undefined;
  /** Something may be due to channels now. */
  readonly nudge: () => void;
}

const quarantined = z.array(z.object({ at: z.number(), why: z.string(), raw: z.string() }));

const one = z.object({ channel: z.string().max(40).optional() });

const count = z.object({ count: z.number() });

/** Routes for operating the processor. */
export function operationRoutes(instance: FastifyInstance, routes: OperationRoutes): void {
  const { alertmanager, channels, clock, journal, kinds, links, nudge, store, summary } = routes;
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.get(
    "/v1/health",
    {
      schema: {
        summary: "The whole path: Watchdog, Alertmanager, channels, messages that were given up",
        tags: ["operation"],
        response: { 200: healthSchema },
      },
    },
    async () => {
      const now = clock();
      const depths = new Map((await store.channels(now)).map((depth) => [depth.channel, depth]));
      const none = { pending: 0, due: 0, dueSince: null, dead: 0, sentAt: null };
      const { okAt, problem } = journal.of(parts.comparison);
      return {
        at: now,
        since: journal.since,
        summary: await summary(),
        alertmanager:
          alertmanager === undefined ? null : { url: alertmanager, answeredAt: okAt, problem },
        heartbeats: await awaited(store),
        channels: channels.map(({ name }) => ({
          ...none,
          ...depths.get(name),
          channel: name,
          kind: kinds[name] ?? "",
          problem: journal.of(parts.channel(name)).problem,
        })),
        dead: await store.dead(100),
        quarantine: await store.quarantine(20),
      };
    },
  );

  app.post(
    "/v1/channels/:channel/test",
    {
      schema: {
        summary: "Send a test message through a channel now",
        tags: ["operation"],
        params: z.object({ channel: z.string().max(40) }),
        response: {
          200: z.object({ sent: z.boolean(), why: z.string() }),
          404: z.object({ error: z.string() }),
        },
      },
    },
    async ({ ip, log, params, user }, reply) => {
      const channel = channels.find(({ name }) => name === params.channel);
      if (channel === undefined) {
        return reply.code(404).send({ error: `there is no channel ${params.channel}` });
      }
      const outcome = await sendTest(channel, links, user, clock());
      log.info({ audit: "test", user, address: ip, channel: channel.name }, "acted");
      const why = "why" in outcome ? outcome.why : "";
      journal.note(parts.channel(channel.name), why);
      return { sent: outcome.kind === "sent", why };
    },
  );

  app.get(
    "/v1/status",
    {
      schema: {
        summary: "Counts, and the heartbeats that were received",
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
        summary: "The quarantine: alerts that could not be read",
        tags: ["operation"],
        response: { 200: quarantined },
      },
    },
    () => store.quarantine(100),
  );

  app.delete(
    "/v1/quarantine",
    {
      schema: {
        summary: "Delete the quarantine",
        tags: ["operation"],
        response: { 200: count },
      },
    },
    async ({ ip, log, user }) => {
      const cleared = await store.clearQuarantine();
      log.info({ audit: "clear quarantine", user, address: ip, count: cleared }, "acted");
      return { count: cleared };
    },
  );

  app.post(
    "/v1/redrive",
    {
      schema: {
        summary: "Send again the messages that were given up, except those no longer true",
        tags: ["operation"],
        body: one,
        response: { 200: z.object({ deliveries: z.number(), skipped: z.number() }) },
      },
    },
    async ({ body, ip, log, user }) => {
      const redriven = await store.redrive(body.channel, clock());
      log.info({ audit: "redrive", user, address: ip, ...body, ...redriven }, "acted");
      nudge();
      return redriven;
    },
  );

  app.post(
    "/v1/dismiss",
    {
      schema: {
        summary: "Dismiss the messages that were given up: they are not sent",
        tags: ["operation"],
        body: one,
        response: { 200: count },
      },
    },
    async ({ body, ip, log, user }) => {
      const dismissed = await store.dismissDead(body.channel, clock());
      log.info({ audit: "dismiss", user, address: ip, ...body, count: dismissed }, "acted");
      return { count: dismissed };
    },
  );
}
