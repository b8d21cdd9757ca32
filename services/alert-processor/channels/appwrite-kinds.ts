import type { Outcome } from "../core/retry.ts";

/** How a topic of Appwrite is told. */
export type Kind = "push" | "sms" | "email";

/** All that is not sent is said; it comes again as long as one of the kinds may still work. */
export function together(outcomes: readonly (readonly [Kind, Outcome])[]): Outcome {
  const wrong = outcomes.flatMap(([kind, outcome]) =>
    outcome.kind === "sent" ? [] : [{ ...outcome, why: `${kind}: ${outcome.why}` }],
  );
  const worst = wrong.find(({ kind }) => kind !== "refused") ?? wrong[0];
  return worst === undefined
    ? { kind: "sent" }
    : { ...worst, why: wrong.map(({ why }) => why).join("; ") };
}
