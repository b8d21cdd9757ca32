/** Whether rules wait for numbers that a gauge of states never has, or fixtures show them. */
import type { Alert } from "../lib/alert.ts";
import { partsOfName, samplesOf } from "../lib/fixture.ts";
import { plainOptions } from "../lib/rule-file.ts";
import type { States } from "../metrics/values/states.ts";
import type { Exposed } from "./inventory.ts";
import {
  bare,
  binaries,
  binaryOf,
  child,
  functionOf,
  isScalar,
  type Node,
  parse,
  selectorOf,
  selectors,
} from "./promql.ts";

type KnownStates = Readonly<Record<string, States>>;

/** Metrics whose numbers an expression has as they are. */
function unchanged(node: Node): string[] {
  const inner = bare(node);
  const [first] = inner.children;
  if (inner.type === "VectorSelector") return [selectorOf(inner).metric];
  if (inner.type === "OffsetExpr" && first) return unchanged(first);
  if (/^(?:min|max|last)_over_time$/.test(functionOf(inner)))
    return selectors(inner).map(({ metric }) => metric);
  if (/^(?:min|max)$/.test(child(inner, "AggregateOp")?.text ?? ""))
    return child(inner, "FunctionCallBody")?.children.flatMap(unchanged) ?? [];
  if (inner.type !== "BinaryExpr") return [];
  const { left, operator, right } = binaryOf(inner);
  if (operator.type === "Or") return [...unchanged(left), ...unchanged(right)];
  // A label that is looked up adds nothing to the value.
  const adds = operator.type === "Add" && right.text.startsWith("0 *");
  return adds || operator.type === "And" || operator.type === "Unless" ? unchanged(left) : [];
}

/** What the gauges that an expression compares are asked to be, beside 0. */
export function statesAsked(tree: Node): { metric: string; number: number }[] {
  return binaries(tree)
    .filter(({ operator, right }) => ["Eql", "Neq"].includes(operator.type) && isScalar(right))
    .flatMap(({ left, right }) =>
      unchanged(left).map((metric) => ({ metric, number: Number(bare(right).text) })),
    )
    .filter(({ number }) => number !== 0);
}

const isKnown = (states: States, number: number): boolean =>
  states === "amount" || states.includes(number);

/** Comparisons that no number of a gauge can meet, gauges that nobody decided about, and fixtures of the kind. */
export function wrongStates(
  alert: Pick<Alert, "fires" | "quiet" | "resolves" | "target">,
  expression: string,
  known: KnownStates,
  inventory: ReadonlyMap<string, Exposed>,
): string[] {
  const asked = statesAsked(parse(expression)).flatMap(({ metric, number }) => {
    const states = known[metric];
    if (states === undefined)
      return inventory.get(metric)?.kind === "gauge"
        ? [
            `${metric} is asked to be ${number}, and rules/metrics/values/states.ts says nothing of it`,
          ]
        : [];
    return isKnown(states, number) ? [] : [`${metric} is never ${number}: ${String(states)}`];
  });
  const { fires, quiet, resolves, target } = alert;
  const shown = [fires, quiet, resolves]
    .flatMap((fixture) =>
      fixture === undefined || fixture === "never" ? [] : [...samplesOf(fixture.series, target)],
    )
    .flatMap(([series, values]) => {
      const { metric } = partsOfName(series);
      const states = known[metric] ?? "amount";
      return values
        .filter((value) => typeof value === "number" && !isKnown(states, value))
        .map((value) => `${metric} is never ${value}: ${String(states)}`);
    });
  return [...new Set([...asked, ...shown])];
}

/** The same of an alert as it is. */
export const wrongStatesOf = (
  alert: Alert,
  known: KnownStates,
  inventory: ReadonlyMap<string, Exposed>,
): string[] => wrongStates(alert, alert.expression(undefined, plainOptions), known, inventory);
