/**
 * The error budget of the API server: one request in a hundred may fail or be late over 30 days. Bad
 * and all requests are recorded by the second, so that each window weighs every request once and
 * costs two series to read.
 */
import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Matchers, type Query, type Signal } from "../lib/signal.ts";
import { componentOwner, object } from "./common.ts";

const allowed = 0.01;
const bad = "cluster:apiserver_requests_bad:rate5m";
const all = "cluster:apiserver_requests:rate5m";

/** Streams last as long as somebody looks; their times are not a measure of latency. */
const answered: Matchers = { verb: { not: /WATCH|WATCHLIST|CONNECT|PROXY/ } };
const duration = "apiserver_request_sli_duration_seconds";
const sum = (rate: string): string => `sum by (cluster, env, job) (${rate})`;

/** Nothing counted is none: a sum must not vanish because one of its parts has not happened yet. */
const orNone = (q: Query, count: string): string =>
  `(${count} or 0 * ${sum(q.rate("apiserver_request_total"))})`;

/** Requests of a scope that took longer than it allows: one object, a namespace, the whole cluster. */
function late(q: Query, scope: string, seconds: RegExp): string {
  const every = sum(q.rate(`${duration}_count`, { ...answered, scope }));
  const quick = sum(q.rate(`${duration}_bucket`, { ...answered, scope, le: seconds }));
  return orNone(q, `${every} - ${quick}`);
}

/** How many times faster than allowed the budget is used up in a window. */
const burn =
  (window: string) =>
  (q: Query): string =>
    `sum_over_time(${q.gauge(bad)}[${window}]) / (sum_over_time(${q.gauge(all)}[${window}]) > 0) / ${allowed}`;

const burnSignal = (window: string): Signal => ({
  unit: "count",
  about: `How many times faster than allowed the error budget went in ${window}.`,
  query: burn(window),
});

export const signals = defineSignals({
  bad: {
    unit: "opsPerSecond",
    about: "Requests that failed in the API server or were late.",
    query: (q) =>
      `${orNone(q, sum(q.rate("apiserver_request_total", { code: /5../ })))} + ${late(q, "resource", /1(?:\.0)?/)} + ${late(q, "namespace", /5(?:\.0)?/)} + ${late(q, "cluster", /30(?:\.0)?/)}`,
    record: bad,
  },
  all: {
    unit: "opsPerSecond",
    about: "Requests to the API server.",
    query: (q) => sum(q.rate("apiserver_request_total")),
    record: all,
  },
  burn5m: burnSignal("5m"),
  burn30m: burnSignal("30m"),
  burn1h: burnSignal("1h"),
  burn2h: burnSignal("2h"),
  burn6h: burnSignal("6h"),
  burn1d: burnSignal("1d"),
  burn3d: burnSignal("3d"),
});

const unit = "times the pace at which the budget lasts 30 days";
const inCluster = object();
/** As recorded: a hundred requests a second, and so many of them bad. */
const recorded = (failed: string, length: number) => ({
  [`${bad}{instance="",host=""}`]: failed,
  [`${all}{instance="",host=""}`]: `100x${length}`,
});

