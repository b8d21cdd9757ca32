import { request } from "node:https";
import { z } from "zod";
import { givenFingerprint } from "../core/own.ts";
import { clean, graphName } from "../core/payload.ts";
import type { Listed, Listing } from "./watch.ts";

/** Where Alertmanager's API is, and how to sign in there. */
export interface AlertmanagerTarget {
  /** Begins with https://. */
  readonly url: string;
  /** Left out where it asks for none. */
  readonly login?: { readonly username: string; readonly password: string } | undefined;
  /** Own certificate and its key, PEM; left out where it asks for none. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Authority to trust instead of the usual ones, PEM. */
  readonly ca?: string | undefined;
  /** Name of the receiver that is this processor. */
  readonly receiver: string;
}

const groups = z.array(
  z.object({
    alerts: z.array(
      z.object({
        fingerprint: z.string(),
        startsAt: z.iso.datetime({ offset: true }),
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
        generatorURL: z.string().default(""),
        status: z.object({ state: z.string() }),
      }),
    ),
  }),
);

const status = z.object({ uptime: z.iso.datetime({ offset: true }) });

const receivers = z.array(z.object({ name: z.string() }));

/** How much is waited for, and taken. */
export interface AskLimits {
  /** Ends it when its time is over. @default after ten seconds */
  readonly signal?: AbortSignal;
  /** Bytes of an answer; reading needs some seven times as much memory. @default 64 MiB */
  readonly longest?: number;
}

/** Alertmanager answered, but did not do what was asked. */
export class AlertmanagerError extends Error {
  readonly status: number;
  /** What it said. */
  readonly text: string;
  constructor(message: string, status: number, text: string) {
    super(message);
    this.status = status;
    this.text = text;
  }
}

/** What is asked beside reading. */
export interface Asked {
  readonly method?: "DELETE" | "POST";
  /** Sent as JSON. */
  readonly body?: unknown;
}

const usual = (): Required<AskLimits> => ({
  longest: 64 * 1024 * 1024,
  signal: AbortSignal.timeout(10_000),
});

/**
 * Asks Alertmanager's API, and follows no redirect.
 *
 * @returns What its JSON says; undefined where it says nothing.
 * @throws {@link AlertmanagerError} where it does not answer 200, others where it does not answer.
 */
export async function ask(
  target: AlertmanagerTarget,
  path: string,
  limits?: Required<AskLimits>,
  asked?: Asked,
): Promise<unknown> {
  return (await answerOf(target, path, limits, asked)).said;
}

