import { setTimeout as sleep } from "node:timers/promises";

/**
 * Does something again and again, with a pause between end and beginning, so that it never overlaps.
 *
 * @param pause - Milliseconds.
 * @returns Ends it, after what runs.
 */
export function every(
  pause: number,
  onTrouble: (error: unknown) => void,
  work: () => Promise<void>,
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  async function run(): Promise<void> {
    const rest = (): Promise<unknown> => sleep(pause, true, { signal }).catch(() => false);
    while (await rest()) await work().catch(onTrouble);
  }
  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}

/** Work that is owed once it was asked for, until it was done. */
export interface Owed {
  readonly ask: () => void;
  /** Does it, if it is owed. @throws What the work throws: it is owed still. */
  readonly settle: () => Promise<void>;
}

/** @param work - Does all that was asked for before it began. */
export function owed(work: () => Promise<void>): Owed {
  let asked = 0;
  let done = 0;
  return {
    ask: () => {
      asked += 1;
    },
    settle: async () => {
      if (done === asked) return;
      const upTo = asked;
      await work();
      done = upTo;
    },
  };
}
