import { stringify } from "yaml";
import type { Alert, AlertGroup } from "./alert.ts";

/** What a stack may say about rules. */
export interface RuleOptions {
  /** Threshold by alert name. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** Where `runbooks/` is served; without it alerts name the file in the repository. */
  readonly runbookBase?: string | undefined;
}

/** Anchor of an alert's section in its service's runbook. */
export function runbookOf(alert: Alert): string {
  return `${alert.service}.md#${alert.name.toLowerCase()}`;
}

function runbookAnnotation(alert: Alert, base: string | undefined): Record<string, string> {
  return base === undefined
    ? { runbook: `runbooks/${runbookOf(alert)}` }
    : { runbook_url: `${base.replace(/\/+$/, "")}/${runbookOf(alert)}` };
}

/** Labels an alert always carries. */
export function labelsOf(alert: Alert): Record<string, string> {
  const { scope, service, severity, team } = alert;
  return { scope, service, severity, team };
}

/** Annotations as written in the rule, templates not yet filled. */
export function annotationsOf(alert: Alert, options: RuleOptions): Record<string, string> {
  const { description, summary } = alert;
  return { description, ...runbookAnnotation(alert, options.runbookBase), summary };
}

/** The YAML text of a service's rule file. Same input, same bytes. */
export function renderRuleFile(group: AlertGroup, options: RuleOptions): string {
  const rules = Object.values(group.alerts).map((alert) => ({
    alert: alert.name,
    expr: alert.expression(options.thresholds[alert.name]),
    ...(alert.for === "0s" ? {} : { for: alert.for }),
    labels: labelsOf(alert),
    annotations: annotationsOf(alert, options),
  }));
  return stringify({ groups: [{ name: group.service, rules }] }, { lineWidth: 0 });
}
