/** What an alert means to a stack: when it fires, who is told, what silences it. Pure. */
import { inhibitions } from "../routing/inhibitions.ts";
import type { Alert, Labels } from "./alert.ts";
import { type AlertClass, mayInhibit } from "./alertmanager/cycles.ts";
import type { Maintenance } from "./alertmanager/maintenance.ts";
import { matches } from "./alertmanager/matcher.ts";
import { nobody, type Receivers } from "./alertmanager/receivers.ts";
import { type Route, routeTree } from "./alertmanager/tree.ts";
import { labelsOf, type RuleOptions, runbookOf } from "./rule-file.ts";

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

/** What a stack decides about its alerts. */
export interface Stack {
  readonly environment: string;
  readonly options: RuleOptions;
  readonly receivers: Receivers;
  readonly maintenance: Readonly<Record<string, Maintenance>>;
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

/** What silences it, and how. */
export interface Silencer {
  readonly rule: string;
  readonly alerts: readonly string[];
}

/** Who is told of it in a stack. */
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

/** What may silence it; each alert with the first rule by which it does. */
export function silencersOf(alert: Alert, all: readonly Alert[]): Silencer[] {
  const target = classOf(alert);
  const named = new Set<string>();
  return inhibitions.flatMap((rule) => {
    const alerts = all
      .filter(({ name }) => !named.has(name))
      .filter((source) => mayInhibit(rule, classOf(source), target))
      .map(({ name }) => name)
      .sort();
    for (const name of alerts) named.add(name);
    return alerts.length === 0 ? [] : [{ rule: rule.name, alerts }];
  });
}

const label = (name: string): string => name.padEnd(13);

function thresholds({ name, threshold }: Alert, { options }: Stack): string[] {
  if (threshold === undefined) return [];
  const own = Object.entries(options.instances).flatMap(([instance, values]) =>
    values[name] === undefined ? [] : [`${" ".repeat(13)}${values[name]} on ${instance}`],
  );
  const set = options.thresholds[name];
  const origin =
    set === undefined
      ? `default; vigil:rules.thresholds.${name} sets another`
      : `set by this stack; the default is ${threshold.value}`;
  return [`${label("Threshold")}${set ?? threshold.value} ${threshold.unit} (${origin})`, ...own];
}

/** A template as people read it: `<host>`, and the value that its test proves. */
const readable = (text: string, { fires }: Alert): string =>
  text
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, "<$1>")
    .replaceAll(/\{\{ \$value[^}]*\}\}/g, fires.value ?? "<value>");

function telling({ receiver, repeat, wait, windows, withinHours }: Told): string {
  const when = [
    ...(withinHours ? ["within hours"] : []),
    ...(windows.length > 0 ? [`not during ${windows.join(", ")}`] : []),
  ];
  const extra = when.length === 0 ? "" : `, ${when.join(", ")}`;
  if (receiver === nobody.name) return "nobody: this stack has no receiver for it";
  return `${receiver} after ${wait}, again every ${repeat}${extra}`;
}

/** Indents what follows the first line below it. */
const block = (name: string, lines: readonly string[]): string[] =>
  lines.map((text, index) => (index === 0 ? label(name) : " ".repeat(13)) + text);

/**
 * Everything about an alert in a stack, for a terminal.
 *
 * @param section - Its section of the runbook.
 */
export function renderExplanation(
  alert: Alert,
  stack: Stack,
  all: readonly Alert[],
  section: string,
): string {
  const { options } = stack;
  const off = options.off[alert.name];
  const silencers = silencersOf(alert, all);
  return [
    alert.name,
    `${alert.severity} · team ${alert.team} · service ${alert.service} · layer ${alert.layer}`,
    "",
    readable(alert.description, alert),
    "",
    ...(off ? block("Switched off", [`until ${off.until}: ${off.reason}`]) : []),
    ...block("Fires when", [alert.expression(options.thresholds[alert.name], options)]),
    ...thresholds(alert, stack),
    ...block("For", [
      alert.for === "0s" ? "at once" : alert.for,
      ...(alert.keepFiringFor ? [`and goes on for ${alert.keepFiringFor} after it ended`] : []),
    ]),
    ...block(
      "Told to",
      alert.severity === "none" && alert.name !== "Watchdog"
        ? ["nobody: it only silences others"]
        : toldOf(alert, stack).map(telling),
    ),
    ...block(
      "Silenced by",
      silencers.length === 0
        ? ["nothing but a silence of yours"]
        : silencers.map(({ alerts, rule }) => `${alerts.join(", ")}: ${rule}`),
    ),
    ...block("Runbook", [`runbooks/${runbookOf(alert)}`]),
    "",
    section.trim().replaceAll(/^\*\*(\w+)\.\*\*/gm, "$1."),
    "",
  ].join("\n");
}
