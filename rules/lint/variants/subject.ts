/** What the variants need to know of an alert: its series, its moments, what it reads and how. */
import {
  type Alert,
  type AlertGroup,
  type Labels,
  readsOfGroup,
  type Series,
} from "../../lib/alert.ts";
import { seconds } from "../../../lib/duration.ts";
import { type Samples, samplesOf } from "../../lib/fixture.ts";
import { firingLabels } from "../../lib/rule-test.ts";
import { labelsOf, plainOptions } from "../../lib/rule-file.ts";
import { marked } from "./samples.ts";
import { compute, type Kind, ruleDialect } from "../../lib/signal.ts";
import {
  all,
  around,
  binaryOf,
  child,
  looksAtPresence,
  type Node,
  parse,
  selectorOf,
  selectors,
} from "../promql.ts";

export interface Subject {
  readonly alert: Alert;
  /** The series of its firing fixture, and the first step at which it fires. */
  readonly firing: Samples;
  readonly from: number;
  /** The series of its quiet fixture, and the step until which they are; undefined for one that always fires. */
  readonly quiet: { readonly samples: Samples; readonly at: number } | undefined;
  /** Steps its condition must hold, and goes on firing after it. */
  readonly forSteps: number;
  readonly keepSteps: number;
  /** Steps that its expression looks back at most. */
  readonly memory: number;
  readonly step: string;
  /** Labels that tell its object: those it fires with, without its own. */
  readonly identity: Labels;
  readonly kindOf: (metric: string) => Kind;
  /** Labels of a metric that a matcher fixes or asks for. */
  readonly matched: (metric: string) => ReadonlySet<string>;
  /** Metrics that stand in a divisor. */
  readonly divisors: ReadonlySet<string>;
  /** Labels that a join carries over, by the metrics they come from. */
  readonly carried: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether it asks if a target answers. */
  readonly readsUp: boolean;
}

/** Longest time that an expression looks back: ranges, subqueries and offsets, one within another. */
function memoryOf(tree: Node): number {
  const own = (node: Node): number => {
    if (!["MatrixSelector", "SubqueryExpr", "OffsetExpr"].includes(node.type)) return 0;
    const duration = node.children.find(
      ({ type }) =>
        type === "DurationExpr" ||
        type === "NumberDurationLiteralInDurationContext" ||
        type === "NumberDurationLiteral",
    );
    return duration ? seconds(duration.text) : 0;
  };
  return own(tree) + Math.max(0, ...tree.children.map(memoryOf));
}

function carriedIn(tree: Node): Map<string, Set<string>> {
  const carried = new Map<string, Set<string>>();
  for (const node of all(tree, "BinaryExpr")) {
    const clause = child(node, "MatchingModifierClause");
    const side = clause && child(clause, "GroupLeft", "GroupRight");
    if (clause === undefined || side === undefined) continue;
    const { left, right } = binaryOf(node);
    const lists = clause.children.filter(({ type }) => type === "GroupingLabels");
    const labels = lists[1] ? all(lists[1], "LabelName").map(({ text }) => text) : [];
    for (const { metric } of selectors(side.type === "GroupLeft" ? right : left)) {
      carried.set(metric, new Set([...(carried.get(metric) ?? []), ...labels]));
    }
  }
  return carried;
}

/** Whether the value of a selector matters for what it is in, and not only that it is there. */
function isValueIn(whole: Node, selector: Node): boolean {
  for (const node of around(selector)) {
    if (looksAtPresence(node)) return false;
    if (node === whole) return true;
  }
  return true;
}

/** Everything an alert computes, what is recorded for it included. */
function expressionsOf(alert: Alert, group: AlertGroup): Node[] {
  const recordings = [
    ...Object.values(group.signals).map((signal) => ({
      record: signal.record,
      expr: compute(signal, ruleDialect),
    })),
    ...(group.recordings ?? []),
  ];
  const seen = new Set<string>();
  const follow = (text: string): Node[] => {
    const tree = parse(text);
    const behind = selectors(tree).flatMap(({ metric }) => {
      if (seen.has(metric)) return [];
      seen.add(metric);
      return recordings.filter(({ record }) => record === metric).map(({ expr }) => expr);
    });
    return [tree, ...behind.flatMap(follow)];
  };
  return follow(alert.expression(undefined, plainOptions));
}

/** Reads an alert for its variants. */
export function subjectOf(alert: Alert, group: AlertGroup): Subject {
  const step = alert.step ?? "1m";
  const steps = (duration: string): number => Math.round(seconds(duration) / seconds(step));
  const trees = expressionsOf(alert, group);
  const found = trees.flatMap(selectors);
  const kinds = readsOfGroup(group);
  const own = Object.keys(labelsOf(alert));
  const divisors = trees
    .flatMap((tree) => all(tree, "BinaryExpr"))
    .map(binaryOf)
    .filter(({ operator }) => operator.type === "Div")
    .flatMap(({ right }) => selectors(right).filter(({ node }) => isValueIn(right, node)));
  const carried = new Map<string, ReadonlySet<string>>(
    trees.flatMap((tree) => [...carriedIn(tree)]),
  );
  const read = (series: Series): Samples =>
    new Map([...samplesOf(series, alert.target)].map(([name, values]) => [name, marked(values)]));
  return {
    alert,
    step,
    firing: read(alert.fires.series),
    from: steps(alert.fires.from),
    quiet:
      alert.quiet === "never"
        ? undefined
        : { samples: read(alert.quiet.series), at: steps(alert.quiet.at) },
    forSteps: Math.ceil(seconds(alert.for) / seconds(step)),
    keepSteps: Math.ceil(seconds(alert.keepFiringFor ?? "0s") / seconds(step)),
    memory: Math.ceil(trees.reduce((sum, tree) => sum + memoryOf(tree), 300) / seconds(step)),
    identity: Object.fromEntries(
      Object.entries(firingLabels(alert)).filter(([label]) => !own.includes(label)),
    ),
    kindOf: (metric) => kinds.get(metric) ?? "gauge",
    matched: (metric) =>
      new Set(
        found
          .filter((one) => one.metric === metric)
          .flatMap((one) => selectorOf(one.node).matchers.map(({ label }) => label)),
      ),
    divisors: new Set(divisors.map(({ metric }) => metric)),
    carried,
    readsUp: found.some(({ metric }) => metric === "up"),
  };
}
