import { defineAlerts, type Owner, type Series } from "./lib/alert.ts";
import { hostBoard } from "./lib/boards.ts";
import { p95 } from "./lib/p95.ts";
import { defineSignals, type Matchers, type Query } from "./lib/signal.ts";

const job = "grafana";
/** Labels of one server. */
const server = ["cluster", "env", "host", "instance", "job"] as const;
const by = server.join(", ");

/** Connections for live updates stay open for hours and say nothing about speed. */
const pages: Matchers = { handler: { not: /\/api\/live\/.*/ } };
const http = "grafana_http_request_duration_seconds";
const answered = (q: Query): string => `sum by (${by}) (${q.rate(`${http}_count`)}) > 0.1`;
const evaluated = (q: Query): string =>
  `sum by (${by}) (${q.rate("grafana_alerting_rule_evaluations_total")}) > 0.01`;
const asked = (q: Query): string =>
  `sum by (${by}, datasource) (${q.rate("grafana_datasource_request_total")}) > 0.05`;

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while Grafana answers its scrape.",
    query: (q) => q.gauge("up", { job }),
  },
  errorRatio: {
    unit: "ratio",
    about: "Share of requests answered with 5xx by Grafana itself, not by a data source behind it.",
    query: (q) =>
      `sum by (${by}) (${q.rate(`${http}_count`, { status_code: /5../, status_source: { not: "downstream" } })}) / (${answered(q)})`,
  },
  requests: {
    unit: "opsPerSecond",
    about: "Requests answered per second, where there are enough to judge by.",
    query: answered,
  },
  latency: {
    unit: "seconds",
    about: "Time within which 95 of 100 requests are answered, live updates left out.",
    query: (q) => q.quantile(0.95, http, server, pages),
  },
  refusedLogins: {
    unit: "opsPerSecond",
    about: "Logins refused per second.",
    query: (q) =>
      `sum by (${by}) (${q.rate(`${http}_count`, { handler: "/login", status_code: /401|403/ })})`,
  },
  sourceRequests: {
    unit: "opsPerSecond",
    about: "Requests to each data source per second, where there are enough to judge by.",
    query: asked,
  },
  sourceErrorRatio: {
    unit: "ratio",
    about: "Share of requests that a data source answered with 5xx.",
    query: (q) =>
      `sum by (${by}, datasource) (${q.rate("grafana_datasource_request_total", { code: /5../ })}) / (${asked(q)})`,
  },
  sourceLatency: {
    unit: "seconds",
    about: "Time within which 95 of 100 requests to a data source are answered.",
    query: (q) =>
      q.quantile(0.95, "grafana_datasource_request_duration_seconds", [...server, "datasource"]),
  },
  evaluations: {
    unit: "opsPerSecond",
    about: "Alert rules evaluated per second, where there are any.",
    query: evaluated,
  },
  evaluationFailures: {
    unit: "ratio",
    about: "Share of evaluations of alert rules that failed in every attempt.",
    query: (q) =>
      `sum by (${by}) (${q.rate("grafana_alerting_rule_evaluation_failures_total")}) / (${evaluated(q)})`,
  },
  evaluationTime: {
    unit: "seconds",
    about: "Time within which 95 of 100 alert rules are evaluated.",
    query: (q) => q.quantile(0.95, "grafana_alerting_rule_evaluation_duration_seconds", server),
  },
  missed: {
    unit: "count",
    about: "Evaluations of an alert rule that were skipped within 15 minutes.",
    query: (q) =>
      `sum by (${by}, name) (${q.events("grafana_alerting_schedule_rule_evaluations_missed_total", "15m")})`,
  },
  behind: {
    unit: "seconds",
    about: "How late the scheduler of alert rules is.",
    query: (q) => q.gauge("grafana_alerting_scheduler_behind_seconds"),
  },
  notificationFailures: {
    unit: "ratio",
    about: "Share of notifications of 15 minutes that failed, by way.",
    query: (q) =>
      `sum by (${by}, integration) (${q.increase("grafana_alerting_notifications_failed_total", "15m")}) / (sum by (${by}, integration) (${q.increase("grafana_alerting_notifications_total", "15m")}) > 3)`,
  },
  starts: {
    unit: "count",
    about: "How often the process was started within half an hour.",
    query: (q) => `changes(${q.timestamp("process_start_time_seconds", { job })}[30m])`,
  },
});

