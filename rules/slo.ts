import { type AlertGroup, defineAlerts, type Owner, type Series } from "./lib/alert.ts";
import { sloBoard } from "./lib/boards.ts";
import { defineSignals } from "./lib/signal.ts";
import { recordingsOf, type Slo } from "./lib/slo.ts";

/** What the monitoring promises of itself. */
export const slos = {
  "alert-delivery": {
    about: "An alert that Alertmanager sends reaches its receiver.",
    job: "alertmanager",
    indicator: {
      kind: "ratio",
      bad: (q, range) => q.rate("alertmanager_notifications_failed_total", {}, range),
      total: (q, range) => q.rate("alertmanager_notifications_total", {}, range),
    },
    objective: 0.99,
  },
  "probe-availability": {
    about: "What is watched from outside answers.",
    job: "probe",
    indicator: { kind: "probe", good: (q) => q.gauge("probe_success") },
    objective: 0.999,
  },
  "query-latency": {
    about: "A query that a person or a panel asks is answered within a second.",
    job: "prometheus",
    indicator: {
      kind: "latency",
      histogram: "prometheus_http_request_duration_seconds",
      matchers: { handler: "/api/v1/query_range" },
      within: 1,
    },
    objective: 0.99,
    minimumEvents: 60,
  },
  "rule-freshness": {
    about: "Rules were evaluated within the last two minutes.",
    job: "prometheus",
    indicator: {
      kind: "freshness",
      timestamp: (q) => q.timestamp("prometheus_rule_group_last_evaluation_timestamp_seconds"),
      within: 120,
    },
    objective: 0.999,
  },
  "scrape-success": {
    about: "Everything that is watched answers its scrapes.",
    job: "node",
    indicator: { kind: "probe", good: (q) => q.gauge("up") },
    objective: 0.999,
  },
} as const satisfies Readonly<Record<string, Slo>>;

const errorsOf = (window: string) =>
  ({
    unit: "ratio",
    about: `Share of bad events or time over ${window}.`,
    query: (q: { gauge: (metric: string) => string }) =>
      q.gauge(`slo:sli_error:ratio_rate${window}`),
  }) as const;

/** A new estate has lived too little: one scrape that failed would be a large share of it. */
const judgedSince = (window: string) =>
  ({
    unit: "count",
    about: `Something where the indicator was known ${window} ago or within as long before.`,
    query: (q: { gauge: (metric: string) => string }) =>
      `max_over_time(${q.gauge("slo:sli_total:rate5m")}[${window}] offset ${window})`,
  }) as const;

export const signals = defineSignals({
  errors5m: errorsOf("5m"),
  errors30m: errorsOf("30m"),
  errors1h: errorsOf("1h"),
  errors2h: errorsOf("2h"),
  errors6h: errorsOf("6h"),
  errors1d: errorsOf("1d"),
  errors3d: errorsOf("3d"),
  since1h: judgedSince("1h"),
  since6h: judgedSince("6h"),
  since1d: judgedSince("1d"),
  since3d: judgedSince("3d"),
  burnRate: {
    unit: "count",
    about: "How many times faster than allowed the error budget is being spent.",
    query: (q) => q.gauge("slo:current_burn_rate:ratio"),
  },
  budgetLeft: {
    unit: "ratio",
    about: "Share of the period's error budget that is left.",
    query: (q) => q.gauge("slo:period_error_budget_remaining:ratio"),
  },
  objective: {
    unit: "ratio",
    about: "Share of good events or time that is promised.",
    query: (q) => q.gauge("slo:objective:ratio"),
  },
  budget: {
    unit: "ratio",
    about: "Share of bad events or time that is allowed.",
    query: (q) => q.gauge("slo:error_budget:ratio"),
  },
  days: {
    unit: "count",
    about: "Days over which the budget is counted.",
    query: (q) => q.gauge("slo:time_period:days"),
  },
  events: {
    unit: "count",
    about: "Events of the last hour.",
    query: (q) => q.gauge("slo:sli_total:increase1h"),
  },
  minimumEvents: {
    unit: "count",
    about: "Events an hour below which a share says nothing.",
    query: (q) => q.gauge("slo:minimum_events:count"),
  },
});

type Texts = Readonly<Record<keyof typeof signals, string>>;

