/**
 * Service level objectives: one typed definition gives what Prometheus records for it. The alerts
 * in `rules/slo.ts` read only what is recorded here, so they hold for every objective and period.
 *
 * Names of the recorded series are sloth's, so that its dashboards work here, too.
 */
import { compute, type Query, ruleDialect } from "./signal.ts";

/** The measurement. */
export type Indicator =
  /** Bad events among all, from counters. */
  | {
      readonly kind: "ratio";
      readonly bad: (query: Query, range: string) => string;
      readonly total: (query: Query, range: string) => string;
    }
  /** Requests that took longer than `within` seconds, which must be a bucket of the histogram. */
  | {
      readonly kind: "latency";
      readonly histogram: string;
      readonly within: number;
      readonly matchers?: Readonly<Record<string, string>>;
    }
  /** Time during which a gauge of 0 and 1 was 0. */
  | { readonly kind: "probe"; readonly good: (query: Query) => string }
  /** Time during which the newest timestamp was older than `within` seconds. */
  | {
      readonly kind: "freshness";
      readonly timestamp: (query: Query) => string;
      readonly within: number;
    };

export interface Slo {
  /** The promise to people, in one sentence. */
  readonly about: string;
  /** Scrape job the indicator comes from. */
  readonly job: string;
  readonly indicator: Indicator;
  /** Share of good events or time: `0.999`. */
  readonly objective: number;
  /** Days over which the budget is counted. @default 30 */
  readonly days?: number;
  /** Events an hour below which a share says nothing; for ratio and latency. @default 10 */
  readonly minimumEvents?: number;
}

/** A rule that records a series. */
export interface Recording {
  readonly record: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly expr: string;
}

/** An objective that no service can be held to. */
export class ObjectiveError extends Error {}

/** Windows of the error ratio. Short ones read raw samples, long ones what is recorded. */
export const rawWindows = ["5m", "30m", "1h", "2h"] as const;
export const longWindows = ["6h", "1d", "3d", "30d"] as const;

/**
 * How many times faster than allowed the budget is burnt when `share` of it goes in `hours`:
 * share × period / window. 2 % in an hour of 30 days are 14.4.
 */
export function burnFactor(share: number, days: number, hours: number): number {
  return (share * days * 24) / hours;
}

/** Writes PromQL through a query. */
const write = (query: (q: Query) => string): string =>
  compute({ unit: "ratio", about: "", query }, ruleDialect);

const perEnvironment = (what: string): string => `sum by (cluster, env) (${what})`;

/**
 * No events, from a program that answers: nobody has asked anything yet, so that not even a counter is
 * there. That is a quiet service, not an indicator that is lost.
 */
const idle = (job: string, total: string): string =>
  `(0 * ${perEnvironment(write((q) => `${q.gauge("up", { job })} == 1`))} unless ${total})`;

/** Bad and total of a window, as two expressions with the label `env`. */
function parts({ indicator, job }: Slo, window: string): { bad: string; total: string } {
  switch (indicator.kind) {
    case "ratio": {
      const events = perEnvironment(write((q) => indicator.total(q, window)));
      const bad = perEnvironment(write((q) => indicator.bad(q, window)));
      const total = `(${events} or ${idle(job, events)})`;
      // A service that never failed has no series of failures: that means zero, not unknown.
      return { bad: `(${bad} or 0 * ${total})`, total };
    }
    case "latency": {
      const { histogram, matchers = {}, within } = indicator;
      const rate = (suffix: string, more = {}): string =>
        perEnvironment(write((q) => q.rate(histogram + suffix, { ...matchers, ...more }, window)));
      const events = rate("_count");
      // Prometheus writes bucket bounds as floats since version 3; a regular expression takes both.
      const good = rate("_bucket", { le: new RegExp(`${within}(?:\\.0)?`) });
      // A bucket that is missing beside its count is a bound that the histogram does not have.
      return {
        bad: `(${events} - ${good} or ${idle(job, events)})`,
        total: `(${events} or ${idle(job, events)})`,
      };
    }
    case "probe": {
      const share = `avg_over_time(${write(indicator.good)}[${window}])`;
      return {
        bad: `sum by (cluster, env) (1 - ${share})`,
        total: `count by (cluster, env) (${share})`,
      };
    }
    case "freshness": {
      const newest = `max by (cluster, env) (${write(indicator.timestamp)})`;
      return {
        bad: `(time() - ${newest} > bool ${indicator.within})`,
        total: `(${newest} > bool 0)`,
      };
    }
  }
}

const ratioName = (window: string): string => `slo:sli_error:ratio_rate${window}`;

function windows(definition: Slo, slo: string): Omit<Recording, "labels">[] {
  const { indicator } = definition;
  const of = (series: string): string => `${series}{slo="${slo}"}`;
  const five = parts(definition, "5m");
  // Freshness is true or false now: its windows are averages of what was recorded.
  const raw = indicator.kind === "freshness" ? (["5m"] as const) : rawWindows;
  const recorded = [...rawWindows, ...longWindows].filter(
    (window) => !(raw as readonly string[]).includes(window),
  );
  return [
    { record: "slo:sli_bad:rate5m", expr: five.bad },
    { record: "slo:sli_total:rate5m", expr: five.total },
    ...raw.map((window) => {
      const { bad, total } = parts(definition, window);
      return { record: ratioName(window), expr: `${bad} / ${total}` };
    }),
    // Weighted by traffic, and one series each instead of days of raw samples.
    ...recorded.map((window) => ({
      record: ratioName(window),
      expr: `sum_over_time(${of("slo:sli_bad:rate5m")}[${window}]) / sum_over_time(${of("slo:sli_total:rate5m")}[${window}])`,
    })),
  ];
}

function traffic(definition: Slo): Omit<Recording, "labels">[] {
  const { indicator, minimumEvents = 10 } = definition;
  if (indicator.kind !== "ratio" && indicator.kind !== "latency") return [];
  return [
    { record: "slo:sli_total:increase1h", expr: `3600 * ${parts(definition, "1h").total}` },
    { record: "slo:minimum_events:count", expr: `vector(${minimumEvents})` },
  ];
}

/**
 * The recording rules for an objective.
 *
 * @param slo - Its name, the value of the label `slo`.
 * @throws ObjectiveError for an objective of 100 % or more, or one that is not a share.
 */
export function recordingsOf(slo: string, definition: Slo): Recording[] {
  const { days = 30, objective } = definition;
  if (!(objective > 0 && objective < 1)) {
    const why = objective === 1 ? "leaves no budget for errors" : "is not a share between 0 and 1";
    throw new ObjectiveError(`The objective ${objective} of ${slo} ${why}: write 0.999 for 99.9 %`);
  }
  const of = (series: string): string => `${series}{slo="${slo}"}`;
  const budget = Number((1 - objective).toPrecision(12));
  const byBudget = (series: string): string =>
    `${of(series)} / on (slo) group_left () ${of("slo:error_budget:ratio")}`;
  return [
    { record: "slo:objective:ratio", expr: `vector(${objective})` },
    { record: "slo:error_budget:ratio", expr: `vector(${budget})` },
    { record: "slo:time_period:days", expr: `vector(${days})` },
    ...windows(definition, slo),
    ...traffic(definition),
    { record: "slo:current_burn_rate:ratio", expr: byBudget(ratioName("5m")) },
    {
      record: "slo:period_error_budget_remaining:ratio",
      expr: `1 - ${byBudget(ratioName("30d"))}`,
    },
  ].map(({ expr, record }) => ({ record, labels: { slo }, expr }));
}
