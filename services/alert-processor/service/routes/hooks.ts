import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Channel } from "../../channels/channel.ts";
import { hooks } from "../../channels/index.ts";
import type { Heard, HeardResult } from "../../core/heard.ts";
import type { Planner } from "../../core/writes.ts";
import type { DeskStore } from "../../store/desk.ts";
import type { Clock } from "../clock.ts";
import { type Journal, parts } from "../journal.ts";
import { failureSchema } from "./schemas.ts";

/** The outcome of a message: `forged`, `senseless` and `old` ones were not listened to. */
export type HookResult = HeardResult | "forged" | "senseless" | "old";

export const hookResults: readonly HookResult[] = [
  ...(["done", "noted", "nothing", "unknown", "repeated"] as const),
  ...(["forged", "senseless", "old"] as const),
];

export interface HookRoutes {
  readonly store: DeskStore;
  readonly plan: Planner;
  readonly clock: Clock;
  readonly channels: readonly Channel[];
  readonly journal: Journal;
  /** Where our own pages are. */
  readonly page: string;
  readonly onHeard: (channel: string, result: HookResult) => void;
  /** Something changed. */
  readonly onChanged: () => void;
}

/** Theirs have 256 KiB at most. */
const bodyLimit = 300_000;

const named = hooks.map(({ service }) => service).join(", ");

const minute = 60_000;

/** How old a message may be: they try for twenty minutes, and what waits behind one that fails waits as well. */
const oldest = 120 * minute;

/** How far their clock may be ahead of ours. */
const ahead = 10 * minute;

/**
 * Receives what people do on the other side of channels. A genuine message is answered with 200 or, if the memory is
 * away, with 503, whatever it says: services stop calling a receiver that refuses.
 */
export function hookRoutes(app: FastifyInstance, routes: HookRoutes): void {
  const { channels, clock, journal, onChanged, onHeard, page, plan, store } = routes;
  const ears = new Map(
    channels.flatMap(({ ear, name }) => (ear === undefined ? [] : [[name, ear]])),
  );

  app.addContentTypeParser(
    "application/json",
    { bodyLimit, parseAs: "buffer" },
    (_, body, done) => {
      done(null, body);
    },
  );

  /** Milliseconds that it was on its way, where that is too long to be true. */
  function strangeAge({ at }: Heard): number | undefined {
    const age = clock() - at;
    return age > oldest || age < -ahead ? age : undefined;
  }

  async function listen(channel: string, body: Buffer): Promise<HookResult> {
    const part = parts.ear(channel);
    const heard = ears.get(channel)?.read(parsed(body), page, clock());
    if (heard === undefined) return "senseless";
    const age = strangeAge(heard);
    if (age !== undefined) {
      const minutes = Math.round(Math.abs(age) / minute);
      const when = age > 0 ? "old" : "ahead";
      journal.note(
        part,
        `a message of ${heard.service} was ${minutes} minutes ${when}: check this machine's clock`,
      );
      return "old";
    }
    const { alerts, result } = await store.hear(channel, heard, plan, clock());
    journal.note(part);
    for (const { alertname, fingerprint } of alerts) {
      app.log.info({ audit: heard.kind, channel, by: heard.by, alertname, fingerprint }, "heard");
    }
    if (alerts.length > 0) onChanged();
    return result;
  }

  app.post<{ Params: { channel: string } }>(
    "/v1/hooks/:channel",
    {
      bodyLimit,
      onRequest: async ({ headers, params }, reply) => {
        const ear = ears.get(params.channel);
        if (ear === undefined) {
          return reply.code(404).send({ error: "no channel of this name receives webhooks" });
        }
        // Before a byte of the body is read: an unsigned request must not cost memory.
        if (typeof headers[ear.header] === "string") return undefined;
        onHeard(params.channel, "forged");
        return reply.code(401).send({ error: `the header ${ear.header} is missing` });
      },
      schema: {
        summary: `Receive what people do in the service behind a channel: ${named}`,
        tags: ["channels"],
        security: hooks.map(({ scheme }) => ({ [scheme]: [] })),
        params: z.object({ channel: z.string().max(40) }),
        body: z.looseObject({}).describe(hooks.map(({ posts }) => posts).join(", or ")),
        response: {
          200: z.object({ result: z.enum(hookResults) }),
          401: failureSchema,
          404: failureSchema,
        },
      },
      validatorCompiler: () => () => true,
    },
    async ({ body, headers, params: { channel } }, reply) => {
      const ear = ears.get(channel);
      const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
      if (ear?.isGenuine(String(headers[ear.header]), bytes) !== true) {
        onHeard(channel, "forged");
        return reply.code(401).send({ error: "the signature does not match the channel's secret" });
      }
      const result = await listen(channel, bytes);
      onHeard(channel, result);
      return { result };
    },
  );
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
