/** Asks the parts of a chain what they know. */
import { z } from "zod";
import { exchange } from "./actors/relay.ts";
import { type Estate, objectOf } from "./estate.ts";
import type { Evidence, Handed, Kept, Said } from "./judge.ts";
import { login } from "./place.ts";
import { links, alertmanagers, type Shape } from "./shape.ts";

/** @throws Error where it does not answer 200. */
async function ask(estate: Estate, part: string, path: string): Promise<unknown> {
  const url = new URL(path, estate.addresses.get(part));
  const options = { auth: `${login.name}:${login.password}`, signal: AbortSignal.timeout(20_000) };
  const { body, status } = await exchange(url, options, "", estate.identity.ca);
  if (status !== 200) throw new Error(`${part} answered ${status} to ${path}: ${body}`);
  return JSON.parse(body);
}

const labels = z.record(z.string(), z.string());

const rules = z.object({
  data: z.object({ alerts: z.array(z.object({ labels, state: z.string() })) }),
});

async function firesIn(estate: Estate): Promise<string[]> {
  const { data } = rules.parse(await ask(estate, "prometheus", "/api/v1/alerts"));
  return data.alerts.filter(({ state }) => state === "firing").map((one) => objectOf(one.labels));
}

const listed = z.object({
  alerts: z.array(
    z.object({
      labels,
      status: z.string(),
      startsAt: z.number(),
      fingerprint: z.string(),
    }),
  ),
});

/** What the processor keeps; the newest of an object, as there is one for each set of labels. */
async function keptIn(estate: Estate, part: string): Promise<Kept[]> {
  const answered = await ask(estate, part, "/v1/alerts?state=all&limit=500");
  return listed.parse(answered).alerts.map(({ fingerprint, labels: of, startsAt, status }) => ({
    object: objectOf(of),
    status,
    startsAt,
    fingerprint,
  }));
}

const depth = z.object({ dead: z.number(), pending: z.number() });

const posted = z.array(z.object({ labels, startsAt: z.string() }));

function saidTo(estate: Estate): Said[] {
  return alertmanagers.flatMap((name) =>
    (estate.relays.get(links.alerts(name))?.handed ?? []).flatMap(({ at, body }) =>
      posted
        .parse(JSON.parse(body))
        .map((one) => ({ at, object: objectOf(one.labels), startsAt: Date.parse(one.startsAt) })),
    ),
  );
}

const message = z.object({
  alerts: z.array(z.object({ labels, startsAt: z.string(), status: z.string() })),
});

function handedBy(estate: Estate): Handed[] {
  return alertmanagers.flatMap((name) =>
    (estate.relays.get(links.webhook(name))?.handed ?? []).flatMap(({ at, body, status }) =>
      message.parse(JSON.parse(body)).alerts.map((one) => ({
        at,
        object: objectOf(one.labels),
        startsAt: Date.parse(one.startsAt),
        resolved: one.status === "resolved",
        taken: status === 200,
      })),
    ),
  );
}

/** All that is known of a run. @throws Error where a part does not answer. */
export async function evidenceOf(estate: Estate, shape: Shape): Promise<Evidence> {
  const [first = ""] = shape.processors;
  const { dead } = depth.parse(await ask(estate, first, "/v1/status"));
  return {
    watched: shape.objects,
    listeners: shape.listeners,
    was: estate.exporter.was,
    said: saidTo(estate),
    fires: await firesIn(estate),
    handed: handedBy(estate),
    kept: await keptIn(estate, first),
    told: [...estate.channels.values()].flatMap(({ told }) => told),
    ended: shape.processors.flatMap((name) =>
      (estate.processes.get(name)?.ended ?? []).map((how) => `${name}: ${how}`),
    ),
    dead,
  };
}

/** What the processor says about an object: its history and what it told, as text. */
export async function storyOf(estate: Estate, shape: Shape, object: string): Promise<string> {
  const [first = ""] = shape.processors;
  try {
    const { alerts } = listed.parse(await ask(estate, first, "/v1/alerts?state=all&limit=500"));
    const mine = alerts.find((one) => objectOf(one.labels) === object);
    if (mine === undefined) return "the processor does not know it";
    return JSON.stringify(await ask(estate, first, `/v1/alerts/${mine.fingerprint}`), undefined, 1);
  } catch (error) {
    return String(error);
  }
}
