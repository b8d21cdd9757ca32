/** A situation from a public bug report about alert rules, as its exporter tells of it. */
import { stringify } from "yaml";
import { groups } from "../../../rules/index.ts";
import { notation, samplesOf, withUp } from "../../../rules/lib/fixture.ts";
import { plainOptions, renderRuleFile } from "../../../rules/lib/rule-file.ts";
import { ruleFileOf, runAlertTests } from "../../../lab/promtool.ts";

export interface Situation {
  readonly alert: string;
  /** Labels of all series: the scrape's. */
  readonly target?: Readonly<Record<string, string>>;
  readonly series: Readonly<Record<string, string>>;
  /** @default 1m */
  readonly step?: string;
  /** How many alerts fire, by the moment. */
  readonly firing: Readonly<Record<string, number>>;
}

export type Situations = Readonly<Record<string, Situation>>;

/** The rules of an alert alone, and the situation, as promtool wants them. */
function testOf({ alert: name, firing, series, step = "1m", target = {} }: Situation) {
  const group = groups.find(({ alerts }) => name in alerts);
  const alert = group?.alerts[name];
  if (group === undefined || alert === undefined) throw new Error(`no alert ${name}`);
  const samples = withUp(samplesOf(series, target));
  const count = `(count(ALERTS{alertname="${name}",alertstate="firing"}) or vector(0))`;
  return {
    rules: renderRuleFile(group, plainOptions, [alert]),
    tests: stringify(
      {
        rule_files: [ruleFileOf(name)],
        evaluation_interval: step,
        tests: [
          {
            interval: step,
            input_series: [...samples].map(([one, values]) => ({
              series: one,
              values: notation(values),
            })),
            promql_expr_test: Object.entries(firing).map(([at, wanted]) => ({
              expr: `${count} != ${wanted}`,
              eval_time: at,
              exp_samples: [],
            })),
          },
        ],
      },
      { lineWidth: 0 },
    ),
  };
}

/** Tries each situation on the alert that it is about, by the real promtool. */
export function tryAll(situations: Situations): void {
  it.each(Object.entries(situations))("%s", async (_name, situation) => {
    const answers = await runAlertTests(new Map([[situation.alert, testOf(situation)]]));
    expect(answers.get(situation.alert)).toBeUndefined();
  });
}
