/** What a variant makes of an alert, and how its quiet series are disturbed. */
import type { Sample, Samples } from "../../lib/fixture.ts";
import { each, extended, type One, relabel, together } from "./samples.ts";
import type { Subject } from "./subject.ts";

/** How many alerts fire in an environment, at every step from one to another. */
export interface Claim {
  readonly env: string;
  readonly from: number;
  readonly to: number;
  readonly least: number;
  readonly most: number;
}

/** What a variant makes of an alert: series, and what must be true of them. */
export interface Scenario {
  readonly samples: Samples;
  readonly claims: readonly Claim[];
}

/** Everything in an environment of this name; what has environments of its own keeps them apart. */
export const inEnvironment = (samples: Samples, env: string): Samples =>
  relabel(samples, ({ labels }) => ({ env: labels["env"] ? `${env}/${labels["env"]}` : env }));

export const exactly = (env: string, count: number, from: number, to = from): Claim => ({
  env,
  from,
  to,
  least: count,
  most: count,
});

export const mapValues = (samples: Samples, change: (one: One) => readonly Sample[]): Samples =>
  together(each(samples).map((one) => ({ ...one, values: change(one) })));

/**
 * Something happens to quiet series some steps before or after the moment at which they are known to
 * be quiet; they go on long enough for it to show.
 */
export function disturbed(
  subject: Subject,
  env: string,
  change: (one: One, at: number) => readonly Sample[],
  { later = 0, watch = 0 } = {},
): Scenario[] {
  const { forSteps, kindOf, quiet } = subject;
  if (quiet === undefined) return [];
  // What waits may be about to fire by then, so it is disturbed before.
  const at = forSteps === 0 ? quiet.at + later : Math.max(1, quiet.at - forSteps - 2);
  const end = Math.max(quiet.at, at + forSteps + 2) + watch;
  const long = extended(quiet.samples, end + 1, kindOf);
  const changed = mapValues(long, (one) => change(one, at));
  return [{ samples: inEnvironment(changed, env), claims: [exactly(env, 0, quiet.at, end)] }];
}
