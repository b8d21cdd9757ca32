/** What is asked of every alert of a catalogue, beyond what its expression alone can show. */
import type { Alert, AlertGroup } from "../lib/alert.ts";
import { seconds } from "../../lib/duration.ts";
import { labelsOf, plainOptions } from "../lib/rule-file.ts";
import { compute, readsOf, ruleDialect } from "../lib/signal.ts";
import { lint } from "./checks.ts";
import type { Exposed } from "./inventory.ts";
import { parse, selectors } from "./promql.ts";
import { takenApart } from "./splices.ts";

/** Something to fix, with where it is. */
export interface Finding {
  readonly alert: string;
  readonly text: string;
}

const templateLabels = (text: string): string[] =>
  [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label ?? "");

/** Labels that an alert of this kind has when it fires, as its own test proves. */
function provenLabels(alert: Alert): Set<string> {
  const all = { ...alert.target, ...alert.fires.labels, ...labelsOf(alert) };
  return new Set(Object.keys(all).filter((label) => all[label as keyof typeof all] !== ""));
}

function texts(alert: Alert): string[] {
  const { description, summary } = alert;
  const proven = provenLabels(alert);
  return [
    ...(summary.length > 80 ? [`summary is longer than 80 characters: ${summary}`] : []),
    ...(summary.includes("$value") ? ["summary holds a value"] : []),
    ...[...templateLabels(summary), ...templateLabels(description)]
      .filter((label) => !proven.has(label))
      .map((label) => `$labels.${label} is not on the alert that its test proves`),
  ];
}

const longest: Readonly<Record<string, number>> = { critical: 3600, emergency: 300 };

function times(alert: Alert): string[] {
  const limit = longest[alert.severity];
  return limit !== undefined && seconds(alert.for) > limit
    ? [`${alert.severity} waits for ${alert.for}`]
    : [];
}

/** Names of the series that the rules of these groups record. */
export function recordedBy(groups: readonly AlertGroup[]): ReadonlySet<string> {
  const signals = groups.flatMap((group) => Object.values(group.signals));
  const recordings = groups.flatMap((group) => group.recordings ?? []);
  return new Set(
    [...signals, ...recordings].flatMap(({ record }) => (record === undefined ? [] : [record])),
  );
}

/** Every finding about the alerts of these groups. */
export function lintCatalogue(
  groups: readonly AlertGroup[],
  inventory: ReadonlyMap<string, Exposed>,
): Finding[] {
  const recorded = recordedBy(groups);
  const seen = new Map<string, string>();
  return groups.flatMap((group) =>
    Object.values(group.alerts).flatMap((alert) => {
      const expression = alert.expression(undefined, plainOptions);
      const known = { inventory, recorded };
      const holds = { for: alert.for, keep: alert.keepFiringFor ?? "0s" };
      const twin = seen.get(expression);
      seen.set(expression, alert.name);
      return [
        ...lint({ expression, ...holds }, known),
        ...takenApart(alert),
        ...texts(alert),
        ...times(alert),
        ...strangers(expression, group),
        ...(twin === undefined ? [] : [`has the expression of ${twin}`]),
        ...(seconds(group.interval ?? "1m") > 300
          ? [`group ${group.name} is evaluated too seldom`]
          : []),
      ].map((text) => ({ alert: alert.name, text }));
    }),
  );
}

/** Metrics that an expression names without asking a signal: thresholds of an instance would miss them. */
function strangers(expression: string, { signals }: AlertGroup): string[] {
  const known = new Set(
    Object.values(signals).flatMap((signal) => [...readsOf(signal).keys(), signal.record ?? ""]),
  );
  return selectors(parse(expression))
    .map(({ metric }) => metric)
    .filter((metric) => metric !== "up" && !known.has(metric))
    .map((metric) => `${metric} comes from no signal of its group`);
}

/** Series names and labels that a group uses and no program that is watched exposes. */
export function unknownMetrics(
  group: AlertGroup,
  inventory: ReadonlyMap<string, Exposed>,
  recorded: ReadonlySet<string>,
  targetLabels: readonly string[],
): string[] {
  const computed = Object.values(group.signals).map((signal) => compute(signal, ruleDialect));
  const recordings = (group.recordings ?? []).map(({ expr }) => expr);
  const texts = [...computed, ...recordings].flatMap((text) =>
    unknownIn(text, inventory, targetLabels, (metric) => (recorded.has(metric) ? [] : undefined)),
  );
  return [...new Set(texts)].sort();
}

/**
 * Series names and labels of an expression that are not in an inventory.
 *
 * @param derived - What a series that a rule records lacks itself; undefined for those that none does.
 */
function unknownIn(
  expression: string,
  inventory: ReadonlyMap<string, Exposed>,
  targetLabels: readonly string[],
  derived: (metric: string) => string[] | undefined,
): string[] {
  return selectors(parse(expression)).flatMap(({ matchers, metric }) => {
    const behind = derived(metric);
    if (behind !== undefined) return behind;
    const exposed = inventory.get(metric);
    if (exposed === undefined) return [metric];
    return matchers
      .filter(({ label }) => !exposed.labels.has(label) && !targetLabels.includes(label))
      .map(({ label }) => `${metric}{${label}}`);
  });
}

/** What is recorded under each name. Several rules may record series of one: each SLO does. */
export function sourcesOf(
  groups: readonly AlertGroup[],
): ReadonlyMap<string | undefined, readonly { readonly expr: string }[]> {
  const recordings = groups.flatMap(({ recordings: more = [], signals }) => [
    ...Object.values(signals)
      .filter(({ record }) => record !== undefined)
      .map((signal) => ({ record: signal.record, expr: compute(signal, ruleDialect) })),
    ...more,
  ]);
  return Map.groupBy(recordings, ({ record }) => record);
}

/** Which alerts use nothing that is not in an inventory, not even by what is recorded for them. */
export function restsOn(
  inventory: ReadonlyMap<string, Exposed>,
  groups: readonly AlertGroup[],
  targetLabels: readonly string[],
): (alert: Alert) => boolean {
  const sources = sourcesOf(groups);
  const unknown = (expression: string): string[] =>
    unknownIn(expression, inventory, targetLabels, (metric) => {
      return sources.get(metric)?.flatMap(({ expr }) => unknown(expr));
    });
  return (alert) => unknown(alert.expression(undefined, plainOptions)).length === 0;
}
