/**
 * What every service of your own can be held to, once it exposes the metrics that the runbook names:
 * `http_requests_total{code}`, `http_request_duration_seconds` and `http_requests_in_flight`.
 */
import { defineAlerts, type Owner } from "./lib/alert.ts";
import { estateBoard } from "./lib/boards.ts";
import { defineSignals, type Query } from "./lib/signal.ts";

const requests = (q: Query): string =>
  `sum by (cluster, env, job) (${q.rate("http_requests_total")}) > 0.1`;

export const signals = defineSignals({
  requests: {
    unit: "opsPerSecond",
    about: "Requests a service answers per second, where there are enough to judge by.",
    query: requests,
  },
  errorRatio: {
    unit: "ratio",
    about: "Share of requests that a service failed to answer, by status 5xx.",
    query: (q) =>
      `sum by (cluster, env, job) (${q.rate("http_requests_total", { code: /5../ })}) / (${requests(q)})`,
  },
  clientErrorRatio: {
    unit: "ratio",
    about: "Share of requests that a service refused, by status 4xx.",
    query: (q) =>
      `sum by (cluster, env, job) (${q.rate("http_requests_total", { code: /4../ })}) / (${requests(q)})`,
  },
  latencyP99: {
    unit: "seconds",
    about: "Time within which 99 of 100 requests are answered.",
    query: (q) => q.quantile(0.99, "http_request_duration_seconds", ["cluster", "env", "job"]),
  },
  trafficAgainstYesterday: {
    unit: "ratio",
    about: "Requests per second against the same time of the day before.",
    query: (q) => {
      const counter = q.counter("http_requests_total");
      const now = `sum by (cluster, env, job) (rate(${counter}[15m]))`;
      return `${now} / (sum by (cluster, env, job) (rate(${counter}[15m] offset 1d)) > 1)`;
    },
  },
  trafficAgainstLastWeek: {
    unit: "ratio",
    about: "Requests per second against the same time of the week before.",
    query: (q) => {
      const counter = q.counter("http_requests_total");
      const now = `sum by (cluster, env, job) (rate(${counter}[15m]))`;
      return `${now} / (sum by (cluster, env, job) (rate(${counter}[15m] offset 1w)) > 0)`;
    },
  },
  inFlight: {
    unit: "count",
    about: "Requests that are being worked on.",
    query: (q) => `sum by (cluster, env, job) (${q.gauge("http_requests_in_flight")})`,
  },
  inFlightUsual: {
    unit: "count",
    about: "Requests that were worked on at a time, on average of the day before.",
    query: (q) =>
      `sum by (cluster, env, job) (avg_over_time(${q.gauge("http_requests_in_flight")}[1d] offset 1h))`,
  },
});

const owner: Owner = {
  name: "application",
  service: "general",
  team: "devops",
  scope: "workload",
  layer: "service",
  needs: "application metrics",
  board: estateBoard,
  // No job: the contract is for every service.
  target: { instance: "a:8080", host: "a" },
};

const job = { job: "shop", instance: "", host: "" };
const answered = (code: string, name = "shop"): string =>
  `http_requests_total{job="${name}",code="${code}"}`;
const took = (le: string, name = "shop"): string =>
  `http_request_duration_seconds_bucket{job="${name}",le="${le}"}`;

