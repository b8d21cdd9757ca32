import { setTimeout as sleep } from "node:timers/promises";

/** How often is asked, and how long. */
export interface Patience {
  /** Between an answer and the next question, in milliseconds. */
  readonly every: number;
  /** After which nothing is asked again, in milliseconds. @default without end */
  readonly within?: number;
  /** Ends it with an error. */
  readonly signal?: AbortSignal;
}

/**
 * Asks, at least once, until the answer will do or the time is over. By the clock that only goes forward:
 * the machine's may be set meanwhile.
 *
 * @returns the last answer, whether it will do or not: the reason says more than that the time is over.
 */
export async function poll<T>(
  ask: () => T | Promise<T>,
  willDo: (answer: T) => boolean,
  { every, signal, within = Infinity }: Patience,
): Promise<T> {
  const end = performance.now() + within;
  for (;;) {
    const answer = await ask();
    if (willDo(answer) || performance.now() >= end) return answer;
    await sleep(every, undefined, { signal });
  }
}