/**
 * Both windows burn faster than `share` of the budget in `hours` would: the long one says that it
 * matters, the short one that it is still so. Too little traffic says nothing, nor does a window that was not
 * lived through.
 */
function burns(
  {
    budget,
    days,
    events,
    minimumEvents,
  }: Pick<Texts, "budget" | "days" | "events" | "minimumEvents">,
  [long, short, since]: readonly [long: string, short: string, since: string],
  share: number,
  hours: number,
): string {
  const limit = `on (slo) group_left () (${share} * 24 / ${hours} * ${days} * ${budget})`;
  return (
    `${long} > ${limit} and ${short} > ${limit} and on (cluster, env, slo) ${since}` +
    ` unless on (cluster, env, slo) ${events} < on (slo) group_left () ${minimumEvents}`
  );
}

const owner: Owner = {
  service: "slo",
  team: "sre",
  scope: "slo",
  layer: "business",
  board: sloBoard,
  target: { env: "test", job: "node", instance: "a:9100", host: "a" },
};

const labels = { slo: "scrape-success", job: "", instance: "", host: "" };

/** Below the number of events that says something, and all of them fail. */
const fewNotifications = {
  alertmanager_notifications_total: "0+0.01x1300",
  alertmanager_notifications_failed_total: "0+0.01x1300",
};

/** Of three that are watched one goes down: the share of what is bad crosses a limit in small steps. */
const oneOfThree = (steps: number, more: number): Series => ({
  up: `1x${steps} 0x${more}`,
  'up{instance="b:9100"}': `1x${steps + more}`,
  'up{instance="c:9100"}': `1x${steps + more}`,
});

/** The indicators of the other objectives, all well. */
const everyOther = {
  alertmanager_notifications_total: "0+10x60",
  probe_success: "1x60",
  'prometheus_http_request_duration_seconds_count{handler="/api/v1/query_range"}': "0+9x60",
  'prometheus_http_request_duration_seconds_bucket{handler="/api/v1/query_range",le="1.0"}':
    "0+9x60",
  prometheus_rule_group_last_evaluation_timestamp_seconds: "0+60x60",
};

/** A new estate: its programs answer, and nobody has asked them or been told anything yet. */
const untouched = {
  'up{job="alertmanager",instance="a:9093"}': "1x60",
  'up{job="prometheus",instance="a:9090"}': "1x60",
  probe_success: "1x60",
  prometheus_rule_group_last_evaluation_timestamp_seconds: "0+60x60",
};

