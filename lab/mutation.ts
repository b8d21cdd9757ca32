import { availableParallelism } from "node:os";
import { allAlerts, groups } from "../rules/index.ts";
import { type AlertGroup } from "../rules/lib/alert.ts";
import { nearest } from "../lib/nearest.ts";
import { plainOptions } from "../rules/lib/rule-file.ts";
import { type AlertTest, renderAlertTest } from "../rules/lib/rule-test.ts";
import { mutantsOf } from "../rules/lint/mutants.ts";
import { UsageError } from "../lib/errors.ts";
import { ruleFileOf, runAlertTests } from "./promtool.ts";

/** The result for the mutants of one alert. */
export interface MutationResult {
  readonly alert: string;
  readonly mutants: number;
  /** Changes that no test noticed. */
  readonly survivors: readonly string[];
}

/**
 * The groups of alerts with these names; every group where there is none.
 *
 * @throws UsageError where a name is not an alert's.
 */
export function groupsWith(names: readonly string[]): AlertGroup[] {
  const known = allAlerts().map(({ name }) => name);
  const strangers = names.filter((name) => !known.includes(name));
  if (strangers.length > 0) {
    throw new UsageError(
      strangers
        .map((name) => `${name} is not an alert; did you mean ${nearest(name, known) ?? known[0]}?`)
        .join("\n"),
    );
  }
  return groups.filter(
    ({ alerts }) => names.length === 0 || names.some((name) => Object.hasOwn(alerts, name)),
  );
}

/**
 * Changes every alert in every way of {@link mutantsOf} and lets its own tests run against that.
 *
 * @param only - Names of the alerts to look at; all where it is empty.
 */
export async function mutate(
  group: AlertGroup,
  only: readonly string[] = [],
): Promise<MutationResult[]> {
  const alerts = Object.values(group.alerts).filter(
    ({ name }) => only.length === 0 || only.includes(name),
  );
  const named = alerts.flatMap((alert) =>
    mutantsOf(alert).map((mutant, index) => ({
      ...mutant,
      name: `${alert.name}-${index}`,
      original: alert.name,
    })),
  );
  const tests = new Map<string, AlertTest>(
    named.map(({ alert, name }) => [
      name,
      renderAlertTest(alert, group, ruleFileOf(name), plainOptions),
    ]),
  );
  const answers = await runAlertTests(tests);
  return alerts.map(({ name }) => {
    const mine = named.filter(({ original }) => original === name);
    return {
      alert: name,
      mutants: mine.length,
      survivors: mine
        .filter((mutant) => answers.get(mutant.name) === undefined)
        .map(({ change }) => change),
    };
  });
}

/**
 * {@link mutate} for many groups, as many at once as there are processors; promtool uses one each.
 *
 * @param begun - Told the name of each group when its turn comes.
 * @returns In the order of the groups.
 */
export async function mutateAll(
  groups: readonly AlertGroup[],
  only: readonly string[],
  begun: (name: string) => void,
): Promise<MutationResult[]> {
  const results: MutationResult[][] = [];
  const waiting = groups.entries();
  const work = async (): Promise<void> => {
    for (const [index, group] of waiting) {
      begun(group.name);
      results[index] = await mutate(group, only);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results.flat();
}
