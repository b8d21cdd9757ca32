import { reasonOf } from "../lib/errors.ts";
import { poll } from "../lib/poll.ts";

/** Something that must be true of a running estate. */
export interface Claim {
  readonly claim: string;
  /** Why it is not true, or undefined. */
  readonly ask: () => Promise<string | undefined>;
}

/** Asks until the answer is good or the time, in seconds, is over; the last reason, or undefined. */
export const settle = (one: Claim, seconds: number): Promise<string | undefined> =>
  poll(
    () => one.ask().catch(reasonOf),
    (problem) => problem === undefined,
    { every: 500, within: seconds * 1000 },
  );