export const group = defineAlerts(
  componentOwner("apiserver-budget", "cluster", "apiserver"),
  signals,
  {
    KubeAPIErrorBudgetBurn: {
      severity: "critical",
      layer: "business",
      family: "KubeAPIErrorBudgetBurn",
      threshold: { value: 14.4, unit },
      when: ({ burn1h, burn5m }, threshold) =>
        `${burn1h} > ${threshold} and ${burn5m} > ${threshold}`,
      for: "2m",
      summary: "Requests to the API server fail or are late",
      description:
        "The error budget of 30 days goes {{ $value | humanize }} times too fast: in two days nothing is left of it.",
      fires: {
        series: {
          'apiserver_request_total{code="200",verb="GET"}': "0+5040x90",
          'apiserver_request_total{code="500",verb="GET"}': "0+300x90",
          'apiserver_request_total{code="201",verb="POST"}': "0+660x90",
          [`${duration}_count{verb="POST",scope="resource"}`]: "0+660x90",
          [`${duration}_bucket{verb="POST",scope="resource",le="1"}`]: "0+60x90",
          [`${duration}_bucket{verb="POST",scope="resource",le="+Inf"}`]: "0+660x90",
          [`${duration}_count{verb="LIST",scope="namespace"}`]: "0+300x90",
          [`${duration}_bucket{verb="LIST",scope="namespace",le="1"}`]: "0x90",
          [`${duration}_bucket{verb="LIST",scope="namespace",le="5"}`]: "0+180x90",
          [`${duration}_count{verb="LIST",scope="cluster"}`]: "0+60x90",
          [`${duration}_bucket{verb="LIST",scope="cluster",le="5"}`]: "0x90",
          [`${duration}_bucket{verb="LIST",scope="cluster",le="30"}`]: "0+60x90",
          [`${duration}_count{verb="WATCH",scope="cluster"}`]: "0+600x90",
          [`${duration}_bucket{verb="WATCH",scope="cluster",le="30"}`]: "0x90",
        },
        from: "3m",
        labels: inCluster,
        value: "17",
      },
      quiet: {
        series: {
          ...recorded("13x120", 120),
          // Bad for a quarter of an hour, which an hour bears.
          [`${bad}{cluster="b",instance="",host=""}`]: "0x60 40x15 0x80",
          [`${all}{cluster="b",instance="",host=""}`]: "100x160",
        },
        at: "75m",
      },
      resolves: {
        series: {
          'apiserver_request_total{code="200",verb="GET"}': "50000+6000x120",
        },
        at: "75m",
      },
    },
    KubeAPIErrorBudgetBurnSustained: {
      severity: "critical",
      layer: "business",
      family: "KubeAPIErrorBudgetBurn",
      threshold: { value: 6, unit },
      when: ({ burn30m, burn6h }, threshold) =>
        `${burn6h} > ${threshold} and ${burn30m} > ${threshold}`,
      for: "15m",
      summary: "Requests to the API server have failed for hours",
      description:
        "Over six hours the error budget went {{ $value | humanize }} times too fast: it is gone in five days.",
      fires: { series: recorded("7x60", 60), from: "15m", labels: inCluster, value: "7" },
      quiet: { series: recorded("5x400", 400), at: "380m" },
      resolves: { series: recorded("0x60", 60), at: "40m" },
    },
    KubeAPIErrorBudgetBurnSlow: {
      severity: "warning",
      layer: "business",
      family: "KubeAPIErrorBudgetBurn",
      threshold: { value: 3, unit },
      when: ({ burn1d, burn2h }, threshold) =>
        `${burn1d} > ${threshold} and ${burn2h} > ${threshold}`,
      for: "1h",
      summary: "The error budget of the API server shrinks",
      description:
        "Over a day the error budget went {{ $value | humanize }} times too fast: it lasts ten days instead of thirty.",
      step: "10m",
      fires: { series: recorded("3.5x60", 60), from: "1h", labels: inCluster, value: "3.5" },
      quiet: { series: recorded("2.6x200", 200), at: "30h" },
      resolves: { series: recorded("0x60", 60), at: "3h" },
    },
    KubeAPIErrorBudgetBurnCreeping: {
      severity: "warning",
      layer: "business",
      family: "KubeAPIErrorBudgetBurn",
      threshold: { value: 1, unit },
      when: ({ burn3d, burn6h }, threshold) =>
        `${burn3d} > ${threshold} and ${burn6h} > ${threshold}`,
      for: "3h",
      summary: "The error budget of the API server will not last",
      description:
        "Over three days the error budget went {{ $value | humanize }} times as fast as it may; at this pace the objective is missed.",
      step: "30m",
      fires: { series: recorded("1.2x60", 60), from: "3h", labels: inCluster, value: "1.2" },
      quiet: { series: recorded("0.85x200", 200), at: "80h" },
      resolves: { series: recorded("0x60", 60), at: "9h" },
    },
  },
);
