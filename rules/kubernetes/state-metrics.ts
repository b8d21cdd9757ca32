import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { answering, object, stateOwner, shouldBe } from "./common.ts";

const job = "kube-state-metrics";
const failing = (q: Query, what: string): string => {
  const metric = `kube_state_metrics_${what}_total`;
  return `sum by (cluster, env, job) (${q.rate(metric, { result: "error" })}) / (sum by (cluster, env, job) (${q.rate(metric)}) > 0)`;
};

export const signals = defineSignals({
  shouldBe: {
    unit: "bool",
    about:
      "1 for each cluster that should have kube-state-metrics: has targets of it, or had within the hour.",
    query: (q) => shouldBe(q, job),
  },
  answering: {
    unit: "count",
    about: "Replicas of kube-state-metrics that answer.",
    query: (q) => answering(q, job),
  },
  listErrors: {
    unit: "ratio",
    about: "Share of the lists asked of the API server that fail.",
    query: (q) => failing(q, "list"),
  },
  watchErrors: {
    unit: "ratio",
    about: "Share of the watches opened at the API server that fail.",
    query: (q) => failing(q, "watch"),
  },
});

const calls = (what: string, result: string): string =>
  `kube_state_metrics_${what}_total{resource="*v1.Node",result="${result}"}`;

export const group = defineAlerts(stateOwner("state-metrics", "cluster"), signals, {
  KubeStateMetricsDown: {
    severity: "critical",
    when: ({ answering, shouldBe }) => `${shouldBe} unless on (cluster, env) ${answering}`,
    for: "15m",
    summary: "kube-state-metrics does not answer",
    description:
      "It is scraped here, and for 15 minutes no replica has answered: no alert about nodes, pods, workloads or quotas can fire.",
    fires: {
      series: { 'up{job="apiserver"}': "1x40", up: "1x4 0x30" },
      from: "20m",
      labels: object(),
    },
    quiet: {
      series: {
        up: "0x40",
        'up{instance="b"}': "0x13 1x40",
        'up{cluster="b",job="apiserver"}': "0x40",
      },
      at: "20m",
    },
  },
  KubeStateMetricsListErrors: {
    severity: "warning",
    threshold: { value: 0.01, unit: "share of lists that fail" },
    when: ({ listErrors }, threshold) => `${listErrors} > ${threshold}`,
    for: "15m",
    summary: "kube-state-metrics cannot list objects",
    description:
      "{{ $value | humanizePercentage }} of its lists fail: kinds it may not read or that do not exist are missing from every alert.",
    fires: {
      series: { [calls("list", "error")]: "0+1.2x40", [calls("list", "success")]: "0+98.8x40" },
      from: "16m",
      labels: object(),
      value: "1.2%",
    },
    quiet: {
      series: {
        [calls("list", "error")]: "0+0.85x40",
        [calls("list", "success")]: "0+99.15x40",
      },
      at: "30m",
    },
  },
  KubeStateMetricsWatchErrors: {
    severity: "warning",
    threshold: { value: 0.01, unit: "share of watches that fail" },
    when: ({ watchErrors }, threshold) => `${watchErrors} > ${threshold}`,
    for: "15m",
    summary: "kube-state-metrics cannot watch objects",
    description:
      "{{ $value | humanizePercentage }} of its watches fail: it reports the state of minutes ago, and alerts come late.",
    fires: {
      series: { [calls("watch", "error")]: "0+1.2x40", [calls("watch", "success")]: "0+98.8x40" },
      from: "16m",
      labels: object(),
      value: "1.2%",
    },
    quiet: {
      series: {
        [calls("watch", "error")]: "0+0.85x40",
        [calls("watch", "success")]: "0+99.15x40",
      },
      at: "30m",
    },
  },
});
