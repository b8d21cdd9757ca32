import { poll } from "../../lib/poll.ts";

/** Waits for a condition the system reaches on its own; gives up, so that a suite never hangs. */
export async function eventually(condition: () => Promise<boolean>): Promise<void> {
  if (await poll(condition, (so) => so, { every: 25, within: 60_000 })) return;
  throw new Error(`It never came: ${condition.toString()}`);
}