const owner: Owner = {
  service: "grafana",
  team: "sre",
  scope: "target",
  layer: "service",
  board: hostBoard,
  target: { job, instance: "a:3000", host: "a" },
};

const request = (code: string, source = "server", handler = "/api/search"): string =>
  `{handler="${handler}",method="GET",slo_group="high",status_code="${code}",status_source="${source}"`;
const count = (...from: Parameters<typeof request>): string => `${http}_count${request(...from)}}`;
const idle = (code: string): string => `${http}_count${request(code)},instance="b:3000"}`;

const pageTimes = (handler: string, bounds: readonly [number, number], value: number): Series =>
  p95(`${http}${request("200", "server", handler)}}`, bounds, value, 40);
const source = (name: string): string =>
  `datasource="${name}",datasource_type="prometheus",method="POST"`;
const fromSource = (code: string, name = "main"): string =>
  `grafana_datasource_request_total{code="${code}",${source(name)}}`;
const sourceTimes = (name: string): string =>
  `grafana_datasource_request_duration_seconds{code="200",${source(name)}}`;
const ofMain = { datasource: "main" };

const rules = (name: string, more = ""): string =>
  `grafana_alerting_rule_${name}_total{org="1"${more}}`;
const unused = ',instance="b:3000"';
const ruleTimes = 'grafana_alerting_rule_evaluation_duration_seconds{org="1"}';
const missed = 'grafana_alerting_schedule_rule_evaluations_missed_total{name="Disk",org="1"}';
const told = (what: string, way: string): string =>
  `grafana_alerting_notifications${what}_total{integration="${way}",org="1"}`;

