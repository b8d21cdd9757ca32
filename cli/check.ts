import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "../lib/errors.ts";

/** Something that must be true of a running estate. */
export interface Check {
  readonly claim: string;
  /** Why it is not true, or undefined. */
  readonly ask: () => Promise<string | undefined>;
}

/** Asks until the answer is good or the deadline has passed; the last reason, or undefined. */
export async function settle(check: Check, deadline: number): Promise<string | undefined> {
  for (;;) {
    const problem = await check.ask().catch(reasonOf);
    if (problem === undefined || Date.now() >= deadline) return problem;
    await sleep(500);
  }
}