export const group = defineAlerts(owner, signals, {
  ServiceErrorRatio: {
    unit: "share of requests answered with 5xx",
    when: ({ errorRatio }, threshold) => `${errorRatio} > ${threshold}`,
    levels: {
      ServiceErrorRatioHigh: {
        severity: "critical",
        threshold: 0.05,
        for: "7m",
        summary: "{{ $labels.job }} fails many requests",
        description:
          "{{ $labels.job }} has answered {{ $value | humanizePercentage }} of its requests with an error of its own for seven minutes.",
        fires: { series: 60, from: "8m", value: "6%" },
        quiet: { series: 44, at: "20m" },
      },
      ServiceErrorRatioElevated: {
        severity: "warning",
        threshold: 0.01,
        for: "15m",
        summary: "{{ $labels.job }} fails some requests",
        description:
          "{{ $value | humanizePercentage }} of the requests to {{ $labels.job }} have failed for a quarter of an hour: too few to page, too many to be chance.",
        fires: { series: 12, from: "16m", value: "1.2%" },
        quiet: { series: 9, at: "30m" },
      },
    },
    // Of a thousand requests a minute.
    series: (failed) => ({
      [answered("200")]: `0+${1000 - failed}x40`,
      [answered("500")]: `0+${failed / 2}x40`,
      [answered("503")]: `0+${failed / 2}x40`,
    }),
    // Next to no traffic, all of it failing.
    beside: { [answered("500", "idle")]: "0+5x40" },
    labels: job,
  },
  ServiceClientErrorsHigh: {
    severity: "warning",
    threshold: { value: 0.25, unit: "share of requests answered with 4xx" },
    when: ({ clientErrorRatio }, threshold) => `${clientErrorRatio} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.job }} refuses many requests",
    description:
      "{{ $labels.job }} has answered {{ $value | humanizePercentage }} of its requests with 4xx for 15 minutes: a client, a route or a login broke.",
    fires: {
      series: { [answered("200")]: "0+72x30", [answered("404")]: "0+28x30" },
      from: "16m",
      labels: job,
      value: "28%",
    },
    quiet: {
      series: {
        [answered("200")]: "0+78x40",
        [answered("401")]: "0+22x40",
        [answered("404", "idle")]: "0+5x40",
      },
      at: "30m",
    },
  },
  ServiceLatencyP99High: {
    severity: "warning",
    threshold: { value: 1, unit: "seconds within which 99 % are answered" },
    when: ({ latencyP99, requests }, threshold) =>
      `${latencyP99} > ${threshold} and on (cluster, env, job) ${requests}`,
    for: "10m",
    summary: "{{ $labels.job }} answers slowly",
    description:
      "One request in a hundred to {{ $labels.job }} takes longer than {{ $value | humanizeDuration }}.",
    fires: {
      series: {
        [answered("200")]: "0+100x30",
        [took("0.9")]: "0+0x30",
        [took("1.2")]: "0+100x30",
        [took("+Inf")]: "0+100x30",
      },
      from: "11m",
      labels: job,
      value: "1.197s",
    },
    quiet: {
      series: {
        [answered("200")]: "0+100x40",
        [took("0.8")]: "0+0x40",
        [took("0.9")]: "0+100x40",
        [took("+Inf")]: "0+100x40",
        // Slow, but hardly asked.
        [answered("200", "idle")]: "0+5x40",
        [took("0.9", "idle")]: "0+0x40",
        [took("5", "idle")]: "0+5x40",
        [took("+Inf", "idle")]: "0+5x40",
      },
      at: "30m",
    },
  },
  ServiceTrafficDropped: {
    severity: "warning",
    threshold: { value: 0.2, unit: "requests against the day before" },
    // A Saturday is not a Friday: the value of a week ago may explain it.
    when: ({ trafficAgainstLastWeek, trafficAgainstYesterday }, threshold) =>
      `${trafficAgainstYesterday} < ${threshold} unless ${trafficAgainstLastWeek} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.job }} is asked far less than yesterday",
    description:
      "{{ $labels.job }} gets {{ $value | humanizePercentage }} of the requests it got at this time of the day before: callers may not reach it.",
    step: "5m",
    fires: {
      series: { [answered("200")]: "0+1000x288 0+170x60" },
      from: "24h25m",
      labels: job,
      value: "17%",
    },
    quiet: {
      series: {
        [answered("200")]: "0+1000x288 0+230x60",
        [answered("200", "idle")]: "0+200x288 0+1x60",
      },
      at: "26h",
    },
    resolves: { series: { [answered("200")]: "0+1000x60" }, at: "1h" },
  },
  ServiceRequestsPileUp: {
    severity: "warning",
    threshold: { value: 4, unit: "requests in work against the average of a day" },
    when: ({ inFlight, inFlightUsual }, threshold) =>
      `${inFlight} / (${inFlightUsual} > 10) > ${threshold}`,
    for: "10m",
    summary: "Requests pile up in {{ $labels.job }}",
    description:
      '{{ $labels.job }} works on {{ $value | printf "%.1f" }} times as many requests as usual: they come in faster than it finishes them.',
    fires: {
      series: { 'http_requests_in_flight{job="shop"}': "20x80 90x40" },
      from: "1h31m",
      labels: job,
      value: "4.5",
    },
    quiet: {
      series: {
        'http_requests_in_flight{job="shop"}': "20x80 70x40",
        'http_requests_in_flight{job="idle"}': "9x80 90x40",
      },
      at: "1h50m",
    },
    resolves: { series: { 'http_requests_in_flight{job="shop"}': "22x20" }, at: "5m" },
  },
});
