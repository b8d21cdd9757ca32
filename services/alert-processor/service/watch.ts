/** Changes that come with the passing of time. */
import { type Alert, heartbeatName } from "../core/alert.ts";
import { receive } from "../core/lifecycle.ts";
import { isOwn } from "../core/own.ts";
import type { Incoming } from "../core/payload.ts";
import { comparing, quiet } from "../core/times.ts";
import type { Planner } from "../core/writes.ts";
import type { SteadyClock } from "./clock.ts";
import type { Doubt } from "./doubt.ts";
import { type ListeningOptions, listeningOf } from "./listening.ts";

/** An alert as Alertmanager's `GET /api/v2/alerts` lists it. */
export interface Listed extends Incoming {
  /** Neither silenced nor inhibited. */
  readonly active: boolean;
}

/** Alertmanager's list. */
export interface Listing {
  readonly alerts: readonly Listed[];
  /** When it started, in milliseconds since 1970: it has none before Prometheus has told it all again. */
  readonly since: number;
  /** When it said so, by its own clock; left out where it does not say that. */
  readonly at?: number;
  /** Which of several did not answer, and why: nothing counts as lost then. Left out where all did. */
  readonly missing?: string;
}

export interface WatchOptions extends ListeningOptions {
  readonly plan: Planner;
  /** @default for ever */
  readonly steady?: SteadyClock["steady"];
  /** Whether alerts may be over that the memory has open; left out where none is in doubt. */
  readonly doubt?: Doubt | undefined;
  /** What Alertmanager lists; left out where there is none to ask. */
  readonly listed?: (() => Promise<Listing>) | undefined;
  /** Milliseconds that history is kept. */
  readonly retention: number;
}

const day = 24 * 3_600_000;

/** Alerts taken over in one comparison; the next one goes on. */
const most = 5_000;

/** How many alerts the memory is asked for at a time. */
const together = 500;

/** Whether the memory already knows what Alertmanager lists. */
const isHeard = (known: Alert | undefined, ...heard: readonly [Listed, number, number]): boolean =>
  receive(known, ...heard).every(({ event }) => event === undefined);

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
  /** Compares with Alertmanager's own list. @returns The differences, and the members that did not answer. */
  reconcile(): Promise<Compared>;
  /** Forgets what is old, unless the clock has said so for less than a day. @returns How many alerts. */
  prune(): Promise<number>;
}

export function watchOf(options: WatchOptions): Watch {
  const { clock, doubt, elapsed, listed, plan, retention, store, take } = options;
  const { steady = () => Infinity } = options;

  /** Those of a list that the memory has not heard of; a part at a time, for there may be very many. */
  async function unheard(all: readonly Listed[]): Promise<Listed[]> {
    const at = clock();
    const doubted = (await doubt?.before()) ?? -Infinity;
    const found: Listed[] = [];
    for (let from = 0; from < all.length && found.length < most; from += together) {
      const some = all.slice(from, from + together);
      const now = await store.among(some.map(({ fingerprint }) => fingerprint));
      const known = new Map(now.map((one) => [one.fingerprint, one]));
      const news = some.filter((one) => !isHeard(known.get(one.fingerprint), one, at, steady()));
      found.push(...news);
      // A heartbeat must come on its own: that it is listed says nothing of the way to here.
      const isDoubted = ({ fingerprint }: Listed): boolean => {
        const { alertname, lastSeenAt = Infinity } = known.get(fingerprint) ?? {};
        return lastSeenAt < doubted && alertname !== heartbeatName;
      };
      const goesOn = some.filter((one) => isDoubted(one) && !news.includes(one));
      if (goesOn.length > 0) await take({ alerts: goesOn, poison: [], digest: "what goes on" });
    }
    return found;
  }

  /** When this process heard first of each start of Alertmanager, by the clock that nobody sets. */
  let known = { started: NaN, at: 0 };

  /**
   * Whether it has been up for so long that Prometheus has told it everything, and nothing that was heard of since
   * seems older than it is, whatever was done to clocks.
   */
  function isSettled(started: number, asked: number): boolean {
    if (known.started !== started) known = { started, at: elapsed?.() ?? 0 };
    const up = elapsed === undefined ? asked - started : elapsed() - known.at;
    return up >= quiet && steady() >= quiet;
  }

  async function reconcile(): Promise<Compared> {
    if (listed === undefined) return { lost: 0, found: 0 };
    const asked = clock();
    const { alerts: all, at, missing, since: started } = await listed();
    // Its list has times of its own clock and of Prometheus's: ours may be wrong.
    const said = at ?? asked;
    const names = new Set(all.map(({ fingerprint }) => fingerprint));
    // Of our own alerts Alertmanager does not know.
    const listedOrOwn = { has: (name: string) => names.has(name) || isOwn(name) };
    const settled = missing === undefined && isSettled(started, asked);
    const lost = settled ? await store.lose(listedOrOwn, asked - quiet, plan, clock()) : 0;
    // An alert that began just now may be on its way.
    const told = all.filter(({ active, startsAt }) => active && startsAt <= said - comparing);
    const found = await unheard(told);
    if (found.length > 0) await take({ alerts: found, poison: [], digest: "reconciliation" });
    if (settled) doubt?.end();
    return { lost, found: found.length, ...(missing !== undefined && { missing }) };
  }

  const wake = async (): Promise<number> => store.wake(plan, clock(), await doubt?.before());

  /** History is gone for good: a clock that was set ahead must have said so for a day before it counts. */
  async function prune(): Promise<number> {
    const now = clock();
    const today = Math.floor(now / day);
    await store.useOnce(`day ${today}`, now + 3 * day);
    const isSure = await store.wasUsed(`day ${today - 1}`);
    return isSure ? store.prune(now - retention, now) : 0;
  }

  return { listen: listeningOf(options), reconcile, wake, prune };
}
