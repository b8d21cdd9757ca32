import { toYaml } from "../../lib/yaml.ts";
import type { Alert, AlertGroup, Estate, Labels } from "./alert.ts";
import { seconds } from "../../lib/duration.ts";
import { pacesOf, type Paced } from "./pace.ts";
import { compute, type Matchers, ruleDialect } from "./signal.ts";
import { allBut, type InstanceThresholds, ownThresholds } from "./threshold.ts";

/** An alert that is switched off for a while. */
export interface SwitchedOff {
  readonly reason: string;
  /** First day on which it fires again: `2027-01-31`, in UTC. */
  readonly until: string;
}

/** A stack's settings for rules. */
export interface RuleOptions extends Estate {
  /** Time between two evaluations of a rule that says nothing else: `15s`. */
  readonly evaluationInterval: string;
  /** Threshold by alert name. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** Thresholds by alert name, of one instance each. */
  readonly instances: InstanceThresholds;
  /** Alerts that are switched off, by name. */
  readonly off: Readonly<Record<string, SwitchedOff>>;
  /** Where `runbooks/` is served; without it alerts name the file in the repository. */
  readonly runbookBase?: string | undefined;
  /** Where Grafana is; without it alerts link to no board. */
  readonly grafanaBase?: string | undefined;
}

/** A stack that says nothing about rules. */
export const plainOptions: RuleOptions = {
  thresholds: {},
  instances: {},
  off: {},
  jobs: ["node"],
  evaluationInterval: "15s",
};

/** Anchor of an alert's section in its service's runbook. */
export function runbookOf(alert: Alert): string {
  return `${alert.service}.md#${alert.name.toLowerCase()}`;
}

const trimmed = (base: string): string => base.replace(/\/+$/, "");

function runbookAnnotation(alert: Alert, base: string | undefined): Record<string, string> {
  return base === undefined
    ? { runbook: `runbooks/${runbookOf(alert)}` }
    : { runbook_url: `${trimmed(base)}/${runbookOf(alert)}` };
}

function boardAnnotation({ board }: Alert, base: string | undefined): Record<string, string> {
  if (base === undefined) return {};
  const query = board.variables.map((label) => `var-${label}={{ $labels.${label} }}`).join("&");
  return { dashboard_url: `${trimmed(base)}/d/${board.uid}${query === "" ? "" : `?${query}`}` };
}

/** Labels an alert always carries: what routes and inhibitions decide by. */
export function labelsOf(alert: Alert): Labels {
  const { down, family, layer, scope, service, severity, team } = alert;
  return { ...(down && { down: "true" }), family, layer, scope, service, severity, team };
}

/** Annotations as written in the rule, templates not yet filled. */
export function annotationsOf(alert: Alert, options: RuleOptions): Record<string, string> {
  const { description, name, summary } = alert;
  const off = options.off[name];
  return {
    ...boardAnnotation(alert, options.grafanaBase),
    description,
    ...runbookAnnotation(alert, options.runbookBase),
    summary,
    ...(off && { switched_off: `until ${off.until}: ${off.reason}` }),
  };
}

/** A switched off alert comes back automatically: Prometheus looks at the clock, rendering does not. */
function untilThen(expression: string, off: SwitchedOff | undefined): string {
  if (off === undefined) return expression;
  return `(${expression}) unless on () (vector(time()) < ${Date.parse(off.until) / 1000})`;
}

/** The conditions of an alert: one for all, or one for the rest and one per instance of its own. */
function expressionsOf(alert: Alert, options: RuleOptions): string[] {
  const threshold = options.thresholds[alert.name];
  const own = ownThresholds(alert.name, options.instances);
  if (own.length === 0) return [alert.expression(threshold, options)];
  const where = (matchers: Matchers) => ({ ...ruleDialect, matchers });
  return [
    alert.expression(threshold, options, where(allBut(own))),
    ...own.map(({ instance, value }) => alert.expression(value, options, where({ instance }))),
  ];
}

function alertingRules(alert: Alert, options: RuleOptions): object[] {
  return expressionsOf(alert, options).map((expression) => ({
    alert: alert.name,
    expr: untilThen(expression, options.off[alert.name]),
    ...(alert.for === "0s" ? {} : { for: alert.for }),
    ...(alert.keepFiringFor && { keep_firing_for: alert.keepFiringFor }),
    labels: labelsOf(alert),
    annotations: annotationsOf(alert, options),
  }));
}

/** In the order of the definitions: a later one may read an earlier one. */
function recordingRules({ recordings = [], signals }: AlertGroup): object[] {
  const recorded = Object.values(signals)
    .filter((signal) => signal.record !== undefined)
    .map((signal) => ({ record: signal.record, expr: compute(signal, ruleDialect) }));
  return [...recorded, ...recordings.map(({ expr, labels, record }) => ({ record, expr, labels }))];
}

/**
 * The YAML text of a group's rule file: what it records, then its alerts, those that may wait in
 * groups of their own. Same input, same bytes.
 *
 * @param alerts - Which of its alerts; all where it is not given.
 */
export function renderRuleFile(
  group: AlertGroup,
  options: RuleOptions,
  alerts: readonly Alert[] = Object.values(group.alerts),
): string {
  const recordings = recordingRules(group);
  const paced = pacesOf(group, alerts, seconds(options.evaluationInterval));
  const parts: readonly Paced[] = paced.length > 0 ? paced : [{ name: group.name, alerts: [] }];
  const rendered = parts.map(({ alerts: members, interval, name }, index) => ({
    name,
    ...(interval && { interval }),
    rules: [
      ...(index === 0 ? recordings : []),
      ...members.flatMap((alert) => alertingRules(alert, options)),
    ],
  }));
  return toYaml({ groups: rendered });
}