const definition = defineAlerts(owner, signals, {
  SloFastBurn: {
    severity: "critical",
    family: "SloBurn",
    threshold: { value: 0.02, unit: "share of the period's error budget spent in an hour" },
    when: ({ errors1h, errors5m, since1h, ...rest }, threshold) =>
      burns(rest, [errors1h, errors5m, since1h], threshold, 1),
    for: "2m",
    summary: "{{ $labels.slo }} is failing now",
    description:
      "{{ $value | humanizePercentage }} of the last hour was bad: at this pace the budget of the whole period is gone within two days.",
    step: "10s",
    // A total outage: 1.44 % of an hour are 52 s; two minutes more, and it pages.
    fires: { series: { up: "1x360 0x60" }, from: "1h3m", labels, value: "5%" },
    // 50 s of outage; and everything fails, but it is three notifications in the hour.
    quiet: { series: { up: "1x360 0x4 1x60", ...fewNotifications }, at: "1h4m" },
    resolves: { series: { up: "1x60" }, at: "6m" },
  },
  SloMediumBurn: {
    severity: "critical",
    family: "SloBurn",
    threshold: { value: 0.05, unit: "share of the period's error budget spent in six hours" },
    when: ({ errors6h, errors30m, since6h, ...rest }, threshold) =>
      burns(rest, [errors6h, errors30m, since6h], threshold, 6),
    for: "15m",
    summary: "{{ $labels.slo }} keeps failing",
    description:
      "{{ $value | humanizePercentage }} of the last six hours was bad: at this pace the budget of the whole period is gone within five days.",
    fires: { series: oneOfThree(360, 40), from: "6h24m", labels, value: "2.037%" },
    quiet: { series: { up: "1x360 0x1 1x60", ...fewNotifications }, at: "6h26m" },
    resolves: { series: { up: "1x60" }, at: "32m" },
  },
  SloSlowBurn: {
    severity: "warning",
    family: "SloBurn",
    threshold: { value: 0.1, unit: "share of the period's error budget spent in a day" },
    when: ({ errors1d, errors2h, since1d, ...rest }, threshold) =>
      burns(rest, [errors1d, errors2h, since1d], threshold, 24),
    for: "1h",
    summary: "{{ $labels.slo }} spends its budget too fast",
    description:
      "{{ $value | humanizePercentage }} of the last day was bad: at this pace the budget of the whole period is gone within ten days.",
    step: "4m",
    fires: { series: oneOfThree(360, 40), from: "25h16m", labels, value: "1.713%" },
    quiet: { series: { up: "1x360 0 1x60", ...fewNotifications }, at: "25h20m" },
    resolves: { series: { up: "1x60" }, at: "2h8m" },
  },
  SloCreepingBurn: {
    severity: "warning",
    family: "SloBurn",
    threshold: { value: 0.1, unit: "share of the period's error budget spent in three days" },
    when: ({ errors3d, errors6h, since3d, ...rest }, threshold) =>
      burns(rest, [errors3d, errors6h, since3d], threshold, 72),
    for: "3h",
    summary: "{{ $labels.slo }} will miss its objective",
    description:
      "{{ $value | humanizePercentage }} of the last three days was bad: the budget will not last for the period.",
    step: "4m",
    fires: { series: oneOfThree(1080, 80), from: "75h16m", labels, value: "1.497%" },
    quiet: { series: { up: "1x1080 0 1x120", ...fewNotifications }, at: "75h20m" },
    resolves: { series: { up: "1x120" }, at: "6h8m" },
    byNature: {
      removed: "It looks back three days, and what ends in them makes the rest of them weigh more.",
    },
  },
  SloBudgetExhausted: {
    severity: "warning",
    threshold: { value: 0, unit: "share of the period's error budget left" },
    when: ({ budgetLeft, since1d }, threshold) =>
      `${budgetLeft} <= ${threshold} and on (cluster, env, slo) ${since1d}`,
    for: "1h",
    summary: "{{ $labels.slo }} has missed its objective",
    description:
      "{{ $value | humanizePercentage }} of the error budget is left: more was bad in this period than was promised.",
    step: "30m",
    fires: { series: { up: "1x1200 0x10" }, from: "602h", labels, value: "-232%" },
    quiet: { series: { up: "1x1200 0 1x20" }, at: "605h" },
    resolves: { series: { up: "1x1460" }, at: "725h" },
  },
  SloSliAbsent: {
    severity: "warning",
    when: ({ errors5m, objective }) => `${objective} unless on (slo) ${errors5m}`,
    for: "15m",
    summary: "Nothing is known about {{ $labels.slo }}",
    description:
      "The indicator has had no value for 15 minutes: whether the objective is met cannot be told.",
    fires: {
      series: { up: "1x10 stale", ...everyOther },
      from: "30m",
      labels: { ...labels, env: "" },
    },
    quiet: { series: { up: "1x60", ...untouched }, at: "50m" },
    resolves: { series: { up: "1x20", ...everyOther }, at: "10m" },
    byNature: {
      neighbour: "What is not there has no labels but those that are asked for.",
      namesake: "What is not there has no labels but those that are asked for.",
      replica: "What is not there has no labels but those that are asked for.",
    },
  },
});

export const { alerts } = definition;

/** What a stack may say about objectives. */
export interface SloOptions {
  /** Scrape jobs there are: an objective without its job would be missing for ever. */
  readonly jobs: readonly string[];
  /** Objectives by name of the SLO, instead of its own. */
  readonly objectives: Readonly<Record<string, number>>;
}

/** The group with what is recorded for the objectives that can be measured. */
export function sloGroup({ jobs, objectives }: SloOptions): AlertGroup {
  const recordings = Object.entries<Slo>(slos)
    .filter(([, { job }]) => jobs.includes(job))
    .flatMap(([name, slo]) =>
      recordingsOf(name, { ...slo, objective: objectives[name] ?? slo.objective }),
    );
  return { name: "slo", service: "slo", interval: "30s", signals, recordings, alerts };
}

/** All objectives as defined. */
export const group = sloGroup({
  jobs: Object.values<Slo>(slos).map(({ job }) => job),
  objectives: {},
});
