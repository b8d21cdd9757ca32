/** Units a signal can have; dashboards map them to Grafana's, thresholds print with them. */
export type Unit =
  | "bool"
  | "bytes"
  | "bytesPerSecond"
  | "celsius"
  | "count"
  | "milliseconds"
  | "opsPerSecond"
  | "ratio"
  | "seconds";

type Value = string | RegExp;

/** Label matchers: a text must be equal, a regular expression must match; `not` turns it round. */
export type Matchers = Readonly<Record<string, Value | { readonly not: Value }>>;

/** How an expression is written for its reader: a rule has fixed ranges, a panel has variables. */
export interface Dialect {
  /** Range of a rate: `5m` in rules, `$__rate_interval` in panels. */
  readonly range: string;
  /** Matchers added to every selector: one instance in a rule of its own, the board's variables in panels. */
  readonly matchers: Matchers;
  /** The transformation of a signal before it is put into a condition; none by default. */
  readonly splice?: (signal: string) => string;
}

/** Rules look at five minutes: at least four scrapes at every interval Vigil accepts as sensible. */
export const ruleDialect: Dialect = { range: "5m", matchers: {} };

/** The kind of a metric; decides how it may be used and how its test series go on. */
export type Kind = "counter" | "gauge" | "timestamp";

/** Writes the selectors of one expression in a dialect and remembers which metrics it named. */
export interface Query {
  /** Value of a gauge. */
  gauge(metric: string, matchers?: Matchers): string;
  /** Value of a gauge that holds a Unix time in seconds. */
  timestamp(metric: string, matchers?: Matchers): string;
  /**
   * Seconds since a Unix time; nothing where it is zero or Go's zero time, which mean never or
   * unknown. Times before 1970 count all the same: the tests' clock begins there.
   */
  age(metric: string, matchers?: Matchers): string;
  /** Seconds until a Unix time; nothing where it is zero or less, which means never or unknown. */
  left(metric: string, matchers?: Matchers): string;
  /** Raw value of a counter, for `resets`, `changes`, `absent` and their like. */
  counter(metric: string, matchers?: Matchers): string;
  /** Increase per second of a counter, over the dialect's range where none is given. */
  rate(metric: string, matchers?: Matchers, range?: string): string;
  /** Increase of a counter over a range that is part of the meaning: `15m`. */
  increase(metric: string, range: string, matchers?: Matchers): string;
  /**
   * Events that a counter counted in a range, the first one included. Many programs export a counter
   * from its first event on, and such a series has no increase: it counts from its birth where its
   * target was scraped before, so that a target which is new itself reports nothing.
   */
  events(metric: string, range: string, matchers?: Matchers): string;
  /** Quantile of a histogram, by its base name and the labels to keep. */
  quantile(q: number, metric: string, by: readonly string[], matchers?: Matchers): string;
}

/** A measured fact with a name: said once, drawn in panels and compared in alerts. */
export interface Signal {
  readonly unit: Unit;
  /** Its meaning, in one sentence. */
  readonly about: string;
  readonly query: (query: Query) => string;
  /**
   * Name under which Prometheus keeps it, `level:metric:operation`, where it is costly and read in
   * several places: rules and panels then read the recorded series.
   */
  readonly record?: string;
}

/** Keeps the literal names of a service's signals. */
export function defineSignals<const S extends Readonly<Record<string, Signal>>>(signals: S): S {
  return signals;
}

const escape = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');

function matcher(label: string, wanted: Matchers[string]): string {
  const negative = typeof wanted === "object" && "not" in wanted;
  const value = negative ? wanted.not : wanted;
  return typeof value === "string"
    ? `${label}${negative ? "!=" : "="}"${escape(value)}"`
    : `${label}${negative ? "!~" : "=~"}"${escape(value.source)}"`;
}

