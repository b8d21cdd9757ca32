/** Whether what rules and fixtures say of labels is what a program can write. */
import type { Alert, AlertGroup, Series, Threshold } from "../lib/alert.ts";
import { partsOfName, samplesOf } from "../lib/fixture.ts";
import { plainOptions } from "../lib/rule-file.ts";
import { compute, ruleDialect } from "../lib/signal.ts";
import { rangeOf } from "../lib/threshold.ts";
import type { Enumeration, KnownValues, LabelValues, ProgramValues } from "../metrics/values.ts";
import { type Exposed, targetLabels } from "./inventory.ts";
import { type Matcher, type Node, parse, selectors } from "./promql.ts";
import { deafQuantiles } from "./quantiles.ts";
import { alternatives } from "./regex.ts";

/** A histogram and a summary stand under their base names. */
const baseOf = (metric: string): string => metric.replace(/_(?:bucket|count|sum)$/, "");

/**
 * All tables as one.
 *
 * @param everywhere - Labels whose values are chosen by those who run things, wherever they occur.
 */
export function joinValues(
  programs: readonly ProgramValues[],
  everywhere: Readonly<Record<string, string>>,
): KnownValues {
  const exact = new Map<string, LabelValues>();
  const starts: (readonly [start: string, label: string, values: LabelValues])[] = [];
  for (const [metric, labels] of programs.flatMap((one) => Object.entries(one.labels))) {
    for (const [label, values] of Object.entries(labels)) {
      if (metric.endsWith("*")) starts.push([metric.slice(0, -1), label, values]);
      else exact.set(`${metric}{${label}}`, values);
    }
  }
  return {
    of: (metric, label) =>
      exact.get(`${metric}{${label}}`) ??
      exact.get(`${baseOf(metric)}{${label}}`) ??
      starts.find(([start, name]) => name === label && metric.startsWith(start))?.[2] ??
      (Object.hasOwn(everywhere, label) ? { free: everywhere[label] ?? "" } : undefined),
  };
}

const whole = (pattern: string): RegExp =>
  new RegExp(`^(?:${pattern.replace(/^\(\?i\)/, "")})$`, pattern.startsWith("(?i)") ? "i" : "");

const isKnown = ({ like, values }: Enumeration, value: string): boolean =>
  values.includes(value) || like?.test(value) === true;

/** What a matcher asks for: each alternative on its own, for one typing error hides among many. */
const wantedBy = ({ operator, value }: Matcher): string[] =>
  operator.endsWith("~") ? alternatives(value) : [value];

const occurs = (enumeration: Enumeration, operator: string, wanted: string): boolean =>
  operator.endsWith("~")
    ? enumeration.values.some((value) => whole(wanted).test(value)) ||
      (/^[\w -]+$/.test(wanted) && isKnown(enumeration, wanted))
    : isKnown(enumeration, wanted);

/** Whether a matcher takes a value. */
export const accepts = ({ operator, value }: Matcher, actual: string): boolean => {
  const equal = operator.endsWith("~") ? whole(value).test(actual) : value === actual;
  return operator.startsWith("!") ? !equal : equal;
};

const choice = ({ like, values }: Enumeration): string =>
  like ? `${like.source} (such as ${values.slice(0, 5).join(", ")})` : values.join(", ");

/** Asks only whether the label is there. */
const asksForPresence = ({ operator, value }: Matcher): boolean =>
  (operator === "!=" && value === "") || (operator === "=~" && value === ".+");

const undecided = (metric: string, label: string): string =>
  `${metric}{${label}} is neither enumerated nor free in rules/metrics/values`;

/** In a runbook: what the reader puts in. */
const isBlank = ({ value }: Matcher): boolean => /^<\w+>/.test(value) && value !== "<error>";

