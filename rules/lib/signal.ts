/** Units a signal can have; dashboards map them to Grafana's, thresholds print with them. */
export type Unit =
  "bool" | "bytes" | "bytesPerSecond" | "opsPerSecond" | "ratio" | "seconds" | "count";

/** Label matchers: a text must be equal, a regular expression must match. */
export type Matchers = Readonly<Record<string, string | RegExp>>;

/** How an expression is written for its reader: a rule has fixed ranges, a panel has variables. */
export interface Dialect {
  /** Range of a rate: `5m` in rules, `$__rate_interval` in panels. */
  readonly range: string;
  /** Matchers added to every selector: none in rules, the board's variables in panels. */
  readonly matchers: Matchers;
}

/** Rules look at five minutes: at least four scrapes at every interval Vigil accepts as sensible. */
export const ruleDialect: Dialect = { range: "5m", matchers: {} };

/** Writes the selectors of one expression in a dialect and remembers which metrics it named. */
export interface Query {
  /** Value of a gauge. */
  gauge(metric: string, matchers?: Matchers): string;
  /** Increase per second of a counter. */
  rate(metric: string, matchers?: Matchers): string;
}

/** A measured fact with a name: said once, drawn in panels and compared in alerts. */
export interface Signal {
  readonly unit: Unit;
  /** What it tells, in one sentence. */
  readonly about: string;
  readonly query: (query: Query) => string;
}

/** Keeps the literal names of a service's signals. */
export function defineSignals<const S extends Record<string, Signal>>(signals: S): S {
  return signals;
}

const escape = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');

function matcher(label: string, value: string | RegExp): string {
  return typeof value === "string"
    ? `${label}="${escape(value)}"`
    : `${label}=~"${escape(value.source)}"`;
}

function selector(metric: string, matchers: Matchers): string {
  const parts = Object.entries(matchers).map(([label, value]) => matcher(label, value));
  return parts.length === 0 ? metric : `${metric}{${parts.join(",")}}`;
}

/** The PromQL of a signal in a dialect. */
export function render(signal: Signal, dialect: Dialect): string {
  return signal.query({
    gauge: (metric, matchers = {}) => selector(metric, { ...matchers, ...dialect.matchers }),
    rate: (metric, matchers = {}) =>
      `rate(${selector(metric, { ...matchers, ...dialect.matchers })}[${dialect.range}])`,
  });
}

/** Names of the metrics a signal reads, sorted. */
export function metricsOf(signal: Signal): string[] {
  const named = new Set<string>();
  const note = (metric: string): string => {
    named.add(metric);
    return metric;
  };
  signal.query({ gauge: note, rate: note });
  return [...named].sort();
}
