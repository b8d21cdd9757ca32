/** What happens without anybody asking: the passing of time. */
import { type Alert, heartbeatName } from "../core/alert.ts";
import { receive } from "../core/lifecycle.ts";
import { isOwn, ownFingerprint } from "../core/own.ts";
import type { Incoming } from "../core/payload.ts";
import { comparing, quiet } from "../core/times.ts";
import type { Planner } from "../core/writes.ts";
import type { Receipt, Store } from "../store/store.ts";
import type { Clock } from "./clock.ts";

/** Name of the alert about a heartbeat that is not heard. */
export const silenceName = "WatchdogSilent";

/** Seconds without a heartbeat after which it counts as silent: what is usual, and at least. */
export const silenceSeconds = { usual: 300, least: 30 } as const;

/** Fingerprint of the alert about a heartbeat's silence: the same each time. */
const silenceOf = (fingerprint: string): string => ownFingerprint(`silence of ${fingerprint}`);

/**
 * What the heartbeats say now: for each one an alert that fires while it is silent, and ends when it is
 * heard again. It needs no Alertmanager.
 *
 * @param since - When the processor began to listen: a heartbeat that never came counts from then.
 * @param silence - Milliseconds after which a heartbeat counts as silent.
 */
export function silences(
  heartbeats: readonly Alert[],
  now: number,
  since: number,
  silence: number,
): Incoming[] {
  const tooLong = (last: number): boolean => now - last > silence;
  const none = heartbeats.length === 0;
  return [
    // Only a heartbeat ends the wait for the first one, no new process that has just begun to listen.
    ...(none && !tooLong(since) ? [] : [silenceAlert(never, {}, since, none, now)]),
    // It ends when the heartbeat was heard, not when that is noticed: the next one begins no sooner.
    ...heartbeats.map(({ fingerprint, labels, lastSeenAt, status }) =>
      silenceAlert(
        silenceOf(fingerprint),
        labels,
        lastSeenAt,
        status === "resolved" || tooLong(lastSeenAt),
        lastSeenAt,
      ),
    ),
  ];
}

/** Stands for a heartbeat that was not heard yet. */
const never = silenceOf("");

function silenceAlert(
  fingerprint: string,
  labels: Incoming["labels"],
  // Of the silence that goes on: the moment it began does not move with the clock.
  startsAt: number,
  silent: boolean,
  heardAt: number,
): Incoming {
  const last = new Date(startsAt).toISOString();
  const heard = fingerprint === never ? `was not heard since ${last}` : `was last heard at ${last}`;
  return {
    fingerprint,
    resolved: !silent,
    startsAt,
    endsAt: silent ? null : heardAt,
    labels: {
      team: "sre",
      ...labels,
      alertname: silenceName,
      severity: "emergency",
      service: "alertmanager",
    },
    annotations: {
      summary: "Alertmanager is silent: no alert arrives",
      description:
        `The alert ${heartbeatName}, which always fires, ${heard}. Prometheus, Alertmanager or the ` +
        "way from there to here is broken, so other alerts do not arrive either.",
    },
  };
}

/** An alert as Alertmanager's `GET /api/v2/alerts` lists it. */
export interface Listed extends Incoming {
  /** Neither silenced nor inhibited. */
  readonly active: boolean;
}

/** What Alertmanager says that it has. */
export interface Listing {
  readonly alerts: readonly Listed[];
  /** When it started, in milliseconds since 1970: it has none before Prometheus has told it all again. */
  readonly since: number;
  /** Which of several did not answer, and why: nothing counts as lost then. Left out where all did. */
  readonly missing?: string;
}

export interface WatchOptions {
  readonly store: Store;
  readonly plan: Planner;
  readonly clock: Clock;
  /**
   * Milliseconds by a clock that nobody sets: a heartbeat is silent only when this process has listened in
   * vain for that long. Left out where no process lives on between two looks.
   */
  readonly elapsed?: (() => number) | undefined;
  /** Takes alerts in as if they had come from outside. */
  readonly take: (receipt: Receipt) => Promise<void>;
  /** Milliseconds after which a heartbeat counts as silent. */
  readonly silence: number;
  /** What Alertmanager lists; left out where there is none to ask. */
  readonly listed?: (() => Promise<Listing>) | undefined;
  /** Milliseconds that history is kept. */
  readonly retention: number;
}

const day = 24 * 3_600_000;

/** What is brought in one comparison; the next one goes on. */
const most = 5_000;

/** How many alerts the memory is asked for at a time. */
const together = 500;

/** Whether what Alertmanager lists is no news to the memory. */
const isHeard = (known: Alert | undefined, listed: Listed, now: number): boolean =>
  receive(known, listed, now).every(({ event }) => event === undefined);

export interface Compared {
  readonly lost: number;
  readonly found: number;
  readonly missing?: string;
}

