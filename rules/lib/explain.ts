/** The meaning of an alert for a stack: when it fires, who is notified, what silences it. Pure. */
import { inhibitions } from "../routing/inhibitions.ts";
import type { Alert, Labels } from "./alert.ts";
import { type AlertClass, mayInhibit } from "./alertmanager/cycles.ts";
import type { Maintenance } from "./alertmanager/maintenance.ts";
import { matches } from "./alertmanager/matcher.ts";
import type { Receivers } from "./alertmanager/receivers.ts";
import type { Route } from "./alertmanager/route.ts";
import { routeTree } from "./alertmanager/tree.ts";
import { labelsOf, type RuleOptions } from "./rule-file.ts";

/** Labels an alert has when it fires, as its test proves, beside those it always carries. */
export function provenLabels({ fires, target }: Alert): Labels {
  const all = { ...target, ...fires.labels };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

/** An alert as inhibitions see it: where it is, is open. */
export function classOf(alert: Alert): AlertClass {
  const fixed = { alertname: alert.name, ...labelsOf(alert) };
  const open = Object.keys(provenLabels(alert)).filter((label) => !(label in fixed));
  return { fixed, open: new Set(["env", ...open]) };
}

/** Routes an alert ends in: down the first child that fits, and on where a child says so. */
export function endsOf(route: Route, labels: Labels): Route[] {
  const ends: Route[] = [];
  for (const child of route.routes) {
    if (!matches(child.matchers, labels)) continue;
    ends.push(...endsOf(child, labels));
    if (!child.goesOn) return ends;
  }
  return ends.length > 0 ? ends : [route];
}

/** A stack's decisions about its alerts. */
export interface Stack {
  readonly environment: string;
  readonly options: RuleOptions;
  readonly receivers: Receivers;
  readonly maintenance: Readonly<Record<string, Maintenance>>;
  /** Ways to people that the processor has of its own. */
  readonly ways: readonly ProcessorWay[];
}

/** The alerts of which the processor notifies somebody: severities (all without), seconds after the beginning. */
export interface ProcessorWay {
  readonly channel: string;
  readonly severities?: readonly string[];
  readonly after: readonly number[];
}

/** One way an alert is told. */
export interface Told {
  readonly receiver: string;
  readonly wait: string;
  readonly repeat: string;
  readonly withinHours: boolean;
  /** Maintenance windows during which it is not told. */
  readonly windows: readonly string[];
}

/** The alerts that silence it, and how. */
export interface Silencer {
  readonly rule: string;
  readonly alerts: readonly string[];
}

/** The people notified of it in a stack. */
export function toldOf(alert: Alert, { environment, maintenance, receivers }: Stack): Told[] {
  const labels = {
    ...provenLabels(alert),
    alertname: alert.name,
    env: environment,
    ...labelsOf(alert),
  };
  return endsOf(routeTree(receivers, maintenance), labels).map((route) => ({
    receiver: route.receiver.name,
    wait: route.pace.wait,
    repeat: route.pace.repeat,
    withinHours: route.withinHours,
    windows: route.windows,
  }));
}

/** Alerts that may silence it, each with the first rule by which it does. */
export function silencersOf(alert: Alert, all: readonly Alert[]): Silencer[] {
  const target = classOf(alert);
  // Of each once: there are hundreds of alerts for each of many rules.
  const sources = all.map((one) => ({ name: one.name, source: classOf(one) }));
  const named = new Set<string>();
  return inhibitions.flatMap((rule) => {
    const alerts = sources
      .filter(({ name, source }) => !named.has(name) && mayInhibit(rule, source, target))
      .map(({ name }) => name)
      .sort();
    for (const name of alerts) named.add(name);
    return alerts.length === 0 ? [] : [{ rule: rule.name, alerts }];
  });
}
