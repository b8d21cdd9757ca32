/**
 * Mistakes that PromQL allows and that make an alert dead, deaf or noisy. Each check has an
 * expression it must refuse and one it must let pass; the tests hold it to both.
 */
import { seconds } from "../../lib/duration.ts";
import { type Exposed, targetLabels } from "./inventory.ts";
import { mismatch } from "./matching.ts";
import {
  all,
  around,
  bare,
  binaries,
  type Binary,
  binaryOf,
  child,
  functionOf,
  isComparison,
  looksAtPresence,
  type Node,
  parse,
  selectors,
} from "./promql.ts";

/** What a check looks at. */
export interface Subject {
  readonly tree: Node;
  readonly inventory: ReadonlyMap<string, Exposed>;
  /** Names that recording rules make. */
  readonly recorded: ReadonlySet<string>;
  readonly forSeconds: number;
  readonly keepSeconds: number;
}

export interface Check {
  /** What is wrong, for the person who wrote it. */
  readonly why: string;
  readonly find: (subject: Subject) => readonly string[];
  readonly bad: Example;
  readonly good: Example;
}

/** An expression with the times that some checks look at. */
export interface Example {
  readonly expression: string;
  readonly for?: string;
  readonly keep?: string;
}

const perTime = ["rate", "increase", "irate", "resets"];
/** Four scrapes at the longest interval that makes sense. */
const shortestRange = 240;

const calls = (tree: Node, test: (name: string) => boolean): Node[] =>
  all(tree, "FunctionCall").filter((call) => test(functionOf(call)));

const metricsIn = (node: Node): string[] => selectors(node).map(({ metric }) => metric);

const kindOf = ({ inventory }: Subject, metric: string): Exposed["kind"] =>
  inventory.get(metric)?.kind ?? (/_(total|bucket)$/.test(metric) ? "counter" : undefined);

function readsRaw(selector: Node): boolean {
  for (const node of around(selector)) {
    if (looksAtPresence(node) || perTime.includes(functionOf(node))) return false;
    if (node.type === "BinaryExpr" && child(node, "Unless", "And")) return false;
    // What it is now against the least it was.
    if (child(node, "Sub") && calls(node, (name) => name === "min_over_time").length > 0)
      return false;
  }
  return true;
}

/** The sides of `and` and the whole expression: where a comparison decides. */
const divisions = (tree: Node): Binary[] =>
  binaries(tree).filter(({ operator }) => operator.type === "Div");

const guarded = (node: Node): boolean => binaries(node).some(isComparison);

