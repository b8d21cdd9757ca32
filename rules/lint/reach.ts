/** Whether an expression can have a result where only some series exist. Pure. */
import type { Alert, AlertGroup } from "../lib/alert.ts";
import { plainOptions } from "../lib/rule-file.ts";
import { sourcesOf } from "./catalogue.ts";
import { type Exposed, targetLabels } from "./inventory.ts";
import {
  argumentsOf,
  bare,
  binaryOf,
  functionOf,
  type Matcher,
  type Node,
  parse,
  type Selector,
  selectorOf,
} from "./promql.ts";

/** Whether a series that a selector selects exists. */
export type Has = (selector: Selector) => boolean;

/**
 * The selectors that keep an expression from having a result; none where it may have one. What a side of
 * an `or` lacks does not matter where the other has all it needs, nor what `unless` takes away.
 */
export function lacking(node: Node, has: Has): Selector[] {
  const inner = bare(node);
  switch (inner.type) {
    case "VectorSelector": {
      const selector = selectorOf(inner);
      return has(selector) ? [] : [selector];
    }
    case "FunctionCall":
      // True where there is nothing, or always.
      if (/^absent|^vector$/.test(functionOf(inner))) return [];
      return argumentsOf(inner).flatMap((one) => lacking(one, has));
    case "AggregateExpr":
      return argumentsOf(inner).flatMap((one) => lacking(one, has));
    case "BinaryExpr": {
      const { left, operator, right } = binaryOf(inner);
      const first = lacking(left, has);
      if (operator.type === "Unless") return first;
      const second = lacking(right, has);
      if (operator.type === "Or" && (first.length === 0 || second.length === 0)) return [];
      return [...first, ...second];
    }
    default:
      return inner.children.flatMap((one) => lacking(one, has));
  }
}

/** What keeps an alert from ever firing, and everything that is recorded for it; each selector once. */
export function blockers(groups: readonly AlertGroup[], has: Has): (alert: Alert) => Selector[] {
  const sources = sourcesOf(groups);
  const known = new Map<string, Selector[]>();
  /** A recorded series is there where one of the rules of its name has a result. */
  const behind = (selector: Selector): Selector[] => {
    if (has(selector)) return [];
    const found = sources.get(selector.metric);
    if (found === undefined) return [selector];
    const cached = known.get(selector.metric);
    if (cached !== undefined) return cached;
    const each = found.map(({ expr }) => deep(expr));
    const best = each.some((one) => one.length === 0) ? [] : each.flat();
    known.set(selector.metric, best);
    return best;
  };
  const deep = (expression: string): Selector[] => {
    const root = parse(expression);
    return lacking(root, (selector) => behind(selector).length === 0).flatMap(behind);
  };
  return (alert) => {
    const all = deep(alert.expression(undefined, plainOptions));
    return [...new Map(all.map((one) => [one.node.text, one])).values()];
  };
}

/** Programs of some scrape jobs, and what they tell. */
export interface Told {
  readonly jobs: readonly string[];
  readonly series: ReadonlyMap<string, Exposed>;
}

/** Whether a matcher lets a value pass; Go's expressions are close enough to JavaScript's here. */
function passes({ operator, value }: Matcher, text: string): boolean {
  const equal = operator.includes("~") ? new RegExp(`^(?:${value})$`).test(text) : value === text;
  return operator.startsWith("!") ? !equal : equal;
}

/** Series of these programs: by name, by labels that must not be empty, and by job. */
export const toldBy =
  (programs: readonly Told[]): Has =>
  ({ matchers, metric }) =>
    programs.some(({ jobs, series }) => {
      const exposed = series.get(metric);
      if (exposed === undefined) return false;
      return matchers.every((matcher) => {
        if (matcher.label === "job") return jobs.some((job) => passes(matcher, job));
        const open = exposed.labels.has(matcher.label) || targetLabels.includes(matcher.label);
        return open || passes(matcher, "");
      });
    });

/** These take from the system what they tell; other programs count what happens to themselves. */
const readers: ReadonlySet<string> = new Set(["blackbox", "cadvisor", "node", "probe", "windows"]);

/** Whether a series may be made by the first event: a counter with labels, of a program that counts itself. */
export const bornWithEvent = (job: string | undefined, exposed: Exposed | undefined): boolean =>
  !readers.has(job ?? "") && exposed?.kind === "counter" && exposed.labels.size > 0;
