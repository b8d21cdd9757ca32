/** Heartbeats: what says that alerts can arrive, and the alert about its silence. */
import { type Alert, heartbeatName } from "../core/alert.ts";
import { ownFingerprint } from "../core/own.ts";
import type { Incoming } from "../core/payload.ts";
import type { Receipt, Store } from "../store/store.ts";
import type { Clock } from "./clock.ts";

/** Name of the alert about a heartbeat that is not heard. */
export const silenceName = "WatchdogSilent";

/** Seconds without a heartbeat after which it counts as silent: what is usual, and at least. */
export const silenceSeconds = { usual: 300, least: 30 } as const;

/** Fingerprint of the alert about a heartbeat's silence: the same each time. */
const silenceOf = (fingerprint: string): string => ownFingerprint(`silence of ${fingerprint}`);

/**
 * Heartbeats that somebody waits for: one whose silence a person has closed is gone on purpose, such as the Watchdog of
 * a Prometheus that no longer exists, until it is heard again.
 */
export async function awaited(store: Pick<Store, "among" | "heartbeats">): Promise<Alert[]> {
  const all = await store.heartbeats();
  const told = await store.among(all.map(({ fingerprint }) => silenceOf(fingerprint)));
  const closed = new Map(
    told.flatMap(({ closedBy, endsAt, fingerprint }) =>
      closedBy === null || endsAt === null ? [] : [[fingerprint, endsAt] as const],
    ),
  );
  return all.filter(
    ({ fingerprint, lastSeenAt }) => lastSeenAt > (closed.get(silenceOf(fingerprint)) ?? -Infinity),
  );
}

/**
 * What the heartbeats say now: for each one an alert that fires while it is silent, and ends when it is
 * heard again. It needs no Alertmanager.
 *
 * @param begun - When the processor began to listen, and how long that is ago: a heartbeat that never came counts
 * from then.
 * @param silence - Milliseconds after which a heartbeat counts as silent.
 */
function silences(
  heartbeats: readonly Alert[],
  now: number,
  begun: { readonly at: number; readonly ago: number },
  silence: number,
): Incoming[] {
  const tooLong = (last: number): boolean => now - last > silence;
  const none = heartbeats.length === 0;
  return [
    // Only a heartbeat ends the wait for the first one, no new process that has just begun to listen.
    ...(none && begun.ago <= silence ? [] : [silenceAlert(never, {}, begun.at, none, now)]),
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
      summary: "Alertmanager is silent: alerts do not arrive",
      description:
        `The alert ${heartbeatName}, which always fires, ${heard}. Prometheus, Alertmanager or the ` +
        "connection to this processor is broken, so other alerts do not arrive either.",
    },
  };
}

/** Milliseconds: what is nearer is the same heartbeat. */
const apart = 1_000;

export interface ListeningOptions {
  readonly store: Store;
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
}

/**
 * Listens for heartbeats.
 *
 * @returns Looks for silent ones; to be called now and then. It says whether there is one and none is silent.
 */
export function listeningOf(options: ListeningOptions): () => Promise<boolean> {
  const { clock, elapsed, silence, store, take } = options;

  const since = clock();
  const begun = elapsed?.() ?? 0;
  const heard = new Map<string, { readonly last: number; readonly at: number }>();

  let listened = 0;
  let looked = begun;

  /** A process that stood still meanwhile has not listened: a long pause counts for half a silence at most. */
  function goOn(): void {
    const now = elapsed?.() ?? 0;
    listened += Math.min(now - looked, silence / 2);
    looked = now;
  }

  /** Whether nothing was heard in the time that this process has listened, whatever was done to its clock. */
  function inVain({ fingerprint, startsAt }: Incoming, now: number): boolean {
    if (elapsed === undefined) return true;
    // By the clock that nobody sets; the beginning of this process is the same whatever the other one says.
    const last = fingerprint === never ? begun : elapsed() - (now - startsAt);
    const before = heard.get(fingerprint);
    const isSame = before !== undefined && Math.abs(last - before.last) < apart;
    const at = isSame ? before.at : listened;
    heard.set(fingerprint, { last, at });
    return listened - at >= silence;
  }

  /** Of what somebody may have closed: the next silence begins later, whatever the clock said at the one before. */
  const after = (known: Alert | undefined, { startsAt }: Incoming): number =>
    known === undefined
      ? startsAt
      : Math.max(startsAt, known.startsAt + 1, (known.endsAt ?? 0) + 1);

  async function listen(): Promise<boolean> {
    goOn();
    const heartbeats = await store.heartbeats();
    const now = clock();
    const ago = elapsed === undefined ? now - since : elapsed() - begun;
    const all = silences(heartbeats, now, { at: since, ago }, silence);
    const silent = all.filter((one) => inVain(one, now)).filter(({ resolved }) => !resolved);
    const changed: Incoming[] = [];
    for (const one of all) {
      const known = await store.get(one.fingerprint);
      const open = known !== undefined && known.status !== "resolved";
      if (one.resolved && open) {
        const { startsAt } = known;
        changed.push({ ...one, startsAt, endsAt: Math.max(one.endsAt ?? 0, startsAt) });
      }
      // What somebody closed by hand stays closed until the next silence.
      const isSame = known?.annotations["description"] === one.annotations["description"];
      const stays = isSame && known?.closedBy !== null;
      if (silent.includes(one) && !open && !stays)
        changed.push({ ...one, startsAt: after(known, one) });
    }
    if (changed.length > 0) await take({ alerts: changed, poison: [], digest: "heartbeats" });
    const missing = new Set(silent.map(({ fingerprint }) => fingerprint));
    const wanted = await awaited(store);
    return (
      wanted.length > 0 && !wanted.some(({ fingerprint }) => missing.has(silenceOf(fingerprint)))
    );
  }

  return listen;
}
