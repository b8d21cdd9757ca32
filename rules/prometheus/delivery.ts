import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { job, prometheusOwner } from "./common.ts";

const queued = "prometheus_notifications_queue_length";
const capacity = "prometheus_notifications_queue_capacity";
const errors = "prometheus_notifications_errors_total";
const sent = "prometheus_notifications_sent_total";
const found = "prometheus_notifications_alertmanagers_discovered";
const rules = "prometheus_rule_group_rules";
const dropped = "prometheus_notifications_dropped_total";
const highest = "prometheus_remote_storage_highest_timestamp_in_seconds";
const highestSent = "prometheus_remote_storage_queue_highest_sent_timestamp_seconds";
const pending = "prometheus_remote_storage_samples_pending";
const failed = "prometheus_remote_storage_samples_failed_total";
const retried = "prometheus_remote_storage_samples_retried_total";
const samples = "prometheus_remote_storage_samples_total";
const desired = "prometheus_remote_storage_shards_desired";
const shardsMax = "prometheus_remote_storage_shards_max";

/** Agents that send to the same storage expose these, too. */
const own = { job };

export const signals = defineSignals({
  queueUsed: {
    unit: "ratio",
    about: "Alerts that wait to be sent, as a share of those that may.",
    query: (q) => `${q.gauge(queued)} / (${q.gauge(capacity)} > 0)`,
  },
  queueSoon: {
    unit: "ratio",
    about: "The same in half an hour, if it goes on as in the last 15 minutes.",
    query: (q) => `predict_linear(${q.gauge(queued)}[15m], 1800) / (${q.gauge(capacity)} > 0)`,
  },
  sendErrors: {
    unit: "ratio",
    about: "Share of the alerts that an Alertmanager did not take.",
    query: (q) => `${q.rate(errors)} / (${q.rate(sent)} > 0)`,
  },
  alertmanagers: {
    unit: "count",
    about: "Alertmanagers that Prometheus knows.",
    query: (q) => `max_over_time(${q.gauge(found)}[5m])`,
  },
  rules: {
    unit: "count",
    about: "Rules that Prometheus has: an agent has none, and nobody to report them to.",
    query: (q) => `sum without (rule_group) (${q.gauge(rules)})`,
  },
  dropped: {
    unit: "count",
    about: "Alerts thrown away within ten minutes, unsent.",
    query: (q) => q.events(dropped, "10m"),
  },
  behind: {
    unit: "seconds",
    about: "How far the samples sent to remote storage are behind those taken in.",
    query: (q) =>
      `${q.timestamp(highest, own)} - ignoring (remote_name, url) group_right () ${q.timestamp(highestSent, own)}`,
  },
  waiting: {
    unit: "count",
    about: "Samples that waited to be sent to remote storage, at most, within five minutes.",
    query: (q) => `max_over_time(${q.gauge(pending, own)}[5m])`,
  },
  remoteFailures: {
    unit: "ratio",
    about: "Share of the samples that remote storage refused for good.",
    query: (q) => `${q.rate(failed, own)} / (${q.rate(failed, own)} + ${q.rate(samples, own)} > 0)`,
  },
  remoteRetries: {
    unit: "ratio",
    about: "Samples sent again, against those sent at all.",
    query: (q) => `${q.rate(retried, own)} / (${q.rate(samples, own)} > 0)`,
  },
  shardsWanted: {
    unit: "ratio",
    about: "Parallel connections that remote storage would need, against those allowed.",
    query: (q) => `${q.gauge(desired, own)} / (${q.gauge(shardsMax, own)} > 0)`,
  },
});

const to = (name: string) => `{alertmanager="https://${name}:9093/api/v2/alerts"}`;
const remote = { remote_name: "long", url: "https://store.example/push" };
const remoteLabels = '{remote_name="long",url="https://store.example/push"}';

/** An agent in the state an alert is about, which is not Prometheus. */
const agent = (metric: string, values: string) => ({
  [`${metric}{job="alloy",instance="a:12345",remote_name="long",url="u"}`]: values,
});

