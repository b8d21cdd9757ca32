/** Which labels the result of an expression has: what a match of two sides stands or falls with. */
import { type Exposed, targetLabels } from "./inventory.ts";
import {
  all,
  argumentsOf,
  bare,
  binaryOf,
  child,
  functionOf,
  isScalar,
  type Node,
  selectorOf,
} from "./promql.ts";

/** Labels with their value where a matcher fixes it; undefined where nothing is known. */
export type LabelSet = ReadonlyMap<string, string | undefined> | undefined;

const scalar: LabelSet = new Map();

function ofSelector(node: Node, inventory: ReadonlyMap<string, Exposed>): LabelSet {
  const { matchers, metric } = selectorOf(node);
  const exposed = inventory.get(metric);
  if (exposed === undefined) return undefined;
  const set = new Map<string, string | undefined>(
    [...targetLabels, ...exposed.labels].map((label) => [label, undefined]),
  );
  for (const { label, operator, value } of matchers) {
    if (operator !== "=") continue;
    if (value === "") set.delete(label);
    else set.set(label, value);
  }
  return set;
}

function without(set: LabelSet, labels: readonly string[]): LabelSet {
  return set && new Map([...set].filter(([label]) => !labels.includes(label)));
}

function only(set: LabelSet, labels: readonly string[]): LabelSet {
  if (set === undefined) return new Map(labels.map((label) => [label, undefined]));
  return new Map([...set].filter(([label]) => labels.includes(label)));
}

function ofAggregation(node: Node, inner: LabelSet): LabelSet {
  if (["topk", "bottomk"].includes(child(node, "AggregateOp")?.text ?? "")) return inner;
  const modifier = child(node, "AggregateModifier");
  if (modifier === undefined) return new Map();
  const labels = all(modifier, "LabelName").map(({ text }) => text);
  return child(modifier, "By") ? only(inner, labels) : without(inner, labels);
}

function ofCall(node: Node, inventory: ReadonlyMap<string, Exposed>): LabelSet {
  const name = functionOf(node);
  const args = argumentsOf(node);
  if (["time", "vector", "scalar", "pi"].includes(name)) return scalar;
  if (/^label_/.test(name)) return undefined;
  if (/^absent/.test(name)) {
    const fixed = all(node, "VectorSelector").flatMap((one) => selectorOf(one).matchers);
    return new Map(
      fixed.filter(({ operator }) => operator === "=").map(({ label, value }) => [label, value]),
    );
  }
  const vector = name.includes("quantile") ? args.at(-1) : args[0];
  const inner = vector && labelsOf(vector, inventory);
  return name === "histogram_quantile" ? without(inner, ["le"]) : inner;
}

function ofBinary(node: Node, inventory: ReadonlyMap<string, Exposed>): LabelSet {
  const { left, matching, operator, right } = binaryOf(node);
  if (isScalar(left)) return labelsOf(right, inventory);
  const set = labelsOf(left, inventory);
  if (isScalar(right) || ["And", "Unless"].includes(operator.type)) return set;
  const clause = child(node, "MatchingModifierClause");
  if (operator.type === "Or" || (clause && child(clause, "GroupLeft", "GroupRight"))) {
    return undefined;
  }
  if (set?.size === 0) return labelsOf(right, inventory);
  if (matching === undefined) return set;
  return matching.on ? only(set, matching.labels) : without(set, matching.labels);
}

/** The labels of an expression's result. */
export function labelsOf(node: Node, inventory: ReadonlyMap<string, Exposed>): LabelSet {
  const inner = bare(node);
  switch (inner.type) {
    case "VectorSelector":
      return ofSelector(inner, inventory);
    case "FunctionCall":
      return ofCall(inner, inventory);
    case "AggregateExpr": {
      const vector = argumentsOf(inner).at(-1);
      return ofAggregation(inner, vector && labelsOf(vector, inventory));
    }
    case "BinaryExpr":
      return ofBinary(inner, inventory);
    case "MatrixSelector":
    case "OffsetExpr":
    case "SubqueryExpr":
    case "StepInvariantExpr":
      return inner.children[0] && labelsOf(inner.children[0], inventory);
    case "UnaryExpr": {
      const operand = inner.children.at(-1);
      return operand && labelsOf(operand, inventory);
    }
    default:
      return scalar;
  }
}
