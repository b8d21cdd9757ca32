import type { Outcome } from "../core/retry.ts";

/** The ways in which a topic of Appwrite is notified. */
export type Kind = "push" | "sms" | "email";

/** Every kind that was not sent is reported; the message is retried as long as one of them may still work. */
export function together(outcomes: readonly (readonly [Kind, Outcome])[]): Outcome {
  const wrong = outcomes.flatMap(([kind, outcome]) =>
    outcome.kind === "sent" ? [] : [{ ...outcome, why: `${kind}: ${outcome.why}` }],
  );
  const worst = wrong.find(({ kind }) => kind !== "refused") ?? wrong[0];
  return worst === undefined
    ? { kind: "sent" }
    : { ...worst, why: wrong.map(({ why }) => why).join("; ") };
}
