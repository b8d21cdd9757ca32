/** Work on hosts over SSH: one after the other on a host, and a few hosts at once in a run. */
import type { ConnectionInputs } from "../types.ts";
import { open } from "./connect.ts";
import { type Session, sessionOn } from "./session.ts";

/** How many hosts are worked on at once: a bastion in front of them has its limits, too. */
const atOnce = 4;

/** Works that wait for one before them, by what they wait for. */
const queues = new Map<string, Promise<unknown>>();

/** One after the other for the same `key`. */
function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(key) ?? Promise.resolve();
  const mine = before.then(work, work);
  const settled = mine.then(
    () => undefined,
    () => undefined,
  );
  queues.set(key, settled);
  void settled.then(() => {
    if (queues.get(key) === settled) queues.delete(key);
  });
  return mine;
}

let free = atOnce;
const waiting: (() => void)[] = [];

async function withSlot<T>(work: () => Promise<T>): Promise<T> {
  if (free > 0) free -= 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }
}

/**
 * Runs work on a host, over one connection.
 *
 * @throws VigilError where it cannot be reached, shows another key than it must, or lets nobody in.
 */
export const withHost = <T>(
  connection: ConnectionInputs,
  work: (session: Session) => Promise<T>,
): Promise<T> =>
  inTurn(`${connection.address}:${connection.port}`, () =>
    withSlot(async () => {
      const opened = await open(connection);
      try {
        return await work(sessionOn(opened.client, connection));
      } finally {
        opened.close();
      }
    }),
  );