/** The things to do, each to be called now and then. */
export interface Watch {
  /** Ends snoozes. @returns How many. */
  wake(): Promise<number>;
  /** Looks for silent heartbeats. @returns Whether there is a heartbeat and none is silent. */
  listen(): Promise<boolean>;
  /** Compares with Alertmanager's own list. @returns What was different, and who did not answer. */
  reconcile(): Promise<Compared>;
  /** Forgets what is old, unless the clock has said so for less than a day. @returns How many alerts. */
  prune(): Promise<number>;
}

const receiptOf = (alerts: readonly Incoming[], digest: string): Receipt => ({
  alerts,
  poison: [],
  digest,
});

export function watchOf(options: WatchOptions): Watch {
  const { clock, elapsed, listed, plan, retention, silence, store, take } = options;

  const since = clock();
  const heard = new Map<string, { readonly last: number; readonly at: number }>();

  let listened = 0;
  let looked = elapsed?.() ?? 0;

  /** A process that stood still meanwhile has not listened: a long pause counts for half a silence at most. */
  function goOn(): void {
    const now = elapsed?.() ?? 0;
    listened += Math.min(now - looked, silence / 2);
    looked = now;
  }

  /** Whether nothing was heard in the time that this process has listened, whatever was done to its clock. */
  function inVain({ fingerprint, startsAt: last }: Incoming): boolean {
    if (elapsed === undefined) return true;
    const before = heard.get(fingerprint);
    const known = before?.last === last ? before : { last, at: listened };
    heard.set(fingerprint, known);
    return listened - known.at >= silence;
  }

  async function listen(): Promise<boolean> {
    goOn();
    const heartbeats = await store.heartbeats();
    const all = silences(heartbeats, clock(), since, silence);
    const silent = all.filter(inVain).filter(({ resolved }) => !resolved);
    const changed: Incoming[] = [];
    for (const one of all) {
      const known = await store.get(one.fingerprint);
      const open = known !== undefined && known.status !== "resolved";
      if (one.resolved && open) changed.push({ ...one, startsAt: known.startsAt });
      // What somebody closed by hand stays closed until the next silence.
      if (silent.includes(one) && !open && known?.startsAt !== one.startsAt) changed.push(one);
    }
    if (changed.length > 0) await take(receiptOf(changed, "heartbeats"));
    return heartbeats.length > 0 && silent.length === 0;
  }

  /** Those of a list that the memory has not heard of; a part at a time, for there may be very many. */
  async function unheard(all: readonly Listed[]): Promise<Listed[]> {
    const at = clock();
    const found: Listed[] = [];
    for (let from = 0; from < all.length && found.length < most; from += together) {
      const some = all.slice(from, from + together);
      const now = await store.among(some.map(({ fingerprint }) => fingerprint));
      const known = new Map(now.map((one) => [one.fingerprint, one]));
      found.push(...some.filter((one) => !isHeard(known.get(one.fingerprint), one, at)));
    }
    return found;
  }

  /** When this process heard first of each start of Alertmanager, by the clock that nobody sets. */
  let known = { started: NaN, at: 0 };

  /** Whether it has been up for so long that Prometheus has told it everything, whatever was done to clocks. */
  function isSettled(started: number, asked: number): boolean {
    if (known.started !== started) known = { started, at: elapsed?.() ?? 0 };
    const listening = elapsed === undefined || elapsed() - known.at >= quiet;
    return asked - started >= quiet && listening;
  }

  async function reconcile(): Promise<Compared> {
    if (listed === undefined) return { lost: 0, found: 0 };
    const asked = clock();
    const { alerts: all, missing, since: started } = await listed();
    const names = new Set(all.map(({ fingerprint }) => fingerprint));
    // Of our own alerts Alertmanager does not know.
    const listedOrOwn = { has: (name: string) => names.has(name) || isOwn(name) };
    const settled = missing === undefined && isSettled(started, asked);
    const lost = settled ? await store.lose(listedOrOwn, asked - quiet, plan, clock()) : 0;
    // What began just now may be on its way.
    const told = all.filter(({ active, startsAt }) => active && startsAt <= asked - comparing);
    const found = await unheard(told);
    if (found.length > 0) await take(receiptOf(found, "reconciliation"));
    return { lost, found: found.length, ...(missing !== undefined && { missing }) };
  }

  /** History is gone for good: a clock that was set ahead must have said so for a day before it counts. */
  async function prune(): Promise<number> {
    const now = clock();
    const today = Math.floor(now / day);
    await store.useOnce(`day ${today}`, now + 3 * day);
    const isSure = await store.wasUsed(`day ${today - 1}`);
    return isSure ? store.prune(now - retention, now) : 0;
  }

  return { listen, reconcile, wake: () => store.wake(plan, clock()), prune };
}
