import { setTimeout as sleep } from "node:timers/promises";
import type { Channel, Links } from "../channels/channel.ts";
import { settledBy } from "../store/settled.ts";
import type { Settled, Store } from "../store/store.ts";

export interface DrainOptions {
  readonly store: Store;
  readonly channels: readonly Channel[];
  readonly links: Links;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** When nothing more is begun, by the clock. */
  readonly until: number;
  /** As in {@link Store.take}. */
  readonly doubted?: number | undefined;
  /** Called with the reason when a message was not sent. */
  readonly onTrouble: (why: string) => void;
}

/** Milliseconds that one message may take. */
const timeout = 5_000;

/** Messages taken at once: few, so that the most urgent ones go out soon, and no lease has to end. */
const manyMessages = 2;

/** @returns How many messages were sent. */
async function drainOne(channel: Channel, options: DrainOptions): Promise<number> {
  const { clock, doubted, links, onTrouble, store, until } = options;
  let sent = 0;
  while (clock() < until) {
    const limit = manyMessages * channel.bundle;
    const lease = until + 2 * timeout;
    const { bundle: size, name } = channel;
    const bundles = await store.take(name, limit, size, clock(), lease, "all", doubted);
    if (bundles.length === 0) break;
    const results: Settled[] = [];
    for (const bundle of bundles) {
      if (clock() >= until) break;
      const { deliveries, key, occasion } = bundle;
      const alerts = deliveries.map(({ alert }) => alert);
      const message = { key, occasion, alerts, links };
      const outcome = await channel.send(message, AbortSignal.timeout(timeout));
      results.push(settledBy(outcome, bundle, clock()));
      if (outcome.kind === "sent") sent += 1;
      else onTrouble(`${channel.name}: ${outcome.why}`);
      await sleep(1000 / channel.perSecond);
    }
    await store.settle(results, clock());
  }
  return sent;
}

/** Tells all channels what is due, until the time is over. @returns How many messages were sent. */
export async function drain(options: DrainOptions): Promise<number> {
  const { channels, onTrouble } = options;
  const sent = await Promise.all(
    channels.map((channel) =>
      // What stops one channel must not stop the others.
      drainOne(channel, options).catch((error: unknown) => {
        onTrouble(`${channel.name}: ${error instanceof Error ? error.message : String(error)}`);
        return 0;
      }),
    ),
  );
  return sent.reduce((sum, count) => sum + count, 0);
}
