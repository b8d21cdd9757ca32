/** Whether a condition means its signals as they are, or takes them apart. */
import type { Alert } from "../lib/alert.ts";
import { plainOptions } from "../lib/rule-file.ts";
import { ruleDialect } from "../lib/signal.ts";
import { bare, type Node, parse } from "./promql.ts";

/** An operation in brackets; everything else holds together on its own. */
function bracketed(expression: string): string {
  const operation = ["BinaryExpr", "UnaryExpr"].includes(parse(expression).type);
  return operation ? `(${expression})` : expression;
}

/** What stands behind what it is about, and binds tighter than every operator. */
const suffixed = ["OffsetExpr", "StepInvariantExpr", "SubqueryExpr"];

/**
 * A tree without its brackets, which say nothing but what belongs together. The grammar for editors
 * takes all before a suffix for what it is about; to Prometheus, `a + b offset 1h` is `a + (b offset 1h)`.
 */
function meaningOf(node: Node, suffix = ""): string {
  const [first, ...more] = node.children;
  if (first !== undefined && suffixed.includes(node.type)) {
    return meaningOf(first, ` ${more.map(({ text }) => text).join(" ")}${suffix}`);
  }
  if (suffix !== "" && ["BinaryExpr", "UnaryExpr"].includes(node.type)) {
    const last = node.children.length - 1;
    return `(${node.children.map((one, at) => meaningOf(one, at === last ? suffix : "")).join(" ")})`;
  }
  const { children, text } = bare(node);
  const inner =
    children.length === 0 ? text : `(${children.map((one) => meaningOf(one)).join(" ")})`;
  return `${inner}${suffix}`;
}

/**
 * What is wrong where the operator beside a signal binds tighter than those inside it: `a + b` before
 * `/ c` is `a + b / c`. Compared with the same condition, each signal of which is in brackets.
 */
export function takenApart(alert: Alert): string[] {
  const written = alert.expression(undefined, plainOptions);
  const meant = alert.expression(undefined, plainOptions, { ...ruleDialect, splice: bracketed });
  return written === meant || meaningOf(parse(written)) === meaningOf(parse(meant))
    ? []
    : [`takes a signal apart; write brackets around it, as in ${meant}`];
}
