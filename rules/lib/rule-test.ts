import { toYaml } from "../../lib/yaml.ts";
import { type Alert, type AlertGroup, type Labels, readsOfGroup } from "./alert.ts";
import { seconds } from "../../lib/duration.ts";
import { follow, notation, type Samples, samplesOf, withMissedScrape, withUp } from "./fixture.ts";
import type { Recording } from "./slo.ts";
import { annotationsOf, labelsOf, renderRuleFile, type RuleOptions } from "./rule-file.ts";

interface ExpectedAlert {
  readonly exp_labels: Labels;
  readonly exp_annotations: Labels;
}

/** The alerts that must be firing after so many steps. */
interface Moment {
  readonly step: number;
  readonly firing: readonly ExpectedAlert[];
}

const defaultStep = "1m";

/** The labels of a firing alert: those of the target, what the fixture adds or takes, its own. */
export function firingLabels(alert: Alert): Labels {
  const all = { ...alert.target, ...alert.fires.labels, ...labelsOf(alert) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

/** The alert as promtool must find it, its templates filled. */
function firing(alert: Alert, options: RuleOptions): ExpectedAlert {
  const labels = firingLabels(alert);
  const fill = (text: string): string =>
    text
      .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_all, label: string) => labels[label] ?? "")
      .replaceAll(/\{\{ \$value[^}]*\}\}/g, alert.fires.value ?? "");
  const annotations = Object.entries(annotationsOf(alert, options));
  return {
    exp_labels: labels,
    exp_annotations: Object.fromEntries(annotations.map(([name, text]) => [name, fill(text)])),
  };
}

function testOf(alert: Alert, claim: string, samples: Samples, moments: readonly Moment[]): object {
  const step = alert.step ?? defaultStep;
  return {
    name: `${alert.name} ${claim}`,
    interval: step,
    input_series: [...withUp(samples)].map(([series, values]) => ({
      series,
      values: notation(values),
    })),
    alert_rule_test: moments.map((moment) => ({
      eval_time: `${moment.step * seconds(step)}s`,
      alertname: alert.name,
      exp_alerts: moment.firing,
    })),
  };
}

/** Four claims: it fires when it should, not under the threshold, not for a missed scrape, and it ends. */
function testsOf(alert: Alert, group: AlertGroup, options: RuleOptions): object[] {
  const stepSeconds = seconds(alert.step ?? defaultStep);
  const steps = (duration: string): number => Math.round(seconds(duration) / stepSeconds);
  const expected = firing(alert, options);
  const series = samplesOf(alert.fires.series, alert.target);
  const from = steps(alert.fires.from);
  const before = from === 0 ? [] : [{ step: from - 1, firing: [] }];
  const start = { step: from, firing: [expected] };
  const fires = testOf(alert, "fires", series, [...before, start]);
  if (alert.quiet === "never") return [fires];

  const calm = samplesOf(alert.quiet.series, alert.target);
  const end = steps(alert.quiet.at);
  const quiet = testOf(alert, "stays quiet", calm, [{ step: end, firing: [] }]);
  // Looked at while the scrape is missed, right after, and at the end.
  const gap = Math.max(end - 2, 0);
  const missed = testOf(
    alert,
    "stays quiet when a scrape is missed",
    withMissedScrape(calm, gap),
    [gap, gap + 1, end].map((step) => ({ step, firing: [] })),
  );

  const kinds = readsOfGroup(group);
  const then = alert.resolves ?? alert.quiet;
  const length = from + 1;
  const goesOn = alert.resolves
    ? follow(series, length, samplesOf(then.series, alert.target), () => "gauge", stepSeconds)
    : follow(series, length, calm, (metric) => kinds.get(metric) ?? "gauge", stepSeconds);
  const kept = Math.ceil(seconds(alert.keepFiringFor ?? "0s") / stepSeconds);
  const ended = { step: length + steps(then.at) + kept, firing: [] };
  return [fires, quiet, missed, testOf(alert, "resolves", goesOn, [start, ended])];
}

/** The recordings an expression reads, and those that they read: the others only cost time. */
export function neededBy(expression: string, recordings: readonly Recording[]): Recording[] {
  const needed = new Set<string>();
  const visit = (text: string): void => {
    for (const { record } of recordings) {
      if (needed.has(record) || !text.includes(record)) continue;
      needed.add(record);
      for (const twin of recordings) if (twin.record === record) visit(twin.expr);
    }
  };
  visit(expression);
  return recordings.filter(({ record }) => needed.has(record));
}

/** Files for `promtool test rules` about one alert. */
export interface AlertTest {
  /** The rules of this alert alone, with what its group records. */
  readonly rules: string;
  readonly tests: string;
}

/**
 * promtool's input to prove one alert.
 *
 * @param ruleFile - Name under which `rules` will lie beside the tests.
 */
export function renderAlertTest(
  alert: Alert,
  group: AlertGroup,
  ruleFile: string,
  options: RuleOptions,
): AlertTest {
  const tests = {
    rule_files: [ruleFile],
    evaluation_interval: alert.step ?? defaultStep,
    tests: testsOf(alert, group, options),
  };
  const recordings = neededBy(alert.expression(undefined, options), group.recordings ?? []);
  return {
    rules: renderRuleFile({ ...group, recordings }, options, [alert]),
    tests: toYaml(tests),
  };
}
