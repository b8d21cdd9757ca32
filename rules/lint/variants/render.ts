/** The variants of an alert as a test that promtool runs. */
import { toYaml } from "../../../lib/yaml.ts";
import { type Alert, type AlertGroup, type VariantName, variantNames } from "../../lib/alert.ts";
import { seconds } from "../../../lib/duration.ts";
import { notation, withUp } from "../../lib/fixture.ts";
import { plainOptions, renderRuleFile } from "../../lib/rule-file.ts";
import { type AlertTest, neededBy } from "../../lib/rule-test.ts";
import { union } from "./samples.ts";
import { subjectOf } from "./subject.ts";
import type { Claim, Scenario } from "./scenario.ts";
import { variants } from "./table.ts";

/** The variants that hold for an alert: all but those in which it is different by nature. */
export const variantsOf = ({ byNature = {} }: Alert): VariantName[] =>
  variantNames.filter((name) => !(name in byNature));

/** Looks for what contradicts a claim: nothing, or the number of alerts that fired instead. */
function contradiction(alert: Alert, { env, from, least, most, to }: Claim, step: number): string {
  const count = `(count(ALERTS{alertname="${alert.name}",alertstate="firing",env=~"${env}(/.*)?"}) or vector(0))`;
  if (from === to) return `${count} < ${least} or ${count} > ${most}`;
  const range = `[${(to - from) * step + 1}s:${step}s]`;
  return `min_over_time(${count}${range}) < ${least} or max_over_time(${count}${range}) > ${most}`;
}

function testOf(alert: Alert, name: string, scenarios: readonly Scenario[], step: string): object {
  const samples = union(...scenarios.map((scenario) => withUp(scenario.samples)));
  const every = seconds(step);
  return {
    name: `${alert.name} ${name}`,
    interval: step,
    input_series: [...samples].map(([series, values]) => ({ series, values: notation(values) })),
    promql_expr_test: scenarios
      .flatMap(({ claims }) => claims)
      .map((claim) => ({
        expr: contradiction(alert, claim, every),
        eval_time: `${claim.to * every}s`,
        exp_samples: [],
      })),
  };
}

/**
 * What promtool needs to try variants of one alert.
 *
 * @param ruleFile - Name under which `rules` will lie beside the tests.
 * @param apart - Each scenario in a test of its own, which tells more and takes longer: an error in
 *   one evaluates the rule for none.
 */
export function renderVariants(
  alert: Alert,
  group: AlertGroup,
  ruleFile: string,
  names: readonly VariantName[] = variantsOf(alert),
  apart = false,
): AlertTest {
  const subject = subjectOf(alert, group);
  const { step } = subject;
  const named = names.map((name) => [name, variants[name].scenarios(subject, name)] as const);
  const tests = apart
    ? named.flatMap(([name, scenarios]) =>
        scenarios.map((one) => testOf(alert, one.claims[0]?.env ?? name, [one], step)),
      )
    : [
        testOf(
          alert,
          "in every variant",
          named.flatMap(([, scenarios]) => scenarios),
          step,
        ),
      ];
  const recordings = neededBy(alert.expression(undefined, plainOptions), group.recordings ?? []);
  return {
    rules: renderRuleFile({ ...group, recordings }, plainOptions, [alert]),
    tests: toYaml({ rule_files: [ruleFile], evaluation_interval: step, tests }),
  };
}
