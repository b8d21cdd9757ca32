import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Store } from "../../store/store.ts";
import type { Clock } from "../clock.ts";
import { SilenceError, type Silences } from "../silences.ts";
import { failureSchema, fingerprintSchema } from "./schemas.ts";

export interface SilenceRoutes {
  readonly store: Pick<Store, "heartbeats">;
  readonly clock: Clock;
  /** Undefined where there is no Alertmanager. */
  readonly silences: Silences | undefined;
}

const time = z.number().describe("Milliseconds since 1970");

const matcher = z.object({
  name: z.string(),
  value: z.string(),
  isRegex: z.boolean(),
  isEqual: z.boolean(),
});

const silenceSchema = z.object({
  id: z.string(),
  state: z.enum(["active", "pending"]),
  createdBy: z.string(),
  comment: z.string(),
  startsAt: time,
  endsAt: time,
  matchers: z.array(matcher.readonly()).readonly(),
});

const quietSchema = z.object({
  fingerprint: fingerprintSchema,
  silencedBy: z.array(z.string()).readonly().describe("Ids of silences"),
  inhibitedBy: z.array(z.string()).readonly().describe("Fingerprints of alerts"),
});

const day = 24 * 3_600_000;

/** Longer ones are forgotten by those who made them. */
const longest = 366 * day;

const none = "no Alertmanager is configured: add it under alertmanager in the configuration";

/** Alerts that Alertmanager mutes, and why. */
export function silenceRoutes(instance: FastifyInstance, routes: SilenceRoutes): void {
  const { clock, silences, store } = routes;
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.get(
    "/v1/silences",
    {
      schema: {
        summary: "Silences in Alertmanager, and open alerts that it mutes",
        tags: ["silences"],
        response: {
          200: z.object({
            at: time,
            silences: z.array(silenceSchema.readonly()).readonly(),
            alerts: z.array(quietSchema.readonly()).readonly(),
            missing: z.string().describe("Members that did not answer, and why; empty if all did"),
          }),
        },
      },
    },
    async () => ({
      at: clock(),
      ...((await silences?.read()) ?? { silences: [], alerts: [], missing: "" }),
    }),
  );

  const failures = { 404: failureSchema, 422: failureSchema, 503: failureSchema };

  /** For a request that Alertmanager did not carry out: its own words if it gave any. */
  async function refuse(reply: FastifyReply, error: unknown): Promise<FastifyReply> {
    if (!(error instanceof SilenceError)) throw error;
    return reply.code(error.refused ? 422 : 503).send({ error: error.message });
  }

  app.post(
    "/v1/silences",
    {
      schema: {
        summary: "Silence alerts with these labels in Alertmanager",
        tags: ["silences"],
        body: z.object({
          labels: z
            .record(z.string().min(1).max(200), z.string().min(1).max(4_000))
            .refine(
              (labels) => Object.keys(labels).length > 0,
              "is empty: it would mute everything",
            )
            .refine((labels) => Object.keys(labels).length <= 100, "has too many labels"),
          endsAt: time.int().min(0),
          comment: z.string().trim().min(1).max(4_000),
        }),
        response: { 200: z.object({ id: z.string() }), ...failures },
      },
    },
    async ({ body, ip, log, user }, reply) => {
      if (silences === undefined) return reply.code(404).send({ error: none });
      const { endsAt, labels } = body;
      if (endsAt <= clock()) return reply.code(422).send({ error: "it would have ended already" });
      if (endsAt > clock() + longest) {
        return reply.code(422).send({ error: "it would last for more than a year" });
      }
      const wanted = Object.entries(labels);
      const heartbeats = await store.heartbeats();
      if (heartbeats.some((one) => wanted.every(([name, value]) => one.labels[name] === value))) {
        const error =
          "it would silence the Watchdog, which says that alerts arrive: add a label, such as alertname";
        return reply.code(422).send({ error });
      }
      try {
        const id = await silences.make(body, user);
        log.info({ audit: "silence", user, address: ip, silence: id, labels, endsAt }, "acted");
        return await reply.send({ id });
      } catch (error) {
        return refuse(reply, error);
      }
    },
  );

  app.delete(
    "/v1/silences/:id",
    {
      schema: {
        summary: "End a silence in Alertmanager",
        tags: ["silences"],
        params: z.object({ id: z.uuid() }),
        response: { 200: z.object({ id: z.string() }), ...failures },
      },
    },
    async ({ ip, log, params: { id }, user }, reply) => {
      if (silences === undefined) return reply.code(404).send({ error: none });
      try {
        await silences.end(id);
        log.info({ audit: "end silence", user, address: ip, silence: id }, "acted");
        return await reply.send({ id });
      } catch (error) {
        return refuse(reply, error);
      }
    },
  );
}
