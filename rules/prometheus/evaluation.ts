import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { prometheusOwner } from "./common.ts";

const failures = "prometheus_rule_evaluation_failures_total";
const missed = "prometheus_rule_group_iterations_missed_total";
const lastDuration = "prometheus_rule_group_last_duration_seconds";
const lastEvaluation = "prometheus_rule_group_last_evaluation_timestamp_seconds";
const interval = "prometheus_rule_group_interval_seconds";
const templates = "prometheus_template_text_expansion_failures_total";
const queries = "prometheus_engine_queries";
const queriesMax = "prometheus_engine_queries_concurrent_max";
const requests = "prometheus_http_requests_total";

export const signals = defineSignals({
  failures: {
    unit: "count",
    about: "Evaluations of rules that failed within five minutes, by group.",
    query: (q) => q.events(failures, "5m"),
  },
  missed: {
    unit: "count",
    about: "Evaluations left out within ten minutes as the one before had not ended, by group.",
    query: (q) => q.events(missed, "10m"),
  },
  durationShare: {
    unit: "ratio",
    about: "Share of its interval that the last evaluation of a group took.",
    query: (q) => `${q.gauge(lastDuration)} / (${q.gauge(interval)} > 0)`,
  },
  lateness: {
    unit: "count",
    about: "Time since a group was evaluated last, in its intervals.",
    query: (q) => `(time() - (${q.timestamp(lastEvaluation)} > 0)) / (${q.gauge(interval)} > 0)`,
  },
  templateFailures: {
    unit: "count",
    about: "Texts of alerts that could not be written within 15 minutes.",
    query: (q) => q.events(templates, "15m"),
  },
  queryLoad: {
    unit: "ratio",
    about: "Queries under way as a share of those allowed at once, over five minutes.",
    query: (q) => `avg_over_time(${q.gauge(queries)}[5m]) / (${q.gauge(queriesMax)} > 0)`,
  },
  requestErrors: {
    unit: "ratio",
    about: "Share of the requests to its web interface that end in an error of the server.",
    query: (q) =>
      `sum without (code, handler) (${q.rate(requests, { code: /5../ })}) / (sum without (code, handler) (${q.rate(requests)}) > 0.1)`,
  },
});

const ofGroup = '{rule_group="/etc/prometheus/rules/shop.yml;shop"}';
const other = '{rule_group="/etc/prometheus/rules/other.yml;other"}';
const labels = { rule_group: "/etc/prometheus/rules/shop.yml;shop" };

