import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { DeskStore } from "../../store/desk.ts";
import type { Changes } from "../changes.ts";
import type { Clock } from "../clock.ts";
import { takesGzip } from "../compress.ts";
import { listOpen } from "../first.ts";
import type { Summary } from "../summary.ts";
import { seenSchema, fingerprintSchema, summarySchema } from "./schemas.ts";

export interface OpenRoutes {
  readonly store: DeskStore;
  readonly clock: Clock;
  readonly changes: Changes;
  readonly summary: () => Promise<Summary>;
}

/** Alerts in a list; beyond it the worst ones are shown. */
const most = 5_000;

const position = z.coerce.number().int().min(0);

/** The open alerts: a list once, then changes. */
export function openRoutes(instance: FastifyInstance, routes: OpenRoutes): void {
  const { changes, clock, store, summary } = routes;
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.get(
    "/v1/open",
    {
      schema: {
        summary: "Open alerts, the worst first; or the changes after a position",
        tags: ["alerts"],
        querystring: z.object({
          since: position
            .optional()
            .describe("From an earlier answer: only changes after it are returned"),
          limit: z.coerce.number().int().min(1).max(most).default(most),
        }),
        response: {
          200: z.object({
            at: z.number(),
            position: z.number(),
            whole: z.boolean().describe("Whether this is the whole list rather than changes"),
            summary: summarySchema,
            alerts: z.array(seenSchema),
          }),
        },
      },
      // Thousands of alerts that we wrote ourselves are not looked at one by one.
      serializerCompiler: () => (data) => JSON.stringify(data),
    },
    async ({ query: { limit, since } }) => {
      if (since !== undefined && since <= (await store.position())) {
        const at = clock();
        const { alerts, more, position: next } = await store.changedSince(since, most);
        if (!more)
          return {
            at,
            position: next,
            whole: false,
            summary: await summary(),
            alerts: [...alerts],
          };
      }
      return listOpen(routes, limit);
    },
  );

  app.get(
    "/v1/summary",
    {
      schema: {
        summary: "How many alerts are open, and what keeps alerts from arriving",
        tags: ["alerts"],
        response: { 200: z.object({ at: z.number(), summary: summarySchema }) },
      },
    },
    async () => ({ at: clock(), summary: await summary() }),
  );

  app.get(
    "/v1/changes",
    {
      schema: {
        summary: "Changes as they happen (SSE): `changes`, `summary`, or `alert` of one",
        tags: ["alerts"],
        querystring: z.object({
          since: position.optional().describe("Of the list that the client has"),
          alert: fingerprintSchema.optional().describe("Only this alert"),
          only: z.literal("summary").optional(),
        }),
      },
    },
    (request, reply) => {
      const { only, since } = request.query;
      const alert = only ?? request.query.alert;
      const last = position.safeParse(request.headers["last-event-id"]);
      const wish = {
        alert,
        since: last.success ? last.data : since,
        gzip: takesGzip(request.headers["accept-encoding"]),
      };
      if (!changes.follow(reply.raw, wish)) {
        return reply.code(503).send({ error: "too many clients follow the changes" });
      }
      reply.hijack();
      return undefined;
    },
  );
}
