import { setTimeout as sleep } from "node:timers/promises";

/**
 * Does something again and again, with a pause between end and beginning, so that it never overlaps.
 *
 * @param pause - Milliseconds.
 * @param first - Milliseconds before it is done first. @default pause
 * @returns Ends it, after what runs.
 */
export function every(
  pause: number,
  onTrouble: (error: unknown) => void,
  work: () => Promise<void>,
  first = pause,
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  async function run(): Promise<void> {
    const rest = (time: number): Promise<unknown> =>
      sleep(time, true, { signal }).catch(() => false);
    for (let go = await rest(first); go; go = await rest(pause)) await work().catch(onTrouble);
  }
  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}
