import type { Planner } from "../core/writes.ts";
import type { Ingested, Receipt, Store } from "../store/store.ts";
import type { Clock, SteadyClock } from "./clock.ts";

/** There is more to take in than there is room for: to be tried again soon. */
export class OverloadedError extends Error {}

export interface Ingest {
  /** Fulfilled when the message is durable. @throws {@link OverloadedError}, or what the store throws. */
  (receipt: Receipt): Promise<void>;
}

export interface IngestOptions {
  readonly store: Store;
  readonly plan: Planner;
  readonly clock: Clock;
  readonly steady?: SteadyClock["steady"];
  /** Alerts that may wait. @default 100,000 */
  readonly room?: number;
  /** Told of each transaction. */
  readonly onDone: (done: Ingested, receipts: number, seconds: number) => void;
}

interface Waiting {
  readonly receipt: Receipt;
  readonly size: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** Alerts in one transaction: as many as are written before a sender would notice. */
const batchSize = 5_000;

const sizeOf = ({ alerts, poison }: Receipt): number => alerts.length + poison.length;

/**
 * Takes messages in, all that come while one transaction runs in the next: a commit each would cost a
 * flush of the disk each.
 */
export function ingestInto(options: IngestOptions): Ingest {
  const { clock, onDone, plan, room = 100_000, steady, store } = options;
  const queue: Waiting[] = [];
  let waiting = 0;
  let running = false;

  function next(): Waiting[] {
    let size = 0;
    const end = queue.findIndex((one, index) => {
      size += one.size;
      return size > batchSize && index > 0;
    });
    return queue.splice(0, end < 0 ? queue.length : end);
  }

  async function write(group: readonly Waiting[]): Promise<void> {
    const begun = performance.now();
    try {
      const receipts = group.map(({ receipt }) => receipt);
      const done = await store.ingest(receipts, plan, clock(), steady?.());
      onDone(done, receipts.length, (performance.now() - begun) / 1000);
      for (const one of group) {
        waiting -= one.size;
        one.resolve();
      }
    } catch (error) {
      const [only, ...more] = group;
      if (only !== undefined && more.length === 0) {
        waiting -= only.size;
        only.reject(error);
      }
      // One of them may be to blame: the others must not suffer for it.
      else for (const one of group) await write([one]);
    }
  }

  async function run(): Promise<void> {
    while (queue.length > 0) {
      await write(next());
      // Lets the sockets be read, so that the next group is larger than what came during this one.
      await new Promise(setImmediate);
    }
    running = false;
  }

  return (receipt) =>
    new Promise((resolve, reject) => {
      const size = sizeOf(receipt);
      // What is larger than the room is still taken when nothing else waits.
      if (waiting > 0 && waiting + size > room) {
        reject(new OverloadedError(`${waiting} alerts wait to be written`));
        return;
      }
      waiting += size;
      queue.push({ receipt, size, resolve, reject });
      if (running) return;
      running = true;
      setImmediate(() => void run());
    });
}
