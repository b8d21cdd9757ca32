import type { Clock } from "./clock.ts";

/** Wrong passwords for one name from one address within a minute. */
const perAddress = 10;

/** Wrong passwords for one name from everywhere within a minute: each costs time that alerts need. */
const perName = 60;

/**
 * Names and addresses that are remembered of a minute: a client that makes up more is not counted, and costs nothing.
 */
const most = 50_000;

/** Counts attempts, so that nobody guesses passwords by the thousand. */
export interface Guesses {
  /**
   * Each name is counted on its own: a flood of names that nobody has keeps nobody out.
   *
   * @returns False where this one has to wait. Counts before it is known whether it is right.
   */
  begin(name: string, address: string): boolean;
  /** It was right. */
  forgive(name: string, address: string): void;
}

/** @param isKnown - Whether there is such a user, whose attempts are counted whatever else is. */
export function guessLimit(clock: Clock, isKnown: (name: string) => boolean): Guesses {
  let minute = 0;
  const wrong = new Map<string, number>();
  const keysOf = (name: string, address: string) =>
    [
      [JSON.stringify([name]), perName],
      [JSON.stringify([name, address]), perAddress],
    ] as const;
  return {
    begin: (name, address) => {
      const now = Math.floor(clock() / 60_000);
      if (now !== minute) wrong.clear();
      minute = now;
      const keys = keysOf(name, address);
      if (keys.some(([key, limit]) => (wrong.get(key) ?? 0) >= limit)) return false;
      for (const [key] of keys) {
        if (isKnown(name) || wrong.has(key) || wrong.size < most)
          wrong.set(key, (wrong.get(key) ?? 0) + 1);
      }
      return true;
    },
    forgive: (name, address) => {
      for (const [key] of keysOf(name, address)) wrong.set(key, (wrong.get(key) ?? 1) - 1);
    },
  };
}