/** The same, and when it said so by its own clock; not a number where it does not tell that. */
async function answerOf(
  target: AlertmanagerTarget,
  path: string,
  limits: Required<AskLimits> = usual(),
  { body, method }: Asked = {},
): Promise<{ readonly said: unknown; readonly at: number }> {
  const { ca, cert, key, login, url } = target;
  const { longest, signal } = limits;
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const address = new URL(`api/v2/${path}`, url.replace(/\/*$/, "/"));
  const options = {
    ca,
    cert,
    key,
    signal,
    method: method ?? "GET",
    ...(sent !== undefined && { headers: { "content-type": "application/json" } }),
    ...(login && { auth: `${login.username}:${login.password}` }),
  };
  const { date, text } = await new Promise<{ date: string; text: string }>((resolve, reject) => {
    const asked = request(address, options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > longest)
          response.destroy(new Error(`Alertmanager's list has more than ${longest} bytes`));
      });
      response.on("error", reject);
      response.on("end", () => {
        const { headers, statusCode } = response;
        const text = Buffer.concat(chunks).toString();
        const why = `Alertmanager's ${address.pathname}: it answered ${statusCode ?? 0}`;
        if (statusCode === 200) resolve({ date: headers.date ?? "", text });
        else reject(new AlertmanagerError(why, statusCode ?? 0, text));
      });
    });
    asked.on("error", reject);
    asked.end(sent);
  });
  return { said: text === "" ? undefined : (JSON.parse(text) as unknown), at: Date.parse(date) };
}

/** Of a query: what goes to the receiver that is this processor. */
export const ofReceiver = ({ receiver }: AlertmanagerTarget): string =>
  `receiver=${encodeURIComponent(receiver.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))}`;

/**
 * Reads what Alertmanager has for this receiver, what is silenced, inhibited or muted included: its list by
 * groups, because the plain one knows no routes and nothing of mutes.
 *
 * @throws where it does not answer 200, answers too late or too much, or has no such receiver.
 */
export async function listAlerts(
  target: AlertmanagerTarget,
  given: AskLimits = {},
): Promise<Listing> {
  const limits = { ...usual(), ...given };
  const { receiver } = target;
  const { at, said } = await answerOf(target, `alerts/groups?${ofReceiver(target)}`, limits);
  const all = groups
    .parse(said)
    .flatMap(({ alerts }) => alerts)
    .filter(({ fingerprint }) => givenFingerprint.test(fingerprint));
  // A receiver that it does not know has no alerts either: all that is open would count as lost.
  if (all.length === 0) {
    const names = receivers.parse(await ask(target, "receivers", limits)).map(({ name }) => name);
    if (!names.includes(receiver)) {
      const known = `it has ${names.join(", ")}`;
      throw new Error(
        `Alertmanager has no receiver ${receiver}: name the one that tells us; ${known}`,
      );
    }
  }
  // After the list: one that started in between would have given an empty one.
  const { uptime } = status.parse(await ask(target, "status", limits));
  const listed = all.map(({ annotations, generatorURL, labels, startsAt, ...rest }) => ({
    fingerprint: rest.fingerprint,
    labels: clean(labels),
    annotations: clean({ ...(generatorURL && { [graphName]: generatorURL }), ...annotations }),
    active: rest.status.state === "active",
    listed: true,
    resolved: false,
    startsAt: Date.parse(startsAt),
    endsAt: null,
  }));
  const since = Date.parse(uptime);
  return { alerts: merged(listed), since, ...(Number.isFinite(at) && { at }) };
}

/** Each alert once: it may be in two groups, or two lists, and what one of them tells is told. */
function merged(listed: readonly Listed[]): Listed[] {
  const found = new Map<string, Listed>();
  for (const one of listed) {
    if (one.active || !found.has(one.fingerprint)) found.set(one.fingerprint, one);
  }
  return [...found.values()];
}

/** What those said who answered, and who did not, and why. */
export async function askAll<T>(
  targets: readonly AlertmanagerTarget[],
  work: (target: AlertmanagerTarget) => Promise<T>,
): Promise<{ readonly found: readonly T[]; readonly missing: string }> {
  const answers = await Promise.allSettled(targets.map(work));
  const missing = answers.flatMap((one, index) =>
    one.status === "rejected" ? [`${targets[index]?.url ?? ""}: ${wordsOf(one.reason)}`] : [],
  );
  return {
    found: answers.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])),
    missing: missing.join("; "),
  };
}

/**
 * Reads what all members of a cluster have: what any of them has goes on, and none that is away ends anything.
 *
 * @throws where none answers.
 */
export async function listAll(
  targets: readonly AlertmanagerTarget[],
  limits?: AskLimits,
): Promise<Listing> {
  const { found: lists, missing } = await askAll(targets, (one) => listAlerts(one, limits));
  if (lists.length === 0) throw new Error(missing);
  const times = lists.flatMap(({ at }) => (at === undefined ? [] : [at]));
  return {
    alerts: merged(lists.flatMap(({ alerts }) => alerts)),
    // The one that started last knows least.
    since: Math.max(...lists.map(({ since }) => since)),
    ...(times.length > 0 && { at: Math.min(...times) }),
    ...(missing !== "" && { missing }),
  };
}

export const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
