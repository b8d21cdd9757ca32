import { setTimeout as sleep } from "node:timers/promises";
import type { Channel, Links } from "../channels/channel.ts";
import type { Outcome } from "../core/retry.ts";
import { settledBy } from "../store/settled.ts";
import type { Bundle, Settled, Store } from "../store/store.ts";
import type { Clock } from "./clock.ts";
import type { Doubt } from "./doubt.ts";

/** How an attempt ended, for metrics and logs; `refused`: as by `barred`, and tried again. */
export type Result = "sent" | "again" | "refused" | "dead";

export interface WorkerOptions {
  readonly store: Store;
  readonly channel: Channel;
  readonly links: Links;
  readonly clock: Clock;
  /** @default no alert is in doubt */
  readonly doubt?: Pick<Doubt, "before"> | undefined;
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

/** Seconds of sending that are taken at once: what becomes due meanwhile may be more urgent. */
const ahead = 0.25;

/** Messages that may be on their way at once, at least, and how many more of what is most urgent. */
const together = 6;
const spare = 4;

/** Starts to tell a channel what is due to it, in a loop of its own: one that is down delays no other. */
export function startWorker(options: WorkerOptions): Worker {
  const { channel, clock, doubt, links, onDone, onTrouble, store } = options;
  const { pause = 1_000, timeout = 15 } = options;
  const { perSecond } = channel;
  const stopping = new AbortController();
  const flying = new Set<Promise<void>>();
  const most = Math.max(together, Math.ceil(perSecond));
  let wake = (): void => undefined;
  let nudged = false;

  const sleepFor = (milliseconds: number): Promise<unknown> =>
    sleep(milliseconds, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);

  /** Until it is written down: a message must not be sent twice because the memory was away. */
  async function settle(settled: Settled): Promise<void> {
    for (;;) {
      try {
        await store.settle([settled], clock());
        return;
      } catch (error) {
        onTrouble(error);
      }
      if (stopping.signal.aborted) return;
      await sleepFor(pause);
    }
  }

  /** Never throws: nobody waits for it. */
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
    await settle(settled);
    const result = settled.kind === "apart" ? "again" : settled.kind;
    const refused = result === "again" && outcome.kind === "barred";
    onDone(refused ? "refused" : result, "why" in outcome ? outcome.why : "", alerts.length);
  }

  function launch(bundle: Bundle): void {
    const flight = tell(bundle)
      .catch(onTrouble)
      .finally(() => {
        flying.delete(flight);
        wake();
      });
    flying.add(flight);
  }

  /** @returns Whether there was anything. */
  async function round(): Promise<boolean> {
    // A channel that hangs is full of what it does not answer; what is most urgent still gets a try.
    const scope = flying.size < most ? "all" : "urgent";
    if (flying.size >= most + spare) return false;
    const limit = Math.max(1, Math.floor(perSecond * ahead)) * channel.bundle;
    const now = clock();
    const until = now + (2 * timeout + 5) * 1000;
    const doubted = await doubt?.before();
    const { bundle: size, name } = channel;
    const bundles = await store.take(name, limit, size, now, until, scope, doubted);
    for (const bundle of bundles) {
      launch(bundle);
      await sleepFor(1000 / perSecond);
    }
    return bundles.length > 0;
  }

  async function rest(): Promise<void> {
    if (!nudged) {
      await Promise.race([
        new Promise<void>((resolve) => {
          wake = resolve;
        }),
        sleepFor(pause),
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
    await Promise.all(flying);
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
