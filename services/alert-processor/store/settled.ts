import { type Outcome, waitFor } from "../core/retry.ts";
import type { Bundle, Settled } from "./store.ts";

/** What an attempt makes of the deliveries of a bundle. */
export function settledBy(outcome: Outcome, { deliveries }: Bundle, now: number): Settled {
  const keys = deliveries.map(({ key }) => key);
  if (outcome.kind === "sent") return { keys, kind: "sent" };
  const { why } = outcome;
  // One that makes no sense to the other side must not take the others with it.
  if (outcome.kind === "refused") return { keys, kind: keys.length > 1 ? "apart" : "dead", why };
  const attempts = Math.max(...deliveries.map((one) => one.attempts));
  const age = now - Math.min(...deliveries.map(({ plannedAt }) => plannedAt));
  const after = outcome.kind === "failed" ? outcome.afterSeconds : undefined;
  const wait = waitFor(attempts, age, Math.random(), after);
  if (wait === undefined) return { keys, kind: "dead", why: `${why}; given up after a day` };
  return { keys, kind: "again", dueAt: now + wait, why };
}
