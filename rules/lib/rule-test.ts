import { stringify } from "yaml";
import type { Alert, AlertGroup, Fixture } from "./alert.ts";
import { annotationsOf, labelsOf, type RuleOptions } from "./rule-file.ts";

interface ExpectedAlert {
  readonly exp_labels: Readonly<Record<string, string>>;
  readonly exp_annotations: Readonly<Record<string, string>>;
}

function testOf(
  alert: Alert,
  fixture: Fixture,
  expected: readonly ExpectedAlert[],
  claim: string,
): object {
  return {
    name: `${alert.name} ${claim}`,
    interval: "1m",
    input_series: Object.entries(fixture.series).map(([series, values]) => ({ series, values })),
    alert_rule_test: [{ eval_time: fixture.at, alertname: alert.name, exp_alerts: expected }],
  };
}

/** The annotations with their templates filled, as promtool must find them. */
function filledAnnotations(alert: Alert, options: RuleOptions): Record<string, string> {
  const { labels, value } = alert.fires;
  const fill = (text: string): string =>
    text
      .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_all, label: string) => labels[label] ?? "")
      .replaceAll(/\{\{ \$value[^}]*\}\}/g, value ?? "");
  const annotations = Object.entries(annotationsOf(alert, options));
  return Object.fromEntries(annotations.map(([name, text]) => [name, fill(text)]));
}

/**
 * The text of a `promtool test rules` file for a service: each alert fires on its firing fixture with
 * exactly its labels and annotations, and stays quiet on its quiet one.
 *
 * @param ruleFile - Path of the service's rule file, as promtool will see it.
 */
export function renderRuleTests(group: AlertGroup, ruleFile: string, options: RuleOptions): string {
  const tests = Object.values(group.alerts).flatMap((alert) => {
    const firing: ExpectedAlert = {
      exp_labels: { ...alert.fires.labels, ...labelsOf(alert) },
      exp_annotations: filledAnnotations(alert, options),
    };
    return [
      testOf(alert, alert.fires, [firing], "fires"),
      ...(alert.quiet === "never" ? [] : [testOf(alert, alert.quiet, [], "stays quiet")]),
    ];
  });
  return stringify({ rule_files: [ruleFile], evaluation_interval: "1m", tests }, { lineWidth: 0 });
}
