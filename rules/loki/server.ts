/** What those who write and read logs notice. */
import { defineAlerts } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { loki } from "./common.ts";

const by = ["cluster", "env", "job", "route"];
const perRoute = `sum by (${by.join(", ")})`;
const requests = (q: Query): string =>
  `${perRoute} (${q.rate("loki_request_duration_seconds_count")}) > 0.1`;

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while Loki answers its scrape.",
    query: (q) => q.gauge("up", { job: "loki" }),
  },
  requests: {
    unit: "opsPerSecond",
    about: "Requests per second by route, where there are enough to judge by.",
    query: requests,
  },
  errorRatio: {
    unit: "ratio",
    about: "Share of the requests of each route that Loki failed to answer.",
    query: (q) =>
      `${perRoute} (${q.rate("loki_request_duration_seconds_count", { status_code: /5../ })}) / (${requests(q)})`,
  },
  latency: {
    unit: "seconds",
    about: "Time within which 99 of 100 requests of each route are answered.",
    // Tails and the streams on which workers wait for queries stay open on purpose, and a search over
    // many days takes as long as it takes.
    query: (q) =>
      q.quantile(0.99, "loki_request_duration_seconds", by, {
        route: { not: /.*(?:tail|Loop|Process|query|query_range)/ },
      }),
  },
  panics: {
    unit: "count",
    about: "Requests of ten minutes in which Loki's code panicked.",
    query: (q) => q.events("loki_panic_total", "10m"),
  },
  discarded: {
    unit: "opsPerSecond",
    about: "Lines per second that Loki did not take, by tenant and reason.",
    query: (q) =>
      `sum by (cluster, env, job, tenant, reason) (${q.rate("loki_discarded_samples_total")})`,
  },
});

const everywhere = { instance: "", host: "" };
const push = "loki_api_v1_push";
const ofPush = { ...everywhere, route: push };
const answered = (code: string, route = push): string =>
  `loki_request_duration_seconds_count{method="POST",route="${route}",status_code="${code}",ws="false"}`;
/** Requests a minute by the time they took at most. */
const took = (route: string, counts: Readonly<Record<string, number>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(counts).map(([le, count]) => [
      `loki_request_duration_seconds_bucket{method="GET",route="${route}",status_code="200",ws="false",le="${le}"}`,
      `0+${count}x40`,
    ]),
  );
const lines = 'loki_discarded_samples_total{tenant="shop",reason="rate_limited"}';

export const group = defineAlerts({ ...loki, name: "loki-server" }, signals, {
  LokiDown: {
    severity: "warning",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "5m",
    summary: "Loki on {{ $labels.host }} does not answer",
    description:
      "{{ $labels.instance }} has not answered its scrape for five minutes: shippers keep their lines for a while, then drop them.",
    fires: { series: { up: "1 0x10" }, from: "6m" },
    quiet: { series: { up: "1 0x3 1 0x3 1x10", 'up{job="other"}': "0x20" }, at: "12m" },
  },
  LokiRequestErrors: {
    board: estateBoard,
    unit: "share of a route's requests answered with 5xx",
    when: ({ errorRatio }, threshold) => `${errorRatio} > ${threshold}`,
    levels: {
      LokiRequestErrorsHigh: {
        severity: "critical",
        threshold: 0.1,
        for: "7m",
        summary: "Loki fails many requests to {{ $labels.route }}",
        description:
          "{{ $value | humanizePercentage }} of the requests to {{ $labels.route }} have ended with an error of Loki's own for seven minutes.",
        fires: { series: 120, from: "8m", value: "12%" },
        quiet: { series: 88, at: "20m" },
      },
      LokiRequestErrorsElevated: {
        severity: "warning",
        threshold: 0.02,
        for: "15m",
        summary: "Loki fails some requests to {{ $labels.route }}",
        description:
          "{{ $value | humanizePercentage }} of the requests to {{ $labels.route }} have failed for 15 minutes; shippers try again, people do not.",
        fires: { series: 24, from: "16m", value: "2.4%" },
        quiet: { series: 18, at: "30m" },
      },
    },
    series: (failed) => ({
      [answered("204")]: `0+${1000 - failed}x40`,
      [answered("500")]: `0+${failed / 2}x40`,
      [answered("503")]: `0+${failed / 2}x40`,
    }),
    beside: { [answered("500", "ready")]: "0+5x40" },
    labels: ofPush,
  },
  LokiRequestPanics: {
    severity: "warning",
    when: ({ panics }) => `${panics} > 0`,
    for: "0s",
    keepFiringFor: "10m",
    summary: "Loki on {{ $labels.host }} panics",
    description:
      '{{ $value | printf "%.0f" }} requests within ten minutes ended in a panic: a fault of the program, often met by one kind of query.',
    fires: { series: { loki_panic_total: "0x12 1x20" }, from: "13m", value: "1" },
    quiet: { series: { loki_panic_total: "3x40" }, at: "30m" },
  },
  LokiRequestsSlow: {
    severity: "warning",
    board: estateBoard,
    threshold: {
      value: 1,
      unit: "seconds within which 99 % of a route are answered",
      range: { below: 100 },
    },
    when: ({ latency, requests: enough }, threshold) => `${latency} > ${threshold} and ${enough}`,
    for: "15m",
    summary: "Loki answers {{ $labels.route }} slowly",
    description:
      "One request in a hundred to {{ $labels.route }} has taken longer than {{ $value | humanizeDuration }} for 15 minutes.",
    fires: {
      series: {
        ...took("loki_api_v1_labels", { "1": 989, "2.5": 999, "+Inf": 1000 }),
        [answered("200", "loki_api_v1_labels")]: "0+1000x40",
      },
      from: "16m",
      labels: { ...everywhere, route: "loki_api_v1_labels" },
      value: "1.15s",
    },
    quiet: {
      series: {
        ...took("loki_api_v1_labels", { "0.5": 983, "1": 993, "+Inf": 1000 }),
        [answered("200", "loki_api_v1_labels")]: "0+1000x40",
        ...took("loki_api_v1_tail", { "50": 0, "100": 1000, "+Inf": 1000 }),
        [answered("200", "loki_api_v1_tail")]: "0+1000x40",
        ...took("ready", { "1": 0, "2.5": 5, "+Inf": 5 }),
        [answered("200", "ready")]: "0+5x40",
      },
      at: "35m",
    },
  },
  LokiLinesDiscarded: {
    severity: "warning",
    board: estateBoard,
    threshold: { value: 1, unit: "lines per second not taken" },
    when: ({ discarded }, threshold) => `${discarded} > ${threshold}`,
    for: "10m",
    summary: "Loki does not take lines of tenant {{ $labels.tenant }}",
    description:
      "{{ $value | humanize }} lines a second of {{ $labels.tenant }} have been dropped for ten minutes because of {{ $labels.reason }}.",
    fires: {
      series: { [lines]: "0+72x30" },
      from: "15m",
      labels: { ...everywhere, tenant: "shop", reason: "rate_limited" },
      value: "1.2",
    },
    quiet: { series: { [lines]: "0+51x40" }, at: "30m" },
  },
});
