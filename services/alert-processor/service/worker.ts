import { setTimeout as sleep } from "node:timers/promises";
import type { Channel, Links } from "../channels/channel.ts";
import type { Outcome } from "../core/retry.ts";
import { settledBy } from "../store/settled.ts";
import type { Bundle, Store } from "../store/store.ts";
import type { Clock } from "./clock.ts";

/** How an attempt ended, for metrics and logs. */
export type Result = "sent" | "again" | "dead";

export interface WorkerOptions {
  readonly store: Store;
  readonly channel: Channel;
  readonly links: Links;
  readonly clock: Clock;
  /** Told of each message. */
  readonly onDone: (result: Result, why: string, alerts: number) => void;
  /** Told of what should not happen: the worker goes on after a pause. */
  readonly onTrouble: (error: unknown) => void;
  /** Milliseconds between two looks when nothing says that there is something. @default 1000 */
  readonly pause?: number;
  /** Seconds a message may take. @default 15 */
  readonly timeout?: number;
}

/** Tells one channel what is due to it. */
export interface Worker {
  /** There may be something. */
  nudge(): void;
  /** Ends after what is on its way; what is not sent stays in the store. */
  stop(): Promise<void>;
}

/** Seconds of sending that are taken at once. */
const ahead = 5;

/** Starts to tell a channel what is due to it, in a loop of its own: one that is down delays no other. */
export function startWorker(options: WorkerOptions): Worker {
  const { channel, clock, links, onDone, onTrouble, pause = 1_000, store, timeout = 15 } = options;
  const stopping = new AbortController();
  let wake = (): void => undefined;
  let nudged = false;

  async function tell(bundle: Bundle): Promise<void> {
    const { deliveries, key, occasion } = bundle;
    const alerts = deliveries.map(({ alert }) => alert);
    const signal = AbortSignal.timeout(timeout * 1000);
    const outcome = await channel
      .send({ key, occasion, alerts, links }, signal)
      .catch((error: unknown): Outcome => ({
        kind: "failed",
        why: error instanceof Error ? error.message : String(error),
      }));
    const settled = settledBy(outcome, bundle, clock());
    await store.settle([settled], clock());
    onDone(settled.kind, "why" in outcome ? outcome.why : "", alerts.length);
  }

  /** @returns Whether there was anything. */
  async function round(): Promise<boolean> {
    const messages = Math.max(1, Math.floor(channel.perSecond * ahead));
    const now = clock();
    const until = now + (ahead + 2 * timeout) * 1000;
    const limit = messages * channel.bundle;
    const bundles = await store.take(channel.name, limit, channel.bundle, now, until);
    const sent: Promise<void>[] = [];
    for (const bundle of bundles) {
      if (sent.length > 0) await sleep(1000 / channel.perSecond);
      sent.push(tell(bundle));
    }
    const results = await Promise.allSettled(sent);
    for (const result of results) if (result.status === "rejected") onTrouble(result.reason);
    return bundles.length > 0;
  }

  async function rest(): Promise<void> {
    if (!nudged) {
      await Promise.race([
        new Promise<void>((resolve) => {
          wake = resolve;
        }),
        sleep(pause, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined),
      ]);
    }
    nudged = false;
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        if (await round()) continue;
      } catch (error) {
        onTrouble(error);
        nudged = false;
      }
      await rest();
    }
  }

  const running = run();
  return {
    nudge: () => {
      nudged = true;
      wake();
    },
    stop: async () => {
      stopping.abort();
      wake();
      await running;
    },
  };
}
