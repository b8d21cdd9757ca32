import { defineAlerts } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { defineSignals } from "../lib/signal.ts";
import { alertmanagerOwner, nowhere } from "./common.ts";

const failed = "alertmanager_notifications_failed_total";
const all = "alertmanager_notifications_total";
const requestsFailed = "alertmanager_notification_requests_failed_total";
const requests = "alertmanager_notification_requests_total";
const latency = "alertmanager_notification_latency_seconds";

const kept = "by (cluster, env, host, instance, integration, job)";

export const signals = defineSignals({
  failures: {
    unit: "ratio",
    about: "Share of the notifications that were given up after all attempts.",
    query: (q) => `sum ${kept} (${q.rate(failed)}) / (sum ${kept} (${q.rate(all)}) > 0)`,
  },
  retries: {
    unit: "ratio",
    about: "Share of the requests to a channel that failed, those tried again included.",
    query: (q) => `${q.rate(requestsFailed)} / (${q.rate(requests)} > 0.005)`,
  },
  slowest: {
    unit: "seconds",
    about: "Time that 99 of 100 notifications take at most.",
    query: (q) =>
      q.quantile(0.99, latency, ["cluster", "env", "host", "instance", "integration", "job"]),
  },
});

const mail = '{integration="email"}';
const hook = '{integration="webhook"}';
const reason = (labels: string, why: string) => labels.replace("}", `,reason="${why}"}`);

export const group = defineAlerts(alertmanagerOwner("delivery"), signals, {
  AlertmanagerFailedToSendAlerts: {
    severity: "warning",
    threshold: { value: 0.01, unit: "share of notifications that are given up" },
    when: ({ failures }, threshold) => `${failures} > ${threshold}`,
    for: "5m",
    summary: "Alertmanager on {{ $labels.host }} cannot deliver by {{ $labels.integration }}",
    description:
      "{{ $value | humanizePercentage }} of the notifications by {{ $labels.integration }} were given up: a twin may have sent them.",
    fires: {
      series: {
        [failed + reason(mail, "serverError")]: "0+7x60",
        [failed + reason(mail, "contextDeadlineExceeded")]: "0+5x60",
        [all + mail]: "0+1000x60",
      },
      from: "6m",
      labels: { integration: "email" },
      value: "1.2%",
    },
    quiet: {
      series: {
        [failed + reason(mail, "serverError")]: "0+9x60",
        [all + mail]: "0+1000x60",
        [failed + reason(hook, "serverError")]: "0x60",
        [all + hook]: "0x60",
      },
      at: "30m",
    },
  },
  AlertmanagerClusterFailedToSendAlerts: {
    severity: "critical",
    board: estateBoard,
    threshold: { value: 0.01, unit: "share of notifications that no member delivers" },
    when: ({ failures }, threshold) =>
      `min by (cluster, env, integration, job) (${failures}) > ${threshold}`,
    for: "7m",
    summary: "No Alertmanager delivers by {{ $labels.integration }}",
    description:
      "Every member gives up at least {{ $value | humanizePercentage }} of the notifications by {{ $labels.integration }}: people are not notified.",
    fires: {
      series: {
        [failed + reason(mail, "serverError")]: "0+12x60",
        [all + mail]: "0+1000x60",
        [`${failed}{integration="email",reason="other",instance="b:9093",host="b"}`]: "0+900x60",
        [`${all}{integration="email",instance="b:9093",host="b"}`]: "0+1000x60",
      },
      from: "8m",
      labels: { integration: "email", ...nowhere },
      value: "1.2%",
    },
    quiet: {
      series: {
        [failed + reason(mail, "serverError")]: "0+9x60",
        [all + mail]: "0+1000x60",
        [`${failed}{integration="email",reason="other",instance="b:9093",host="b"}`]: "0+900x60",
        [`${all}{integration="email",instance="b:9093",host="b"}`]: "0+1000x60",
      },
      at: "30m",
    },
  },
  AlertmanagerChannelUnreliable: {
    severity: "warning",
    threshold: { value: 0.3, unit: "share of requests to a channel that fail" },
    when: ({ retries }, threshold) => `${retries} > ${threshold}`,
    for: "15m",
    summary: "Sending by {{ $labels.integration }} often fails at first",
    description:
      "{{ $value | humanizePercentage }} of the requests to {{ $labels.integration }} fail and are tried again: notifications are late, soon lost.",
    fires: {
      series: { [requestsFailed + mail]: "0+7x60", [requests + mail]: "0+20x60" },
      from: "16m",
      labels: { integration: "email" },
      value: "35%",
    },
    quiet: {
      series: {
        [requestsFailed + mail]: "0+5x60",
        [requests + mail]: "0+20x60",
        // One request in a few minutes says nothing.
        [requestsFailed + hook]: "0+0.2x60",
        [requests + hook]: "0+0.25x60",
      },
      at: "40m",
    },
  },
  AlertmanagerNotificationLatency: {
    severity: "warning",
    threshold: {
      value: 10,
      unit: "seconds that 99 of 100 notifications take at most",
      range: { below: 20 },
    },
    when: ({ slowest }, threshold) => `${slowest} > ${threshold}`,
    for: "10m",
    summary: "Notifications by {{ $labels.integration }} take long",
    description:
      "One of a hundred takes more than {{ $value | humanizeDuration }}: the channel or the way to it is slow.",
    fires: {
      series: {
        [`${latency}_bucket{integration="email",le="10"}`]: "0+98x60",
        [`${latency}_bucket{integration="email",le="15"}`]: "0+100x60",
        [`${latency}_bucket{integration="email",le="+Inf"}`]: "0+100x60",
      },
      from: "11m",
      labels: { integration: "email" },
      value: "12.5s",
    },
    quiet: {
      series: {
        [`${latency}_bucket{integration="email",le="5"}`]: "0+10x60",
        [`${latency}_bucket{integration="email",le="10"}`]: "0+100x60",
        [`${latency}_bucket{integration="email",le="+Inf"}`]: "0+100x60",
      },
      at: "30m",
    },
  },
});
