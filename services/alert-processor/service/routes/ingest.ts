import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { parsePayload } from "../../core/payload.ts";
import { quarantined } from "../../core/quarantined.ts";
import type { Receipt } from "../../store/store.ts";
import type { Clock } from "../clock.ts";
import { failureSchema } from "./schemas.ts";
import { bearsOneOf } from "../tokens.ts";

export interface IngestRoutes {
  readonly tokens: readonly string[];
  readonly take: (receipt: Receipt) => Promise<void>;
  readonly clock: Clock;
  readonly onOverload: () => void;
}

/** Larger than any group that Alertmanager sends whole; beyond it an answer of 413 is right. */
const bodyLimit = 32 * 1024 * 1024;

/** Bytes of bodies that may be on their way at once. */
const roomFor = 64 * 1024 * 1024;

const described = z
  .looseObject({ alerts: z.array(z.looseObject({})) })
  .describe("Alertmanager's webhook, version 4; fields that it adds later are accepted.");

/** Leaves out the mark of the byte order that some senders begin with. */
const decoder = new TextDecoder();

/**
 * Takes Alertmanager's messages in. Answers 200 when they are durable and 503 when that cannot be now:
 * Alertmanager tries again after a 503, but drops an episode after any 4xx, 429 included.
 */
export function ingestRoutes(
  app: FastifyInstance,
  { clock, onOverload, take, tokens }: IngestRoutes,
): void {
  let onTheWay = 0;
  app.addContentTypeParser(
    "application/json",
    { bodyLimit, parseAs: "buffer" },
    (_, body, done) => {
      done(null, body);
    },
  );
  app.post(
    "/v1/alerts",
    {
      bodyLimit,
      onRequest: async (request, reply) => {
        // Before a byte of the body is read: a request without a token must not cost memory.
        if (!bearsOneOf(tokens, request.headers.authorization)) {
          void reply.header("www-authenticate", 'Bearer realm="vigil"');
          return reply.code(401).send({ error: "a valid bearer token is required" });
        }
        const size = Number(request.headers["content-length"] ?? bodyLimit);
        if (onTheWay > 0 && onTheWay + size > roomFor) {
          onOverload();
          return reply
            .code(503)
            .header("retry-after", "1")
            .send({ error: "too many messages at once" });
        }
        onTheWay += size;
        reply.raw.once("close", () => {
          onTheWay -= size;
        });
        return undefined;
      },
      schema: {
        summary: "Receive a message from Alertmanager",
        tags: ["alertmanager"],
        security: [{ bearer: [] }],
        body: described,
        response: {
          200: z.object({ taken: z.number(), quarantined: z.number() }),
          401: failureSchema,
          503: failureSchema,
        },
      },
      validatorCompiler: () => () => true,
    },
    async (request, reply) => {
      const body = request.body as Buffer;
      const { alerts, poison } = parsePayload(JSON.parse(decoder.decode(body)));
      const digest = createHash("sha256").update(body).digest("hex");
      await take({ alerts: [...alerts, ...quarantined(poison, clock())], poison, digest });
      return reply.code(200).send({ taken: alerts.length, quarantined: poison.length });
    },
  );
}