export const checks = {
  "short-range": {
    why: "a rate needs at least four scrapes: take 5m or more",
    find: ({ tree }) =>
      calls(tree, (name) => perTime.includes(name) || name === "deriv")
        .flatMap((call) => all(call, "MatrixSelector"))
        .filter((matrix) => seconds(child(matrix, "DurationExpr")?.text ?? "") < shortestRange)
        .map(({ text }) => text),
    bad: { expression: "rate(node_disk_read_bytes_total[1m]) > 1" },
    good: { expression: "rate(node_disk_read_bytes_total[5m]) > 1" },
  },
  "instant-rate": {
    why: "irate looks at two samples only and flaps",
    find: ({ tree }) => calls(tree, (name) => name === "irate").map(({ text }) => text),
    bad: { expression: "irate(node_disk_read_bytes_total[5m]) > 1" },
    good: { expression: "rate(node_disk_read_bytes_total[5m]) > 1" },
  },
  "rate-of-gauge": {
    why: "a rate of a gauge takes each fall for a restart: use deriv or delta",
    find: (subject) =>
      calls(subject.tree, (name) => perTime.includes(name))
        .flatMap(metricsIn)
        .filter((metric) => kindOf(subject, metric) === "gauge"),
    bad: { expression: "rate(node_load5[5m]) > 1" },
    good: { expression: "deriv(node_load5[5m]) > 1" },
  },
  "raw-counter": {
    why: "the value of a counter says how old a process is: use rate or increase",
    find: (subject) =>
      selectors(subject.tree)
        .filter(({ metric, node }) => kindOf(subject, metric) === "counter" && readsRaw(node))
        .map(({ metric }) => metric),
    bad: { expression: "node_disk_read_bytes_total > 1e9" },
    good: { expression: "increase(node_disk_read_bytes_total[1h]) > 1e9", for: "10m" },
  },
  "delta-of-counter": {
    why: "deriv and delta of a counter break at each restart: use rate",
    find: (subject) =>
      calls(subject.tree, (name) => ["deriv", "delta", "predict_linear"].includes(name))
        .flatMap(metricsIn)
        .filter((metric) => kindOf(subject, metric) === "counter"),
    bad: { expression: "deriv(node_disk_read_bytes_total[5m]) > 1" },
    good: { expression: "deriv(node_filesystem_avail_bytes[5m]) < 1" },
  },
  "rate-of-sum": {
    why: "a sum hides the restarts that rate must see: rate first, then sum",
    find: ({ tree }) =>
      calls(tree, (name) => perTime.includes(name))
        .filter((call) => all(call, "AggregateExpr").length > 0)
        .map(({ text }) => text),
    bad: { expression: "rate(sum by (host) (node_disk_read_bytes_total)[5m:1m]) > 1" },
    good: {
      expression: "sum by (cluster, env, host) (rate(node_disk_read_bytes_total[5m])) > 1",
    },
  },
  "no-condition": {
    why: "fires whenever the series is there: compare it",
    find: ({ tree }) =>
      binaries(tree).some((one) => isComparison(one) || one.operator.type === "Unless") ||
      calls(tree, (name) => /^absent|^vector$/.test(name)).length > 0
        ? []
        : [tree.text],
    bad: { expression: "node_load5" },
    good: { expression: "node_load5 > 10" },
  },
  "hasty-absence": {
    why: "absent is true at each restart: hold it for five minutes",
    find: ({ forSeconds, tree }) =>
      forSeconds < 300 ? calls(tree, (name) => /^absent/.test(name)).map(({ text }) => text) : [],
    bad: { expression: 'absent(up{job="node"})', for: "1m" },
    good: { expression: 'absent(up{job="node"})', for: "5m" },
  },
  "no-match": {
    why: "the two sides never have the same labels, so it never fires",
    find: ({ inventory, tree }) => binaries(tree).flatMap((one) => mismatch(one, inventory)),
    bad: {
      expression:
        'node_memory_MemFree_bytes / on (mode) rate(node_cpu_seconds_total{mode="idle"}[5m]) > 1',
    },
    good: { expression: "node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1" },
  },
  "unguarded-division": {
    why: "a share of next to nothing is noise: let the divisor be (x > something)",
    find: ({ tree }) =>
      divisions(tree)
        .filter(
          ({ left, node, right }) =>
            calls(right, (name) => ["rate", "increase"].includes(name)).length > 0 &&
            // The mean of a histogram: its sum and its count are zero together.
            !(metricsIn(left).every((one) => one.endsWith("_sum")) && !guardNeeded(node)) &&
            !guarded(right) &&
            !guardedBeside(node),
        )
        .map(({ node }) => node.text),
    bad: {
      expression:
        "rate(node_disk_read_time_seconds_total[5m]) / rate(node_disk_reads_completed_total[5m]) > 0.1",
    },
    good: {
      expression:
        "rate(node_disk_read_time_seconds_total[5m]) / (rate(node_disk_reads_completed_total[5m]) > 1) > 0.1",
    },
  },
  "single-series": {
    why: "topk and its like change their members from one evaluation to the next",
    find: ({ tree }) =>
      all(tree, "AggregateOp")
        .filter(({ text }) => ["topk", "bottomk", "limitk", "limit_ratio"].includes(text))
        .filter((node) => ![...around(node)].some(isLookup))
        .map(({ text }) => text),
    bad: { expression: "topk(3, node_load5) > 1" },
    good: { expression: "max by (cluster, env, host) (node_load5) > 1" },
  },
  "ambiguous-lookup": {
    why: "a label that is looked up may have two values, and then the rule is evaluated for nobody: take one by topk by (…) (1, …)",
    find: ({ tree }) =>
      all(tree, "BinaryExpr")
        .filter(isLookup)
        .map((node) => lookedUp(node))
        .filter((side) => all(side, "AggregateOp").every(({ text }) => text !== "topk"))
        .map(({ text }) => text),
    bad: {
      expression: "node_load5 * on (instance) group_left (release) node_uname_info > 1",
    },
    good: {
      expression:
        "node_load5 + on (cluster, env, instance) group_left (release) 0 * topk by (cluster, env, instance) (1, node_uname_info) > 1",
    },
  },
  "plain-regex": {
    why: "a regular expression without an operator is an equality, and anchors are there already",
    find: ({ tree }) =>
      selectors(tree)
        .flatMap(({ matchers }) => matchers)
        .filter(
          ({ operator, value }) =>
            operator.endsWith("~") && (/^[\w -]+$/.test(value) || /^\^|(?<!\\)\$$/.test(value)),
        )
        .map(({ node }) => node.text),
    bad: { expression: 'up{job=~"node"} == 0' },
    good: { expression: 'up{job=~"node|probe"} == 0' },
  },
  "costly-regex": {
    why: "a class of what is forbidden takes milliseconds to compile, at each evaluation",
    find: ({ tree }) =>
      selectors(tree).flatMap(({ matchers }) =>
        matchers.filter(({ value }) => value.includes("[^")).map(({ value }) => value),
      ),
    bad: { expression: 'container_last_seen{id=~"/docker/[^/]+"} > 1' },
    good: { expression: 'container_last_seen{id=~"/docker/[0-9a-f]+"} > 1' },
  },
  "broken-regex": {
    why: "the regular expression cannot be read",
    find: ({ tree }) =>
      selectors(tree)
        .flatMap(({ matchers }) => matchers)
        .filter(({ operator, value }) => operator.endsWith("~") && !isRegex(value))
        .map(({ node }) => node.text),
    bad: { expression: 'up{job=~"node("} == 0' },
    good: { expression: 'up{job=~"node(a|b)"} == 0' },
  },
  "lonely-prediction": {
    why: "a line through noise ends anywhere: ask for a level, too",
    find: ({ tree }) =>
      calls(tree, (name) => name === "predict_linear")
        .filter((call) => ![...around(call)].some((node) => child(node, "And")))
        .map(({ text }) => text),
    bad: { expression: "predict_linear(node_filesystem_avail_bytes[6h], 86400) < 0" },
    good: {
      expression:
        "predict_linear(node_filesystem_avail_bytes[6h], 86400) < 0 and node_filesystem_avail_bytes < 1e9",
    },
  },
  "vanishing-event": {
    why: "what happened once is over before anyone looks: give it keepFiringFor",
    find: ({ forSeconds, keepSeconds, tree }) =>
      forSeconds === 0 && keepSeconds === 0
        ? binaries(tree)
            .filter(isComparison)
            .flatMap(({ left }) => (countsEvents(bare(left)) ? [left.text] : []))
        : [],
    bad: { expression: "increase(node_vmstat_oom_kill[15m]) > 0" },
    good: { expression: "increase(node_vmstat_oom_kill[15m]) > 0", keep: "15m" },
  },
  "double-smoothing": {
    why: "the average over a time need not hold for that time again",
    find: ({ forSeconds, tree }) =>
      calls(tree, (name) => name === "avg_over_time")
        .flatMap((call) => all(call, "MatrixSelector"))
        .filter((matrix) => {
          const range = seconds(child(matrix, "DurationExpr")?.text ?? "");
          const compared = ![...around(matrix)].some(({ text }) => /\boffset\b/.test(text));
          return compared && range === forSeconds;
        })
        .map(({ text }) => text),
    bad: { expression: "avg_over_time(node_load5[15m]) > 1", for: "15m" },
    good: { expression: "avg_over_time(node_load5[15m]) > 1", for: "1m" },
  },
  "across-estates": {
    why: "objects of one name in two clusters or environments are taken for one: match and group by cluster and env, too",
    find: (subject) =>
      all(subject.tree, "MatchingModifierClause", "AggregateModifier")
        .filter((clause) => !isOurs(subject, clause))
        .filter((clause) => child(clause, "On", "By") !== undefined)
        .filter((clause) => {
          const labels = child(clause, "GroupingLabels");
          const names = labels ? all(labels, "LabelName").map(({ text }) => text) : [];
          // With no label at all the other side is a constant.
          return names.length > 0 && !["cluster", "env"].every((one) => names.includes(one));
        })
        .map(({ text }) => text),
    bad: { expression: "sum by (instance) (node_load5) > 1" },
    good: { expression: "sum by (cluster, env, instance) (node_load5) > 1" },
  },
  "own-label": {
    why: "a label that one side has from its program and the other only from its target: add the side without it, by group without (…)",
    find: ({ inventory, tree }) =>
      binaries(tree).flatMap(({ left, matching, node, operator, right }) => {
        // What is not left out fires: that is the safe side.
        if (!matching?.on || operator.type === "Unless") return [];
        const own = (side: Node, label: string): boolean =>
          metricsIn(side).some((metric) => inventory.get(metric)?.labels.has(label));
        const both = (side: Node, label: string): boolean =>
          all(side, "AggregateModifier").some(
            (modifier) => child(modifier, "Without") && modifier.text.includes(label),
          );
        // Where the target has the label, the program's is called `exported_…`.
        const ofTarget = (label: string): boolean =>
          selectors(node).some(({ matchers, metric }) =>
            matchers.some(
              (one) =>
                one.label === label &&
                one.operator === "!=" &&
                one.value === "" &&
                !inventory.get(metric)?.labels.has(label),
            ),
          );
        return matching.labels
          .filter((label) => targetLabels.includes(label) && !ofTarget(label))
          .filter((label) => own(left, label) !== own(right, label))
          .filter((label) => !both(left, label) && !both(right, label))
          .map((label) => `${label} in ${node.text}`);
      }),
    bad: { expression: "node_load5 and on (cluster, env, instance) cluster_leads == 1" },
    good: {
      expression:
        "node_load5 > 1 and on (cluster, env, instance) (cluster_leads == 1 or group without (cluster) (cluster_leads == 1))",
    },
  },
  "info-is-zero": {
    why: "an information metric is always 1",
    find: ({ tree }) =>
      binaries(tree)
        .filter(({ operator, right }) => operator.type === "Eql" && bare(right).text === "0")
        .flatMap(({ left }) => metricsIn(left).filter((metric) => metric.endsWith("_info"))),
    bad: { expression: "node_uname_info == 0" },
    good: { expression: "count by (cluster, env, release) (node_uname_info) > 1" },
  },
  "panel-variable": {
    why: "only Grafana knows this name",
    find: ({ tree }) => /\$__?\w+/.exec(tree.text) ?? [],
    bad: { expression: 'node_load5{host=~"$__all"} > 1' },
    good: { expression: "node_load5 > 1" },
  },
  "unknown-record": {
    why: "no recording rule makes it",
    find: ({ recorded, tree }) =>
      metricsIn(tree).filter((metric) => /\w:\w+:\w/.test(metric) && !recorded.has(metric)),
    bad: { expression: "instance:nothing:ratio > 1" },
    good: { expression: "instance:node_cpu_used:ratio > 1" },
  },
  "bool-condition": {
    why: "a comparison with bool is always there, as 0 or 1: the alert fires for both",
    find: ({ tree }) => {
      const top = bare(tree);
      if (top.type !== "BinaryExpr") return [];
      const [first] = binaries(top);
      return first?.bool ? [top.text] : [];
    },
    bad: { expression: "up == bool 0" },
    good: { expression: "up == 0" },
  },
} as const satisfies Readonly<Record<string, Check>>;

