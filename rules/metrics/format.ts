/** What a program exposes for Prometheus: the form of the inventories beside this file. */

export type MetricType = "counter" | "gauge" | "histogram" | "summary" | "untyped";

/** A metric; a histogram or summary stands under its base name, with `le` or `quantile` implied. */
export interface Metric {
  /** What the program itself says. */
  readonly type: MetricType;
  /** Names of labels seen on any series, sorted. */
  readonly labels: readonly string[];
  /** What an untyped or wrongly typed metric really is. */
  readonly semantics?: "counter" | "gauge";
  /** A trap, such as a flag without which it is absent. */
  readonly note?: string;
}

/** Metrics by name. */
export type Metrics = Readonly<Record<string, Metric>>;

/** One file: a program in one version. */
export interface Inventory {
  readonly exporter: string;
  readonly version: string;
  /** Scraped from the running program, or read in its source where it cannot be run. */
  readonly how: "captured" | "source";
  /** What was run with which flags, or `repository@tag: files`. */
  readonly reference: string;
  readonly metrics: Metrics;
}

/** The name of an inventory's file. */
export const fileName = ({ exporter, version }: Pick<Inventory, "exporter" | "version">): string =>
  `${exporter}-${version}.json`;

/** Labels that belong to the scrape, not to the program. */
const ofTheScrape: ReadonlySet<string> = new Set(["instance", "job"]);

/** By code unit, so that the order is the same in every language setting. */
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const sortedLabels = (names: Iterable<string>): string[] =>
  [...new Set(names)].filter((name) => !ofTheScrape.has(name)).sort(byName);

const types: ReadonlySet<string> = new Set<MetricType>([
  "counter",
  "gauge",
  "histogram",
  "summary",
  "untyped",
]);

/** The name under which a series stands, and the label its kind implies. */
function familyOf(
  series: string,
  typeOf: ReadonlyMap<string, MetricType>,
): { name: string; implied?: string } {
  // A name that is declared itself is not part of another, whatever it ends in.
  const base = typeOf.has(series) ? series : series.replace(/_(?:bucket|count|sum)$/, "");
  if (typeOf.get(base) === "histogram") return { name: base, implied: "le" };
  if (typeOf.get(base) === "summary") return { name: base, implied: "quantile" };
  return { name: series };
}

const typeLine = /^#\s*TYPE\s+(?<name>\S+)\s+(?<type>\S+)\s*$/;
const label = String.raw`[a-zA-Z_]\w*\s*=\s*"(?:[^"\\]|\\.)*"`;
const sampleLine = new RegExp(
  String.raw`^(?<name>[a-zA-Z_:][\w:]*)\s*(?:\{\s*(?<labels>(?:${label}\s*,?\s*)*)\})?\s+\S+(?:\s+-?\d+)?\s*$`,
);

/**
 * Reads the text format of Prometheus (0.0.4). Metrics without a single sample are left out.
 *
 * @throws Error naming the first line that is not of that format.
 */
export function parseExposition(text: string): Metrics {
  const typeOf = new Map<string, MetricType>();
  const labelsOf = new Map<string, Set<string>>();
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    if (line.startsWith("#")) {
      const { name = "", type = "" } = typeLine.exec(line)?.groups ?? {};
      if (types.has(type)) typeOf.set(name, type as MetricType);
      return;
    }
    const sample = sampleLine.exec(line)?.groups;
    if (sample === undefined) throw new Error(`line ${index + 1} is not a sample: ${line}`);
    const { name, implied } = familyOf(sample["name"] ?? "", typeOf);
    const labels = labelsOf.get(name) ?? new Set();
    for (const [pair] of (sample["labels"] ?? "").matchAll(new RegExp(label, "g"))) {
      const key = pair.slice(0, pair.indexOf("=")).trim();
      if (key !== implied) labels.add(key);
    }
    labelsOf.set(name, labels);
  });
  return Object.fromEntries(
    [...labelsOf].map(([name, labels]) => [
      name,
      { type: typeOf.get(name) ?? "untyped", labels: sortedLabels(labels) },
    ]),
  );
}

/** The names of the series in such a text, with their labels as they stand there. */
export const seriesIn = (text: string): string[] =>
  text.split("\n").flatMap((line) => {
    const { labels, name } = sampleLine.exec(line)?.groups ?? {};
    return name === undefined ? [] : [`${name}{${labels ?? ""}}`];
  });

/** Two sights of one metric; untyped gives way to a type. */
function mergeMetric(name: string, a: Metric, b: Metric): Metric {
  if (a.type !== b.type && a.type !== "untyped" && b.type !== "untyped")
    throw new Error(`${name} is a ${a.type} here and a ${b.type} there`);
  return {
    ...a,
    ...b,
    type: a.type === "untyped" ? b.type : a.type,
    labels: sortedLabels([...a.labels, ...b.labels]),
  };
}

/**
 * Everything seen in any of several scrapes.
 *
 * @throws Error when two of them disagree about a metric's type.
 */
export function mergeMetrics(...seen: readonly Metrics[]): Metrics {
  const all = new Map<string, Metric>();
  for (const [name, metric] of seen.flatMap((one) => Object.entries(one))) {
    const known = all.get(name);
    all.set(name, known === undefined ? metric : mergeMetric(name, known, metric));
  }
  return Object.fromEntries(all);
}

/** One metric on one line: a change of the program is a change of lines. */
function renderMetric({ labels, note, semantics, type }: Metric): string {
  const list = sortedLabels(labels).map((name) => JSON.stringify(name));
  const parts = [`"type": "${type}"`, `"labels": [${list.join(", ")}]`];
  if (semantics !== undefined) parts.push(`"semantics": "${semantics}"`);
  if (note !== undefined) parts.push(`"note": ${JSON.stringify(note)}`);
  return `{ ${parts.join(", ")} }`;
}

/** The text of an inventory's file. */
export function renderInventory({ exporter, how, metrics, reference, version }: Inventory): string {
  const head = Object.entries({ exporter, version, how, reference }).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`,
  );
  const lines = Object.entries(metrics)
    .sort(([a], [b]) => byName(a, b))
    .map(([name, metric]) => `    ${JSON.stringify(name)}: ${renderMetric(metric)}`);
  return ["{", ...head, '  "metrics": {', lines.join(",\n"), "  }", "}", ""].join("\n");
}
