/** PromQL as a tree, for checks and mutations. The parser is Prometheus' own grammar for editors. */
import { parser } from "@prometheus-io/lezer-promql";

/** A piece of an expression. */
export interface Node {
  /** Name in the grammar: `BinaryExpr`, `VectorSelector`, … */
  readonly type: string;
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly children: readonly Node[];
  readonly parent: Node | undefined;
}

/** The tree of an expression. @throws Error with the place where it stops being PromQL. */
export function parse(expression: string): Node {
  interface Building extends Node {
    readonly children: Building[];
  }
  let root: Building | undefined;
  let open: Building | undefined;
  parser.parse(expression).iterate({
    enter: ({ from, name, to, type }) => {
      if (type.isError) {
        throw new Error(`no PromQL at character ${from}: ${expression.slice(from, from + 30)}`);
      }
      const text = expression.slice(from, to);
      const node: Building = { type: name, text, from, to, children: [], parent: open };
      open?.children.push(node);
      root ??= node;
      open = node;
    },
    leave: () => {
      open = open?.parent as Building | undefined;
    },
  });
  // The parser answers every text with a tree; an empty one is an error above.
  return root?.children[0] as Node;
}

/** A node and everything below it. */
export function* walk(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children) yield* walk(child);
}

export const all = (node: Node, ...types: readonly string[]): Node[] =>
  [...walk(node)].filter(({ type }) => types.includes(type));

export const child = (node: Node, ...types: readonly string[]): Node | undefined =>
  node.children.find(({ type }) => types.includes(type));

/** The nodes around one, nearest first. */
export function* around(node: Node): Generator<Node> {
  for (let at = node.parent; at !== undefined; at = at.parent) yield at;
}

/** Without the brackets around it. */
export function bare(node: Node): Node {
  const inner = node.type === "ParenExpr" ? node.children[0] : undefined;
  return inner === undefined ? node : bare(inner);
}

export interface Matcher {
  readonly label: string;
  readonly operator: "=" | "!=" | "=~" | "!~";
  readonly value: string;
  readonly node: Node;
}

/** `metric{label="value"}` */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
  readonly node: Node;
}

function matcherOf(node: Node): Matcher {
  const literal = child(node, "StringLiteral")?.text ?? '""';
  return {
    label: child(node, "LabelName")?.text ?? "",
    operator: (child(node, "MatchOp")?.text ?? "=") as Matcher["operator"],
    value: literal.slice(1, -1).replaceAll(/\\(.)/g, "$1"),
    node,
  };
}

export function selectorOf(node: Node): Selector {
  return {
    metric: child(node, "Identifier")?.text ?? "",
    matchers: all(node, "UnquotedLabelMatcher").map(matcherOf),
    node,
  };
}

/** Every selector of an expression. */
export const selectors = (node: Node): Selector[] => all(node, "VectorSelector").map(selectorOf);

/** Name of the function a call is of: `rate`. */
export const functionOf = (call: Node): string => child(call, "FunctionIdentifier")?.text ?? "";

/** The arguments of a call or an aggregation. */
/** Functions and aggregations that look at whether a counter is there, not at its value. */
const presence = new Set([
  "absent",
  "absent_over_time",
  "changes",
  "count",
  "count_over_time",
  "group",
  "present_over_time",
  "timestamp",
]);

/** Whether a node asks whether there is something, whatever its value. */
export const looksAtPresence = (node: Node): boolean =>
  presence.has(child(node, "AggregateOp")?.text ?? functionOf(node));

export const argumentsOf = (call: Node): readonly Node[] =>
  (child(call, "FunctionCallBody")?.children ?? []).filter(
    ({ type }) => type !== "FunctionCallArgs",
  );

const comparisons = ["Eql", "Neq", "Gtr", "Lss", "Gte", "Lte"];

/** `left operator right`. */
export interface Binary {
  readonly left: Node;
  readonly right: Node;
  readonly operator: Node;
  /** `on (a)`, `ignoring (b)`, with the labels; undefined where all labels must match. */
  readonly matching: { readonly on: boolean; readonly labels: readonly string[] } | undefined;
  readonly bool: boolean;
  readonly node: Node;
}

export function binaryOf(node: Node): Binary {
  const { children } = node;
  const left = children[0];
  const right = children.at(-1);
  const operator = children[1];
  if (left === undefined || right === undefined || operator === undefined) {
    throw new Error(`half an operation: ${node.text}`);
  }
  const clause = child(node, "MatchingModifierClause");
  const labels = clause && child(clause, "GroupingLabels");
  return {
    left,
    right,
    operator,
    matching: clause && {
      on: child(clause, "On") !== undefined,
      labels: labels ? all(labels, "LabelName").map(({ text }) => text) : [],
    },
    bool: child(node, "BoolModifier") !== undefined,
    node,
  };
}

export const binaries = (node: Node): Binary[] => all(node, "BinaryExpr").map(binaryOf);

export const isComparison = ({ operator }: Binary): boolean => comparisons.includes(operator.type);

/** A number, or arithmetic of numbers: `7 * 86400`. */
export function isScalar(node: Node): boolean {
  const inner = bare(node);
  if (inner.type === "NumberDurationLiteral") return true;
  if (inner.type === "FunctionCall") return ["pi", "scalar", "time"].includes(functionOf(inner));
  if (inner.type === "UnaryExpr") return inner.children.slice(1).every(isScalar);
  if (inner.type !== "BinaryExpr") return false;
  const { left, right } = binaryOf(inner);
  return isScalar(left) && isScalar(right);
}