/** Matchers of each set in turn: one of a board adds to what a signal says of the same label itself. */
function selector(metric: string, ...sets: readonly Matchers[]): string {
  const parts = sets.flatMap((matchers) =>
    Object.entries(matchers).map(([label, value]) => matcher(label, value)),
  );
  return parts.length === 0 ? metric : `${metric}{${[...new Set(parts)].join(",")}}`;
}

/** Matches what one target tells. */
const ofTarget = "on (cluster, env, job, instance)";

function queryOf(dialect: Dialect, note: (metric: string, kind: Kind) => void): Query {
  const read =
    (kind: Kind) =>
    (metric: string, matchers: Matchers = {}): string => {
      note(metric, kind);
      return selector(metric, matchers, dialect.matchers);
    };
  const counter = read("counter");
  const rate: Query["rate"] = (metric, matchers, range = dialect.range) =>
    `rate(${counter(metric, matchers)}[${range}])`;
  const timestamp = read("timestamp");
  const increase: Query["increase"] = (metric, range, matchers) =>
    `increase(${counter(metric, matchers)}[${range}])`;
  return {
    gauge: read("gauge"),
    timestamp,
    age: (metric, matchers) => `(time() - (${timestamp(metric, matchers)} != 0 > -1e9))`,
    left: (metric, matchers) => `((${timestamp(metric, matchers)} > 0) - time())`,
    counter,
    rate,
    increase,
    events: (metric, range, matchers) => {
      const now = counter(metric, matchers);
      const answered = `${selector("up", dialect.matchers)} offset ${range} == 1`;
      return `(${now} unless ${now} offset ${range} and ${ofTarget} ${answered} or ${increase(metric, range, matchers)})`;
    },
    quantile: (q, metric, by, matchers) =>
      `histogram_quantile(${q}, sum by (${[...by, "le"].join(", ")}) (${rate(`${metric}_bucket`, matchers)}))`,
  };
}

/** Something that is told about an object beside the value: the node of a pod. */
export interface Lookup {
  /** Information metric that has it; its value does not matter. */
  readonly metric: string;
  readonly matchers?: Matchers;
  /** Labels that tell the object on both sides. */
  readonly by: readonly string[];
  /** The label to add. */
  readonly label: string;
  /** The value to take where it is one of several. */
  readonly prefer?: string;
}

/**
 * Values with a label that another metric has. Where that has two values for one object, for a
 * moment or for good, one of them is taken, a known one rather than an empty one, and before all the
 * preferred one: a join that finds two would be evaluated for nobody.
 */
export function withLabel(q: Query, values: string, lookup: Lookup): string {
  const { label, matchers = {}, metric, prefer } = lookup;
  const by = lookup.by.join(", ");
  const known = q.gauge(metric, { ...matchers, [label]: { not: "" } });
  const any = q.gauge(metric, matchers);
  const best =
    prefer === undefined ? "" : `3 * ${q.gauge(metric, { ...matchers, [label]: prefer })} or `;
  const one = `topk by (${by}) (1, max by (${by}, ${label}) (${best}2 * ${known} or ${any}))`;
  return `(${values} + on (${by}) group_left (${label}) 0 * ${one})`;
}

/** The PromQL that computes a signal, recorded or not. */
export function compute(signal: Signal, dialect: Dialect): string {
  return signal.query(queryOf(dialect, () => undefined));
}

/** The PromQL that reads a signal in a dialect: its recorded series where it has one. */
export function render(signal: Signal, dialect: Dialect): string {
  return signal.record === undefined
    ? compute(signal, dialect)
    : selector(signal.record, dialect.matchers);
}

/** The metrics that a signal reads: kind by name. */
export function readsOf(signal: Signal): Map<string, Kind> {
  const reads = new Map<string, Kind>();
  signal.query(queryOf(ruleDialect, (metric, kind) => reads.set(metric, kind)));
  return reads;
}

/** Names of the metrics a signal reads, sorted. */
export function metricsOf(signal: Signal): string[] {
  return [...readsOf(signal).keys()].sort();
}