export const group = defineAlerts(prometheusOwner("delivery"), signals, {
  PrometheusNotificationQueueRunningFull: {
    severity: "warning",
    threshold: { value: 0.2, unit: "share of the queue of alerts that is used" },
    when: ({ queueSoon, queueUsed }, threshold) =>
      `${queueUsed} > ${threshold} and ${queueSoon} > 1`,
    for: "10m",
    summary: "Alerts pile up on {{ $labels.host }} before they are sent",
    description:
      "{{ $value | humanizePercentage }} of the queue is used and at this pace it is full within half an hour; then alerts are thrown away.",
    fires: {
      series: { [queued]: "0x10 0+400x40", [capacity]: "10000x60" },
      from: "30m",
      value: "76%",
    },
    quiet: {
      series: {
        [queued]: "1700x60",
        [capacity]: "10000x60",
        [`${queued}{instance="full"}`]: "9000x60",
        [`${capacity}{instance="full"}`]: "10000x60",
      },
      at: "40m",
    },
    resolves: { series: { [queued]: "0x40", [capacity]: "10000x40" }, at: "20m" },
  },
  PrometheusErrorSendingAlertsToSomeAlertmanagers: {
    severity: "warning",
    threshold: { value: 0.01, unit: "share of alerts that one Alertmanager does not take" },
    when: ({ sendErrors }, threshold) => `${sendErrors} > ${threshold}`,
    for: "15m",
    summary: "An Alertmanager does not take alerts from {{ $labels.host }}",
    description:
      "{{ $labels.alertmanager }} fails for {{ $value | humanizePercentage }} of the alerts; if it is the only one, they are lost.",
    fires: {
      series: { [errors + to("x")]: "0+12x60", [sent + to("x")]: "0+1000x60" },
      from: "16m",
      labels: { alertmanager: "https://x:9093/api/v2/alerts" },
      value: "1.2%",
    },
    quiet: {
      series: {
        [errors + to("x")]: "0+9x60",
        [sent + to("x")]: "0+1000x60",
        [errors + to("y")]: "0x60",
        [sent + to("y")]: "0x60",
      },
      at: "40m",
    },
  },
  PrometheusErrorSendingAlertsToAnyAlertmanager: {
    severity: "critical",
    threshold: { value: 0.03, unit: "share of alerts that no Alertmanager takes" },
    when: ({ sendErrors }, threshold) =>
      `min without (alertmanager) (${sendErrors}) > ${threshold}`,
    for: "7m",
    summary: "No Alertmanager takes the alerts of {{ $labels.host }}",
    description:
      "The best Alertmanager still fails for {{ $value | humanizePercentage }} of the alerts: people are not notified of what is wrong.",
    fires: {
      series: {
        [errors + to("x")]: "0+35x60",
        [sent + to("x")]: "0+1000x60",
        [errors + to("y")]: "0+900x60",
        [sent + to("y")]: "0+1000x60",
      },
      from: "8m",
      value: "3.5%",
    },
    quiet: {
      series: {
        [errors + to("x")]: "0+26x60",
        [sent + to("x")]: "0+1000x60",
        [errors + to("y")]: "0+900x60",
        [sent + to("y")]: "0+1000x60",
      },
      at: "30m",
    },
  },
  PrometheusNotConnectedToAlertmanagers: {
    severity: "critical",
    when: ({ alertmanagers, rules }) => `${alertmanagers} < 1 and ${rules} > 0`,
    for: "10m",
    summary: "Prometheus on {{ $labels.host }} knows no Alertmanager",
    description:
      "For ten minutes there has been nobody to send alerts to: what fires here is seen on boards only.",
    fires: { series: { [found]: "1x5 0x30", [`${rules}{rule_group="a"}`]: "5x40" }, from: "20m" },
    quiet: {
      series: {
        [found]: "1x10 0x9 1x30",
        [`${rules}{rule_group="a"}`]: "5x50",
        // An agent.
        [`${found}{instance="b"}`]: "0x50",
      },
      at: "24m",
    },
    resolves: { series: { [found]: "1x30", [`${rules}{rule_group="a"}`]: "5x30" }, at: "3m" },
  },
  PrometheusNotificationsDropped: {
    severity: "critical",
    when: ({ dropped }) => `${dropped} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Alerts of {{ $labels.host }} were thrown away",
    description:
      '{{ $value | printf "%.0f" }} alerts were not sent to anybody in ten minutes: the queue was full, or no Alertmanager took them.',
    fires: { series: { [dropped]: "0x20 9x60" }, from: "21m", value: "9" },
    quiet: { series: { [dropped]: "9x60" }, at: "30m" },
    resolves: { series: { [dropped]: "9x60" }, at: "30m" },
  },
  PrometheusRemoteStorageFailures: {
    severity: "critical",
    needs: "remote write",
    threshold: { value: 0.01, unit: "share of samples that remote storage refuses" },
    when: ({ remoteFailures }, threshold) => `${remoteFailures} > ${threshold}`,
    for: "15m",
    summary: "Remote storage refuses samples from {{ $labels.host }}",
    description:
      "{{ $labels.remote_name }} refuses {{ $value | humanizePercentage }} of the samples for good: they exist on this host only.",
    fires: {
      series: { [failed + remoteLabels]: "0+12x60", [samples + remoteLabels]: "0+988x60" },
      from: "16m",
      labels: remote,
      value: "1.2%",
    },
    quiet: {
      series: {
        [failed + remoteLabels]: "0+9x60",
        [samples + remoteLabels]: "0+991x60",
        [`${failed}{remote_name="idle",url="u"}`]: "0x60",
        [`${samples}{remote_name="idle",url="u"}`]: "0x60",
        ...agent(failed, "0+50x60"),
        ...agent(samples, "0+950x60"),
      },
      at: "40m",
    },
  },
  PrometheusRemoteWriteBehind: {
    severity: "warning",
    needs: "remote write",
    threshold: { value: 120, unit: "seconds that remote storage is behind" },
    // Of what is written now and then, or filtered out, nothing waits.
    when: ({ behind, waiting }, threshold) => `${behind} > ${threshold} and ${waiting} > 0`,
    for: "15m",
    summary: "Remote storage is behind what {{ $labels.host }} takes in",
    description:
      "{{ $labels.remote_name }} is {{ $value | humanizeDuration }} behind; what is not sent within two hours is never sent.",
    fires: {
      series: {
        [highest]: "1000+60x60",
        [highestSent + remoteLabels]: "1000+60x5 1220+60x50",
        [pending + remoteLabels]: "0x5 900x60",
      },
      from: "21m",
      labels: remote,
      value: "2m 20s",
    },
    quiet: {
      series: {
        [highest]: "1000+60x60",
        [highestSent + remoteLabels]: "890+60x60",
        [pending + remoteLabels]: "900x60",
        // A rule that is evaluated every half an hour.
        [`${highestSent}{remote_name="seldom",url="u"}`]: "1000x29 2800x60",
        [`${pending}{remote_name="seldom",url="u"}`]: "0x90",
        [`${highest}{job="alloy",instance="a:12345"}`]: "1000+60x60",
        ...agent(highestSent, "500+60x60"),
      },
      at: "40m",
    },
    resolves: {
      series: {
        [highest]: "5000+60x60",
        [highestSent + remoteLabels]: "4990+60x60",
        [pending + remoteLabels]: "90x60",
      },
      at: "3m",
    },
  },
  PrometheusRemoteWriteRetrying: {
    severity: "warning",
    needs: "remote write",
    threshold: { value: 0.05, unit: "samples sent again against samples sent" },
    when: ({ remoteRetries }, threshold) => `${remoteRetries} > ${threshold}`,
    for: "30m",
    summary: "Samples of {{ $labels.host }} have to be sent again",
    description:
      "{{ $value | humanizePercentage }} of the samples for {{ $labels.remote_name }} fail at first; it is overloaded or the way to it is bad.",
    fires: {
      series: { [retried + remoteLabels]: "0+58x80", [samples + remoteLabels]: "0+1000x80" },
      from: "31m",
      labels: remote,
      value: "5.8%",
    },
    quiet: {
      series: {
        [retried + remoteLabels]: "0+45x80",
        [samples + remoteLabels]: "0+1000x80",
        [`${retried}{remote_name="idle",url="u"}`]: "0x80",
        [`${samples}{remote_name="idle",url="u"}`]: "0x80",
        ...agent(retried, "0+100x80"),
        ...agent(samples, "0+950x80"),
      },
      at: "1h",
    },
  },
  PrometheusRemoteWriteDesiredShards: {
    severity: "warning",
    needs: "remote write",
    threshold: { value: 1, unit: "connections wanted against connections allowed" },
    when: ({ shardsWanted }, threshold) => `${shardsWanted} > ${threshold}`,
    for: "15m",
    summary: "Remote storage of {{ $labels.host }} needs more connections than allowed",
    description:
      '{{ $labels.remote_name }} would need {{ $value | printf "%.1f" }} times the connections it may use: it falls behind.',
    fires: {
      series: { [desired + remoteLabels]: "10x5 55x40", [shardsMax + remoteLabels]: "50x50" },
      from: "21m",
      labels: remote,
      value: "1.1",
    },
    quiet: {
      series: {
        [desired + remoteLabels]: "50x50",
        [shardsMax + remoteLabels]: "50x50",
        ...agent(desired, "70x50"),
        ...agent(shardsMax, "50x50"),
      },
      at: "40m",
    },
  },
});
