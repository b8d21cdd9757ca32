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

/** Asks Alertmanager's API, and follows no redirect. @throws where it does not answer 200. */
async function ask(target: AlertmanagerTarget, path: string, limits: Required<AskLimits>) {
  const { ca, login, url } = target;
  const { longest, signal } = limits;
  const address = new URL(`api/v2/${path}`, url.replace(/\/*$/, "/"));
  const options = { ca, signal, ...(login && { auth: `${login.username}:${login.password}` }) };
  const answered = await new Promise<string>((resolve, reject) => {
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
        const { statusCode } = response;
        if (statusCode === 200) resolve(Buffer.concat(chunks).toString());
        else
          reject(new Error(`Alertmanager's ${address.pathname}: it answered ${statusCode ?? 0}`));
      });
    });
    asked.on("error", reject);
    asked.end();
  });
  return JSON.parse(answered) as unknown;
}

/**
 * Reads what Alertmanager has for this receiver, what is silenced, inhibited or muted included: its list by
 * groups, because the plain one knows no routes and nothing of mutes.
 *
 * @throws where it does not answer 200, answers too late or too much, or has no such receiver.
 */
export async function listAlerts(
  target: AlertmanagerTarget,
  { longest = 64 * 1024 * 1024, signal = AbortSignal.timeout(10_000) }: AskLimits = {},
): Promise<Listing> {
  const limits = { longest, signal };
  const { receiver } = target;
  const escaped = receiver.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const path = `alerts/groups?receiver=${encodeURIComponent(escaped)}`;
  const answered = await ask(target, path, limits);
  const all = groups
    .parse(answered)
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
  // An alert may be in two groups; what one of them tells is told.
  const found = new Map<string, Listed>();
  for (const one of listed) {
    if (one.active || !found.has(one.fingerprint)) found.set(one.fingerprint, one);
  }
  return { alerts: [...found.values()], since: Date.parse(uptime) };
}
