/** Wrong versions of an alert, one change each: its tests must notice every one. */
import type { Alert } from "../lib/alert.ts";
import { plainOptions } from "../lib/rule-file.ts";
import {
  all,
  around,
  binaries,
  type Binary,
  child,
  isComparison,
  isScalar,
  type Node,
  parse,
  selectors,
} from "./promql.ts";

export interface Mutant {
  /** What was changed: `> became < in …`. */
  readonly change: string;
  readonly alert: Alert;
}

/** One change in an expression's text. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly change: string;
}

const opposite: Readonly<Record<string, string>> = {
  "==": "!=",
  "!=": "==",
  ">": "<",
  "<": ">",
  ">=": "<",
  "<=": ">",
};

function flips(comparisons: readonly Binary[]): Edit[] {
  return comparisons.map(({ node, operator: { from, text, to } }) => ({
    from,
    to,
    text: opposite[text] ?? text,
    change: `${text} became ${opposite[text] ?? text} in ${node.text}`,
  }));
}

/** A guard keeps noise out of a divisor; what decides stands outside of it. */
function isGuard({ node }: Binary): boolean {
  return [...around(node)].some((outer) => child(outer, "Div", "Mul") !== undefined);
}

/** What the kit adds to a signal, whose variants try it: that a target answered before. */
const isOfKit = ({ left }: Binary): boolean => /\bup(?:\{[^}]*\})? offset \w+$/.test(left.text);

/** A lookup prefers a known value to an empty one. */
const isPreference = (matcher: Node): boolean =>
  [...around(matcher)].some((outer) => child(outer, "AggregateOp")?.text === "topk");

function numbersOf(comparison: Binary): Node[] {
  const side = [comparison.right, comparison.left].find(isScalar);
  if (side === undefined) return all(comparison.right, "NumberDurationLiteral").slice(0, 1);
  return all(side, "NumberDurationLiteral").slice(0, 1);
}

/** A quarter more and a quarter less; from zero, one. */
const shifted = (value: number): number[] => (value === 0 ? [1] : [value * 1.25, value * 0.75]);

/** Numbers that are compared, where no threshold says which of them may be tuned. */
function shifts(comparisons: readonly Binary[]): Edit[] {
  return comparisons
    .filter((one) => !isGuard(one))
    .flatMap((one) =>
      numbersOf(one).flatMap(({ from, text, to }) =>
        Number.isNaN(Number(text))
          ? []
          : shifted(Number(text)).map((number) => ({
              from,
              to,
              text: String(number),
              change: `${text} became ${number} in ${one.node.text}`,
            })),
      ),
    );
}

/** Without one matcher, wherever in the expression it stands: dropped on one side only, the other still holds. */
function withoutMatcher(tree: Node, expression: string, dropped: string): string {
  return selectors(tree).reduceRight((text, { matchers, metric, node: { from, to } }) => {
    const kept = matchers.map(({ node }) => node.text).filter((one) => one !== dropped);
    const selector = kept.length === 0 ? metric : `${metric}{${kept.join(",")}}`;
    return text.slice(0, from) + selector + text.slice(to);
  }, expression);
}

/** Every mutant of an alert. */
export function mutantsOf(alert: Alert): Mutant[] {
  const expression = alert.expression(undefined, plainOptions);
  const tree = parse(expression);
  const comparisons = binaries(tree).filter((one) => isComparison(one) && !isOfKit(one));
  const { threshold } = alert;
  const edits = [...flips(comparisons), ...(threshold ? [] : shifts(comparisons))].map(
    ({ change, from, text, to }) => ({
      change,
      expression: expression.slice(0, from) + text + expression.slice(to),
    }),
  );
  const thresholds = threshold ? shifted(threshold.value) : [];
  const tuned = thresholds.map((value) => ({
    change: `the threshold ${threshold?.value} became ${value}`,
    expression: alert.expression(value, plainOptions),
  }));
  const matchers = new Set(
    selectors(tree).flatMap((one) =>
      one.matchers.filter(({ node }) => !isPreference(node)).map(({ node }) => node.text),
    ),
  );
  const drops = [...matchers].map((matcher) => ({
    change: `${matcher} was dropped`,
    expression: withoutMatcher(tree, expression, matcher),
  }));
  const inExpression = [...edits, ...tuned, ...drops].map(
    ({ change, expression: mutated }): Mutant => ({
      change,
      alert: { ...alert, expression: () => mutated },
    }),
  );
  if (alert.for === "0s") return inExpression;
  return [
    ...inExpression,
    { change: `for: ${alert.for} was dropped`, alert: { ...alert, for: "0s" } },
  ];
}
