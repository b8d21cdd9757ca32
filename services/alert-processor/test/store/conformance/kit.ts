import type { Incoming } from "../../../core/payload.ts";
import type { Bundle, Store } from "../../../store/store.ts";
import { message, minute, plan, receiptOf, start } from "../../examples.ts";

/** The alert that examples are about. */
export const fingerprint = message().fingerprint;

/** Until when a worker has what it took. */
export const lease = start + 10 * minute;

export const keysOf = (bundles: readonly Bundle[]): string[] =>
  bundles.flatMap(({ deliveries }) => deliveries.map(({ key }) => key));

/** What is told, and of how many alerts at a time. */
export const occasions = (bundles: readonly Bundle[]): string[] =>
  bundles.map(({ deliveries, occasion }) => `${occasion} ${deliveries.length}`);

/** A store that is told of alerts, and its workers. */
export interface Telling {
  /** Opened for each test. */
  readonly store: Store;
  readonly tell: (now: number, ...alerts: Incoming[]) => ReturnType<Store["ingest"]>;
  readonly take: (channel: string, now: number, size?: number, until?: number) => Promise<Bundle[]>;
  /** Sends all that is due. @returns As {@link occasions}. */
  readonly send: (channel: string, now: number) => Promise<string[]>;
}

/** Opens a store before each test, and closes it after. */
export function telling(open: () => Promise<Store>): Telling {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());
  const take: Telling["take"] = (channel, now, size = 1, until = now + 10 * minute) =>
    store.take(channel, 1000, size, now, until);
  return {
    get store() {
      return store;
    },
    tell: (now, ...alerts) => store.ingest([receiptOf(...alerts)], plan, now),
    take,
    send: async (channel, now) => {
      const bundles = await take(channel, now);
      await store.settle([{ kind: "sent", keys: keysOf(bundles) }], now);
      return occasions(bundles);
    },
  };
}