export const group = defineAlerts(owner, signals, {
  GrafanaDown: {
    severity: "warning",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "5m",
    summary: "Grafana on {{ $labels.host }} does not answer",
    description:
      "{{ $labels.instance }} has not answered its scrape for five minutes: no boards, and no alerts of Grafana's own.",
    fires: { series: { up: "1 0x10" }, from: "6m" },
    quiet: { series: { up: "1 0x3 1 0x3 1x10", 'up{job="other"}': "0x20" }, at: "12m" },
  },
  GrafanaErrors: {
    unit: "share of requests answered with 5xx",
    when: ({ errorRatio }, threshold) => `${errorRatio} > ${threshold}`,
    levels: {
      GrafanaErrorRatioHigh: {
        severity: "warning",
        threshold: 0.25,
        for: "5m",
        summary: "Grafana on {{ $labels.host }} hardly works",
        description:
          "{{ $value | humanizePercentage }} of the requests have ended with an error of Grafana's own for five minutes.",
        fires: { series: 280, from: "6m", value: "28%" },
        quiet: { series: 220, at: "15m" },
      },
      GrafanaErrorRatioElevated: {
        severity: "warning",
        threshold: 0.05,
        for: "15m",
        summary: "Grafana on {{ $labels.host }} fails some requests",
        description:
          "{{ $value | humanizePercentage }} of the requests have ended with an error of Grafana's own for 15 minutes.",
        fires: { series: 60, from: "16m", value: "6%" },
        quiet: { series: 44, at: "30m" },
      },
    },
    series: (failed) => ({
      [count("200")]: `0+${1000 - failed}x40`,
      [count("500")]: `0+${failed}x40`,
    }),
    beside: { [count("502", "downstream")]: "0+100x40", [idle("500")]: "0+5x40" },
  },
  GrafanaRequestsSlow: {
    severity: "warning",
    threshold: { value: 2.5, unit: "seconds within which 95 % are answered", range: { below: 25 } },
    when: ({ latency, requests }, threshold) => `${latency} > ${threshold} and ${requests}`,
    for: "15m",
    summary: "Grafana on {{ $labels.host }} is slow",
    description:
      "One request in twenty has taken longer than {{ $value | humanizeDuration }} for 15 minutes.",
    fires: {
      series: { ...pageTimes("/api/search", [2.5, 5], 2.75), [count("200")]: "0+1000x40" },
      from: "16m",
      value: "2.75s",
    },
    quiet: {
      series: {
        ...pageTimes("/api/search", [1, 2.5], 2.2),
        ...pageTimes("/api/live/ws", [10, 25], 20),
        [count("200")]: "0+1000x40",
      },
      at: "25m",
    },
  },
  GrafanaLoginsRefused: {
    severity: "warning",
    team: "security",
    threshold: { value: 0.5, unit: "refused logins per second" },
    when: ({ refusedLogins }, threshold) => `${refusedLogins} > ${threshold}`,
    for: "5m",
    summary: "Somebody tries passwords at Grafana on {{ $labels.host }}",
    description:
      '{{ $value | printf "%.1f" }} logins a second have been refused for five minutes: a script with an old password, or a guess.',
    fires: {
      series: { [count("401", "server", "/login")]: "0+36x20" },
      from: "10m",
      value: "0.6",
    },
    quiet: {
      series: {
        [count("401", "server", "/login")]: "0+25.5x20",
        [count("200", "server", "/login")]: "0+90x20",
        [count("403", "server", "/api/search")]: "0+90x20",
      },
      at: "15m",
    },
  },
  GrafanaDatasourceFailing: {
    severity: "warning",
    threshold: { value: 0.1, unit: "share of requests answered with 5xx" },
    when: ({ sourceErrorRatio }, threshold) => `${sourceErrorRatio} > ${threshold}`,
    for: "10m",
    summary: "Data source {{ $labels.datasource }} fails behind Grafana",
    description:
      "{{ $value | humanizePercentage }} of the requests from {{ $labels.instance }} to {{ $labels.datasource }} have failed for ten minutes; its panels are empty.",
    fires: {
      series: { [fromSource("200")]: "0+88x30", [fromSource("503")]: "0+12x30" },
      from: "11m",
      labels: ofMain,
      value: "12%",
    },
    quiet: {
      series: {
        [fromSource("200")]: "0+912x40",
        [fromSource("503")]: "0+88x40",
        [fromSource("500", "rare")]: "0+2x40",
      },
      at: "20m",
    },
  },
  GrafanaDatasourceSlow: {
    severity: "warning",
    threshold: { value: 10, unit: "seconds within which 95 % are answered", range: { below: 100 } },
    when: ({ sourceLatency, sourceRequests }, threshold) =>
      `${sourceLatency} > ${threshold} and ${sourceRequests}`,
    for: "15m",
    summary: "Data source {{ $labels.datasource }} is slow behind Grafana",
    description:
      "One request in twenty from {{ $labels.instance }} to {{ $labels.datasource }} has taken longer than {{ $value | humanizeDuration }} for 15 minutes.",
    fires: {
      series: {
        ...p95(sourceTimes("main"), [10, 25], 11.5, 40),
        [fromSource("200")]: "0+1000x40",
      },
      from: "16m",
      labels: ofMain,
      value: "11.5s",
    },
    quiet: {
      series: {
        ...p95(sourceTimes("main"), [5, 10], 8.5, 40),
        [fromSource("200")]: "0+1000x40",
        ...p95(sourceTimes("rare"), [25, 50], 40, 40, 2),
        [fromSource("200", "rare")]: "0+2x40",
      },
      at: "25m",
    },
  },
  GrafanaRuleEvaluations: {
    unit: "share of evaluations that failed",
    when: ({ evaluationFailures }, threshold) => `${evaluationFailures} > ${threshold}`,
    levels: {
      GrafanaRuleEvaluationsFailing: {
        severity: "critical",
        threshold: 0.5,
        for: "7m",
        summary: "Most alert rules of Grafana on {{ $labels.host }} fail",
        description:
          "{{ $value | humanizePercentage }} of the evaluations of alert rules have failed for seven minutes: what they watch is unwatched.",
        fires: { series: 56, from: "8m", value: "56%" },
        quiet: { series: 42, at: "15m" },
      },
      GrafanaRuleEvaluationsFlaky: {
        severity: "warning",
        threshold: 0.05,
        for: "15m",
        summary: "Some alert rules of Grafana on {{ $labels.host }} fail",
        description:
          "{{ $value | humanizePercentage }} of the evaluations of alert rules have failed for 15 minutes; those rules are in state Error or NoData.",
        fires: { series: 6, from: "16m", value: "6%" },
        quiet: { series: 4.4, at: "30m" },
      },
    },
    series: (failed) => ({
      [rules("evaluation_failures")]: `0+${failed}x40`,
      [rules("evaluations")]: "0+100x40",
    }),
    beside: {
      [rules("evaluation_failures", unused)]: "0+0.5x40",
      [rules("evaluations", unused)]: "0+0.5x40",
    },
  },
  GrafanaRuleEvaluationsSlow: {
    severity: "warning",
    threshold: {
      value: 30,
      unit: "seconds within which 95 % are evaluated",
      range: { below: 300 },
    },
    when: ({ evaluationTime, evaluations }, threshold) =>
      `${evaluationTime} > ${threshold} and ${evaluations}`,
    for: "15m",
    summary: "Alert rules of Grafana on {{ $labels.host }} take long",
    description:
      "One evaluation in twenty has taken longer than {{ $value | humanizeDuration }} for 15 minutes; alerts come late.",
    fires: {
      series: { ...p95(ruleTimes, [30, 60], 34.5, 40), [rules("evaluations")]: "0+1000x40" },
      from: "16m",
      value: "34.5s",
    },
    quiet: {
      series: {
        ...p95(ruleTimes, [15, 30], 25.5, 40),
        [rules("evaluations")]: "0+1000x40",
      },
      at: "25m",
    },
  },
  GrafanaRuleEvaluationsMissed: {
    severity: "warning",
    threshold: { value: 3, unit: "evaluations skipped in 15 minutes" },
    when: ({ missed }, threshold) => `${missed} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Grafana on {{ $labels.host }} skips evaluations of {{ $labels.name }}",
    description:
      '{{ $value | printf "%.0f" }} evaluations of {{ $labels.name }} were skipped within 15 minutes: the one before was still at work.',
    fires: {
      series: { [missed]: "0x20 3.5x10" },
      from: "21m",
      labels: { name: "Disk" },
      value: "4",
    },
    quiet: { series: { [missed]: "0x5 2.6x40" }, at: "12m" },
    resolves: { series: { [missed]: "3.5x40" }, at: "20m" },
  },
  GrafanaSchedulerBehind: {
    severity: "warning",
    threshold: { value: 30, unit: "seconds the scheduler is late" },
    when: ({ behind }, threshold) => `${behind} > ${threshold}`,
    for: "10m",
    summary: "The alert scheduler of Grafana on {{ $labels.host }} lags",
    description:
      "The scheduler has been late for ten minutes, now by {{ $value | humanizeDuration }}: every alert rule is evaluated too late.",
    fires: {
      series: { grafana_alerting_scheduler_behind_seconds: "34x20" },
      from: "10m",
      value: "34s",
    },
    quiet: { series: { grafana_alerting_scheduler_behind_seconds: "26x20" }, at: "15m" },
  },
  GrafanaNotificationsFailing: {
    severity: "critical",
    threshold: { value: 0.1, unit: "share of notifications that failed" },
    when: ({ notificationFailures }, threshold) => `${notificationFailures} > ${threshold}`,
    for: "5m",
    summary: "Grafana on {{ $labels.host }} cannot notify through {{ $labels.integration }}",
    description:
      "{{ $value | humanizePercentage }} of the notifications by {{ $labels.integration }} have failed within 15 minutes: alerts reach nobody that way.",
    fires: {
      series: { [told("_failed", "slack")]: "0+12x20", [told("", "slack")]: "0+100x20" },
      from: "6m",
      labels: { integration: "slack" },
      value: "12%",
    },
    quiet: {
      series: {
        [told("_failed", "slack")]: "0+8.5x20",
        [told("", "slack")]: "0+100x20",
        [told("_failed", "email")]: "7x20",
        [told("", "email")]: "7x20",
        // One of one.
        [told("_failed", "pager")]: "0x5 1x20",
        [told("", "pager")]: "0x5 1x20",
      },
      at: "15m",
    },
    resolves: {
      series: { [told("_failed", "slack")]: "72x40", [told("", "slack")]: "600+100x40" },
      at: "30m",
    },
  },
  GrafanaRestarting: {
    severity: "warning",
    threshold: { value: 2, unit: "starts in half an hour" },
    when: ({ starts }, threshold) => `${starts} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Grafana on {{ $labels.host }} starts again and again",
    description:
      '{{ $value | printf "%.0f" }} starts within half an hour: it crashes, runs out of memory, or something restarts it.',
    fires: {
      series: { process_start_time_seconds: "10x3 20x3 30x3 40x40" },
      from: "12m",
      value: "3",
    },
    quiet: {
      series: {
        process_start_time_seconds: "10x3 20x3 30x40",
        'process_start_time_seconds{job="other"}': "10x3 20x3 30x3 40x3 50x40",
      },
      at: "25m",
    },
    resolves: { series: { process_start_time_seconds: "40x60" }, at: "35m" },
  },
});
