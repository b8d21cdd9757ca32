import { stringify } from "yaml";
import { groups } from "../../../rules/index.ts";
import type { Alert, AlertGroup } from "../../../rules/lib/alert.ts";
import { seconds } from "../../../lib/duration.ts";
import { complete, notation, partsOfName, samplesOf, withUp } from "../../../rules/lib/fixture.ts";
import { plainOptions } from "../../../rules/lib/rule-file.ts";
import { renderAlertTest } from "../../../rules/lib/rule-test.ts";
import { parse, selectors, type Selector } from "../../../rules/lint/promql.ts";
import { blockers, type Has, lacking, toldBy } from "../../../rules/lint/reach.ts";
import { ruleFileOf, runAlertTests } from "../../../lab/promtool.ts";

const only =
  (...metrics: string[]): Has =>
  ({ metric }) =>
    metrics.includes(metric);
const lacks = (expression: string, has: Has): string[] =>
  lacking(parse(expression), has).map(({ metric }) => metric);

describe("an expression of which only a exists", () => {
  it.each<[expression: string, ...lacking: string[]]>([
    ["a > 1"],
    ["b > 1", "b"],
    ["a / b > 1", "b"],
    ["b + a > 1", "b"],
    ["a and on (host) b", "b"],
    ["b and a", "b"],
    ["a or b"],
    ["b or a"],
    ["b or c", "b", "c"],
    ["a unless b"],
    ["b unless a", "b"],
    ["absent(b)"],
    ["absent_over_time(b[5m])"],
    ["vector(1) > b", "b"],
    ["vector(1)"],
    ["time() - b > 60", "b"],
    ["a > scalar(b)", "b"],
    ["sum by (host) (rate(b[5m]))", "b"],
    ["histogram_quantile(0.9, sum by (le) (rate(b[5m]))) > 1", "b"],
    ["max_over_time((a * 2)[1h:5m]) > 1"],
    ["max_over_time((b * 2)[1h:5m]) > 1", "b"],
    ["(b offset 1h)", "b"],
    ["-b", "b"],
    ["topk(3, b)", "b"],
    ["(a or b) and (a unless c)"],
    ["a * on (host) group_left (x) b", "b"],
    ["a > bool 1"],
  ])("%s", (expression, ...expected) => {
    expect(lacks(expression, only("a"))).toEqual(expected);
  });
});

describe("a selector and what programs tell", () => {
  const series = new Map([["a", { kind: "gauge" as const, labels: new Set(["state"]), from: [] }]]);
  const has = toldBy([{ jobs: ["node"], series }]);

  it.each([
    ["a", true],
    ["b", false],
    ['a{state="x"}', true],
    ['a{mode="x"}', false],
    ['a{mode=""}', true],
    ['a{mode!="x"}', true],
    ['a{mode=~".+"}', false],
    ['a{mode=~".*"}', true],
    ['a{job="node",host="h"}', true],
    ['a{job=~"node|x"}', true],
    ['a{job="redis"}', false],
    ['a{job!="redis"}', true],
  ])("%s", (expression, exists) => {
    const [selector] = selectors(parse(expression)) as [Selector];
    expect(has(selector)).toBe(exists);
  });
});

/** Series of a fixture, those that every scrape has among them. */
function fixture(alert: Alert) {
  return withUp(samplesOf(alert.fires.series, alert.target));
}

const everyAlert = groups.flatMap((group) =>
  Object.values(group.alerts).map((alert) => ({ alert, group })),
);

it("no alert is said to be out of reach of the series that make it fire", () => {
  const wrong = everyAlert.filter(({ alert }) => {
    const names = new Set([...fixture(alert).keys()].map((name) => partsOfName(name).metric));
    const has: Has = ({ metric }) => names.has(metric) || metric === "ALERTS";
    return blockers(groups, has)(alert).length > 0;
  });
  expect(wrong.map(({ alert }) => alert.name)).toEqual([]);
});

/** Fires from its fixture without the series of a metric; promtool is told that it must not. */
function deprived({ alert, group }: { alert: Alert; group: AlertGroup }, metric: string) {
  const left = new Map(
    [...fixture(alert)].filter(([name]) => complete(name, {}).metric !== metric),
  );
  const step = alert.step ?? "1m";
  const tests = {
    rule_files: [ruleFileOf(alert.name)],
    evaluation_interval: step,
    tests: [
      {
        name: `${alert.name} without ${metric}`,
        interval: step,
        input_series: [...left].map(([series, values]) => ({ series, values: notation(values) })),
        alert_rule_test: [
          alert.fires.from,
          `${seconds(alert.fires.from) + seconds(step) * 3}s`,
        ].map((eval_time) => ({ eval_time, alertname: alert.name, exp_alerts: [] })),
      },
    ],
  };
  const { rules } = renderAlertTest(alert, group, ruleFileOf(alert.name), plainOptions);
  return { rules, tests: stringify(tests, { lineWidth: 0, aliasDuplicateObjects: false }) };
}

it("what is said to be out of reach cannot be fired: promtool, on every expression that could mislead", async () => {
  const subjects = everyAlert.flatMap((one) => {
    const expression = one.alert.expression(undefined, plainOptions);
    if (!/\b(?:or|unless|absent|scalar|count)\b/.test(expression)) return [];
    const names = [...new Set([...fixture(one.alert).keys()].map((n) => partsOfName(n).metric))];
    const without = (name: string): Has =>
      only(...names.filter((other) => other !== name), "ALERTS");
    const metric = names.find((name) => blockers(groups, without(name))(one.alert).length > 0);
    return metric === undefined ? [] : [{ ...one, metric }];
  });
  expect(subjects.length).toBeGreaterThan(100);
  const failures = await runAlertTests(
    new Map(subjects.map((one) => [one.alert.name, deprived(one, one.metric)])),
  );
  const wrong = [...failures].filter(([, failure]) => failure !== undefined);
  expect(wrong).toEqual([]);
});
