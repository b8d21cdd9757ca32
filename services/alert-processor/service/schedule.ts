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