export const group = defineAlerts(prometheusOwner("evaluation"), signals, {
  PrometheusRuleFailures: {
    severity: "critical",
    when: ({ failures }) => `${failures} > 0`,
    for: "15m",
    summary: "Rules on {{ $labels.host }} cannot be evaluated",
    description:
      "Rules of {{ $labels.rule_group }} have failed for 15 minutes: alerts in it cannot fire, series it records are missing.",
    fires: { series: { [failures + ofGroup]: "0+1x60" }, from: "16m", labels },
    quiet: { series: { [failures + ofGroup]: "0x3 3x60" }, at: "40m" },
  },
  PrometheusMissingRuleEvaluations: {
    severity: "warning",
    when: ({ missed }) => `${missed} > 0`,
    for: "15m",
    summary: "Evaluations of rules are left out on {{ $labels.host }}",
    description:
      "{{ $labels.rule_group }} has not been done when its next turn came, for 15 minutes: its alerts are late.",
    fires: { series: { [missed + ofGroup]: "0+1x60" }, from: "16m", labels },
    quiet: { series: { [missed + ofGroup]: "0x3 3x60" }, at: "40m" },
  },
  PrometheusRuleGroupSlow: {
    severity: "warning",
    threshold: { value: 0.7, unit: "share of a group's interval that evaluating it takes" },
    when: ({ durationShare }, threshold) => `${durationShare} > ${threshold}`,
    for: "10m",
    summary: "A group of rules on {{ $labels.host }} takes nearly all its time",
    description:
      "{{ $labels.rule_group }} takes {{ $value | humanizePercentage }} of its interval; above 100% evaluations are left out.",
    fires: {
      series: {
        [lastDuration + ofGroup]: "2x5 11.7x30",
        [interval + ofGroup]: "15x40",
      },
      from: "16m",
      labels,
      value: "78%",
    },
    quiet: {
      series: { [lastDuration + ofGroup]: "9x40", [interval + ofGroup]: "15x40" },
      at: "30m",
    },
  },
  PrometheusRuleGroupStale: {
    severity: "critical",
    threshold: { value: 10, unit: "intervals since a group was evaluated last" },
    when: ({ lateness }, threshold) => `${lateness} > ${threshold}`,
    for: "2m",
    summary: "Rules on {{ $labels.host }} have stopped being evaluated",
    description:
      '{{ $labels.rule_group }} was due {{ $value | printf "%.0f" }} times since it was evaluated last: none of its alerts can fire.',
    fires: {
      series: {
        [lastEvaluation + ofGroup]: "0+60x5 300x30",
        [interval + ofGroup]: "60x40",
        [lastEvaluation + other]: "0+60x40",
        [interval + other]: "60x40",
      },
      from: "18m",
      labels,
      value: "13",
    },
    quiet: {
      series: {
        [lastEvaluation + ofGroup]: "-540+60x40",
        [interval + ofGroup]: "60x40",
        // Not evaluated yet: the zero time of Go.
        [lastEvaluation + other]: "-62135596800x40",
        [interval + other]: "60x40",
      },
      at: "20m",
    },
    resolves: {
      series: {
        [lastEvaluation + ofGroup]: "1080+60x20",
        [interval + ofGroup]: "60x20",
      },
      at: "3m",
    },
  },
  PrometheusTemplateFailures: {
    severity: "warning",
    when: ({ templateFailures }) => `${templateFailures} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Texts of alerts on {{ $labels.host }} cannot be written",
    description:
      "A template failed: an alert is sent with an error where its text should be, and whoever gets it cannot tell what is wrong.",
    fires: { series: { [templates]: "0x20 1x60" }, from: "21m" },
    quiet: { series: { [templates]: "3x60" }, at: "30m" },
    resolves: { series: { [templates]: "1x60" }, at: "40m" },
  },
  PrometheusHighQueryLoad: {
    severity: "warning",
    threshold: { value: 0.8, unit: "share of the queries allowed at once" },
    when: ({ queryLoad }, threshold) => `${queryLoad} > ${threshold}`,
    for: "15m",
    summary: "Prometheus on {{ $labels.host }} answers as many queries as it may",
    description:
      "{{ $value | humanizePercentage }} of the queries allowed at once are under way: further ones wait, boards and rules with them.",
    fires: {
      series: { [queries]: "1x5 18x40", [queriesMax]: "20x50" },
      from: "25m",
      value: "90%",
    },
    quiet: { series: { [queries]: "15x50", [queriesMax]: "20x50" }, at: "40m" },
    resolves: { series: { [queries]: "1x50", [queriesMax]: "20x50" }, at: "20m" },
  },
  PrometheusHttpErrors: {
    severity: "warning",
    threshold: { value: 0.05, unit: "share of requests that end in an error of the server" },
    when: ({ requestErrors }, threshold) => `${requestErrors} > ${threshold}`,
    for: "10m",
    summary: "Prometheus on {{ $labels.host }} answers with errors",
    description:
      "{{ $value | humanizePercentage }} of the requests fail: boards show gaps, and queries of other programs fail.",
    fires: {
      series: {
        [`${requests}{code="200",handler="/api/v1/query"}`]: "0+94x60",
        [`${requests}{code="503",handler="/api/v1/query"}`]: "0+6x60",
      },
      from: "11m",
      value: "6%",
    },
    quiet: {
      series: {
        [`${requests}{code="200",handler="/api/v1/query"}`]: "0+955x60",
        [`${requests}{code="503",handler="/api/v1/query"}`]: "0+45x60",
        // One request in four minutes says nothing.
        [`${requests}{code="503",handler="/api/v1/query",instance="idle"}`]: "0+5x60",
      },
      at: "40m",
    },
  },
});
