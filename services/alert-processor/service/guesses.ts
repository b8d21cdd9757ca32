import type { Clock } from "./clock.ts";

/** Wrong passwords for one name from one address within a minute. */
const perName = 10;

/** Wrong passwords from everywhere within a minute: each one costs time that alerts need. */
const together = 100;

/** Counts attempts, so that nobody guesses passwords by the thousand. */
export interface Guesses {
  /**
   * @param who - Name and address.
   * @returns False where this one has to wait. Counts before it is known whether it is right.
   */
  begin(who: string): boolean;
  /** It was right. */
  forgive(who: string): void;
}

export function guessLimit(clock: Clock): Guesses {
  let minute = 0;
  let all = 0;
  const wrong = new Map<string, number>();
  return {
    begin: (who) => {
      const now = Math.floor(clock() / 60_000);
      if (now !== minute) {
        wrong.clear();
        all = 0;
      }
      minute = now;
      const before = wrong.get(who) ?? 0;
      if (before >= perName || all >= together) return false;
      wrong.set(who, before + 1);
      all += 1;
      return true;
    },
    forgive: (who) => {
      all -= 1;
      wrong.set(who, (wrong.get(who) ?? 1) - 1);
    },
  };
}