/** Whether labels of the one side are carried over to the many. */
function isLookup(node: Node): boolean {
  const clause = child(node, "MatchingModifierClause");
  if (clause === undefined || child(clause, "GroupLeft", "GroupRight") === undefined) return false;
  const [, carried] = clause.children.filter(({ type }) => type === "GroupingLabels");
  return carried !== undefined && all(carried, "LabelName").length > 0;
}

/** Whether a side of an operation is only what our own rules record: the constants of an SLO. */
const isOurs = ({ recorded }: Subject, clause: Node): boolean =>
  clause.parent !== undefined &&
  clause.parent.type === "BinaryExpr" &&
  [binaryOf(clause.parent).left, binaryOf(clause.parent).right].some((side) =>
    metricsIn(side).every((metric) => recorded.has(metric)),
  );

/** The side of a lookup that must have one series for each key. */
function lookedUp(node: Node): Node {
  const { left, node: whole, right } = binaryOf(node);
  const clause = child(whole, "MatchingModifierClause");
  return clause && child(clause, "GroupRight") ? left : right;
}

/** An increase, or one with the events before the first sample beside it. */
function countsEvents(node: Node): boolean {
  const counted = node.type === "BinaryExpr" && child(node, "Or") ? node.children.at(-1) : node;
  return counted !== undefined && ["increase", "changes"].includes(functionOf(bare(counted)));
}

function guardNeeded(node: Node): boolean {
  return !node.text.includes("_count");
}

/** `… and traffic > 1`, somewhere around the division. */
function guardedBeside(node: Node): boolean {
  for (const outer of around(node)) {
    const and = child(outer, "And", "Unless");
    if (and === undefined) continue;
    const right = outer.children.at(-1);
    if (right && guarded(right)) return true;
  }
  return false;
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text.replace(/^\(\?i\)/, ""));
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with an expression: `short-range: a rate needs …: rate(x[1m])`. */
export function lint(example: Example, known: Pick<Subject, "inventory" | "recorded">): string[] {
  const subject: Subject = {
    ...known,
    tree: parse(example.expression),
    forSeconds: seconds(example.for ?? "0s"),
    keepSeconds: seconds(example.keep ?? "0s"),
  };
  return Object.entries<Check>(checks).flatMap(([name, { find, why }]) =>
    [...new Set(find(subject))].map((where) => `${name}: ${why}: ${where}`),
  );
}
