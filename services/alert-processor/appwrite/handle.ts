import { createHash } from "node:crypto";
import { z } from "zod";
import { LifecycleError } from "../core/lifecycle.ts";
import { parsePayload, PayloadError } from "../core/payload.ts";
import { quarantined } from "../core/quarantined.ts";
import { actionSchema } from "../service/routes/schemas.ts";
import { bearsOneOf } from "../service/tokens.ts";
import { ConflictError, UnknownAlertError } from "../store/store.ts";
import type { FunctionContext, FunctionResponse } from "./context.ts";
import { type Parts, plan, tell } from "./parts.ts";
import { tick } from "./tick.ts";

/** Milliseconds after a message was taken in, of the 30 s that an HTTP execution has. */
const atOnce = 5_000;

const actor = z.object({ actor: z.string().min(1).max(200) });

/** An unsuccessful answer. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function statusOf(error: unknown): number {
  if (error instanceof Refusal) return error.status;
  if (error instanceof PayloadError) return 400;
  if (error instanceof UnknownAlertError) return 404;
  if (error instanceof ConflictError) return 409;
  if (error instanceof LifecycleError) return 422;
  // Never a 4xx for trouble of ours: Alertmanager would not try again.
  return 503;
}

function admit({ req }: FunctionContext, tokens: readonly string[]): void {
  if (bearsOneOf(tokens, req.headers["authorization"])) return;
  throw new Refusal(401, "a valid bearer token is required");
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "the body must be JSON");
  }
}

async function takeIn(context: FunctionContext, parts: Parts): Promise<object> {
  const { clock, settings, store } = parts;
  const now = clock();
  admit(context, settings.tokens);
  const body = context.req.bodyText;
  const { alerts, poison } = parsePayload(jsonIn(body));
  const digest = createHash("sha256").update(body).digest("hex");
  const all = [...alerts, ...quarantined(poison, clock())];
  await store.ingest([{ alerts: all, poison, digest }], plan, clock());
  for (const { why } of poison) context.error(`an alert was put in quarantine: ${why}`);
  // Durable from here on. A page does not wait for the next minute; a reminder does, which compares first.
  await tell(context, parts, clock() + atOnce, now);
  return { taken: alerts.length, quarantined: poison.length };
}

async function act(context: FunctionContext, parts: Parts, fingerprint: string): Promise<object> {
  const { clock, settings, store } = parts;
  const now = clock();
  admit(context, settings.peopleTokens);
  const body = jsonIn(context.req.bodyText);
  const who = actor.safeParse(body);
  const what = actionSchema.safeParse(body);
  const wrong = who.error ?? what.error;
  if (wrong) throw new Refusal(400, z.prettifyError(wrong));
  const { version, ...action } = what.data as z.infer<typeof actionSchema>;
  const by = who.data?.actor ?? "";
  const alert = await store.act(fingerprint, action, by, version, plan, clock());
  await tell(context, parts, clock() + atOnce, now);
  return alert;
}

const actions = /^\/v1\/alerts\/([0-9a-f]{1,32}|own-[0-9a-f]{28})\/actions\/?$/;

function route(context: FunctionContext, parts: Parts): Promise<object> {
  const { headers, method, path } = context.req;
  if (headers["x-appwrite-trigger"] === "schedule") return tick(context, parts);
  const [, fingerprint] = actions.exec(path) ?? [];
  const known = fingerprint !== undefined || /^\/v1\/alerts\/?$/.test(path);
  if (!known) throw new Refusal(404, "there is nothing here: use POST /v1/alerts");
  if (method !== "POST") throw new Refusal(405, "only POST is answered");
  return fingerprint === undefined ? takeIn(context, parts) : act(context, parts, fingerprint);
}

/** Answers one execution of the function. Never throws. */
export async function handle(context: FunctionContext, parts: Parts): Promise<FunctionResponse> {
  try {
    return context.res.json(await route(context, parts));
  } catch (error) {
    const status = statusOf(error);
    if (status < 500) return context.res.json({ error: (error as Error).message }, status);
    // Details stay in the log.
    context.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return context.res.json({ error: "temporarily unavailable, try again" }, 503, {
      "retry-after": "1",
    });
  }
}