/** Matchers of an expression on values that do not occur, or on labels that nobody decided about. */
export function wrongMatchers(
  tree: Node,
  known: KnownValues,
  inventory: ReadonlyMap<string, Exposed>,
): string[] {
  return selectors(tree).flatMap(({ matchers, metric, node }) => {
    if (!inventory.has(metric)) return [];
    const mine = matchers.filter((one) => !targetLabels.includes(one.label) && !isBlank(one));
    const each = mine.flatMap((matcher) => {
      const { label, operator } = matcher;
      const values = known.of(metric, label);
      if (values === undefined) return asksForPresence(matcher) ? [] : [undecided(metric, label)];
      if ("free" in values) return [];
      return wantedBy(matcher)
        .filter((wanted) => !asksForPresence(matcher) && !occurs(values, operator, wanted))
        .map((wanted) => `${metric}{${label}} is never ${wanted || "absent"}: ${choice(values)}`);
    });
    if (each.length > 0) return each;
    // Each for itself can match, and all together nothing.
    return [...new Set(mine.map(({ label }) => label))].flatMap((label) => {
      const values = known.of(metric, label);
      if (values === undefined || "free" in values) return [];
      const all = mine.filter((one) => one.label === label);
      // One value that is not among the examples is right on its own; it is looked at above.
      const named = all.flatMap(({ operator, value }) => (operator === "=" ? [value] : []));
      return [...values.values, ...named].some((value) => all.every((one) => accepts(one, value)))
        ? []
        : [`${node.text} leaves no value of ${label}: ${choice(values)}`];
    });
  });
}

/** Values in a series that no program writes; nothing of labels that nobody decided about. */
export function strangeValues(series: string, known: KnownValues): string[] {
  const { labels, metric } = partsOfName(series);
  return Object.entries(labels).flatMap(([label, value]) => {
    const values = targetLabels.includes(label) ? undefined : known.of(metric, label);
    return values === undefined || "free" in values || isKnown(values, value)
      ? []
      : [`${metric}{${label}} is never ${value}: ${choice(values)}`];
  });
}

/** Why a series of a fixture cannot come from its program; nothing where it can. */
export function wrongSeries(
  series: string,
  known: KnownValues,
  inventory: ReadonlyMap<string, Exposed>,
): string[] {
  const { labels, metric } = partsOfName(series);
  if (!inventory.has(metric)) return [];
  const open = Object.keys(labels).filter(
    (label) => !targetLabels.includes(label) && known.of(metric, label) === undefined,
  );
  return [...open.map((label) => undecided(metric, label)), ...strangeValues(series, known)];
}

/** What makes an alert deaf at the highest threshold that its range lets somebody set. */
function deafAtMost(alert: Alert, threshold: Threshold, known: KnownValues): string[] {
  const { below = Number.MAX_SAFE_INTEGER, max } = rangeOf(threshold);
  const most = Math.min(max, below * (1 - 1e-9));
  return deafQuantiles(parse(alert.expression(most, plainOptions)), known).map(
    (why) => `${why}, so the threshold must have a range below that`,
  );
}

/** What a group's rules and fixtures say of labels that no program writes, and what nobody decided. */
export function wrongValues(
  group: AlertGroup,
  known: KnownValues,
  inventory: ReadonlyMap<string, Exposed>,
): string[] {
  const shared = [
    ...Object.values(group.signals).map((signal) => compute(signal, ruleDialect)),
    ...(group.recordings ?? []).map(({ expr }) => expr),
  ].flatMap((expression) => wrongMatchers(parse(expression), known, inventory));
  const own = Object.values(group.alerts).flatMap((alert) => {
    const { fires, name, quiet, resolves, target, threshold } = alert;
    const tree = parse(alert.expression(undefined, plainOptions));
    const fixtures: Series[] = [fires, quiet, resolves].flatMap((fixture) =>
      fixture === undefined || fixture === "never" ? [] : [fixture.series],
    );
    return [
      ...wrongMatchers(tree, known, inventory),
      ...deafQuantiles(tree, known),
      ...(threshold === undefined ? [] : deafAtMost(alert, threshold, known)),
      ...fixtures.flatMap((series) =>
        [...samplesOf(series, target).keys()].flatMap((one) => wrongSeries(one, known, inventory)),
      ),
    ].map((text) => `${name}: ${text}`);
  });
  return [...new Set([...shared, ...own])];
}
