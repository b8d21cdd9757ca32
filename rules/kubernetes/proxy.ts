import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { answering, componentOwner, object, shouldBe } from "./common.ts";

const job = "kube-proxy";
const rules = (what: string): string => `kubeproxy_sync_proxy_rules_${what}`;
const target = ["cluster", "env", "host", "instance", "job"];

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while a kube-proxy answers.",
    query: (q) => q.gauge("up", { job }),
  },
  shouldBe: {
    unit: "bool",
    about:
      "1 for each cluster that should have kube-proxies: has targets of it, or had within the hour.",
    query: (q) => shouldBe(q, job),
  },
  answering: {
    unit: "count",
    about: "Kube-proxies that answer.",
    query: (q) => answering(q, job),
  },
  sinceSync: {
    unit: "seconds",
    about: "Time since a kube-proxy last wrote its rules.",
    query: (q) => `time() - ${q.timestamp(rules("last_timestamp_seconds"))}`,
  },
  changesUnwritten: {
    unit: "seconds",
    about: "How long after the last writing of rules a change of them was asked for.",
    query: (q) =>
      `${q.timestamp(rules("last_queued_timestamp_seconds"))} - ${q.timestamp(rules("last_timestamp_seconds"))}`,
  },
  syncTime: {
    unit: "seconds",
    about: "Time a kube-proxy takes to write its rules in 99 of 100 cases.",
    query: (q) => q.quantile(0.99, rules("duration_seconds"), target),
  },
  failures: {
    unit: "count",
    about: "Attempts of 15 minutes to write rules that the kernel refused.",
    query: (q) =>
      `sum without (ip_family) (${q.events(rules("iptables_restore_failures_total"), "15m")} or ${q.events(rules("nftables_sync_failures_total"), "15m")})`,
  },
});

const took = (le: string): string => `${rules("duration_seconds")}_bucket{le="${le}"}`;

export const group = defineAlerts(componentOwner("proxy", "node", job), signals, {
  KubeProxyDown: {
    severity: "critical",
    scope: "cluster",
    when: ({ answering, shouldBe }) => `${shouldBe} unless on (cluster, env) ${answering}`,
    for: "10m",
    summary: "No kube-proxy answers",
    description:
      "Kube-proxies are scraped here, and for ten minutes none has answered. If they are gone, Services keep sending to pods that no longer exist.",
    fires: {
      series: { 'up{job="apiserver"}': "1x40", up: "1x4 0x30" },
      from: "15m",
      labels: object(),
    },
    quiet: {
      series: {
        up: "0x40",
        'up{instance="b"}': "0x8 1x40",
        'up{cluster="b",job="apiserver"}': "0x40",
      },
      at: "25m",
    },
  },
  KubeProxyInstanceUnreachable: {
    severity: "warning",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "10m",
    summary: "The kube-proxy of {{ $labels.host }} does not answer",
    description:
      "One kube-proxy has not answered scrapes for ten minutes; its node still has the rules it last wrote.",
    fires: { series: { up: "1x2 0x30" }, from: "13m" },
    quiet: { series: { up: "0x8 1x20", 'up{job="apiserver"}': "0x30" }, at: "20m" },
  },
  KubeProxySyncStale: {
    severity: "warning",
    threshold: { value: 600, unit: "seconds since the rules were written" },
    when: ({ changesUnwritten, sinceSync }, threshold) =>
      `${sinceSync} > ${threshold} and ${changesUnwritten} > 0`,
    for: "5m",
    summary: "The kube-proxy of {{ $labels.host }} writes no rules",
    description:
      "Changes wait and the rules were last written {{ $value | humanizeDuration }} ago: Services on this node send to where pods were.",
    fires: {
      series: {
        [rules("last_timestamp_seconds")]: "60x40",
        [rules("last_queued_timestamp_seconds")]: "61x40",
      },
      from: "17m",
      value: "16m 0s",
    },
    quiet: {
      series: {
        [rules("last_timestamp_seconds")]: "600x40",
        [rules("last_queued_timestamp_seconds")]: "660x40",
        // Nothing to write, for long.
        [`${rules("last_timestamp_seconds")}{instance="b"}`]: "50x40",
        [`${rules("last_queued_timestamp_seconds")}{instance="b"}`]: "40x40",
      },
      at: "24m",
    },
  },
  KubeProxySyncSlow: {
    severity: "warning",
    threshold: {
      value: 5,
      unit: "seconds to write the rules, 99th percentile",
      range: { below: 16.384 },
    },
    when: ({ syncTime }, threshold) => `${syncTime} > ${threshold}`,
    for: "15m",
    summary: "The kube-proxy of {{ $labels.host }} is slow to write rules",
    description:
      "Writing them takes {{ $value | humanizeDuration }} or longer; for that time Services on the node are out of date.",
    fires: {
      series: {
        [took("4.096")]: "0+98x40",
        [took("8.192")]: "0+100x40",
        [took("+Inf")]: "0+100x40",
      },
      from: "16m",
      value: "6.144s",
    },
    quiet: {
      series: {
        [took("4.096")]: "0+98.9x40",
        [took("8.192")]: "0+100x40",
        [took("+Inf")]: "0+100x40",
      },
      at: "30m",
    },
  },
  KubeProxyRulesRefused: {
    severity: "warning",
    threshold: { value: 2, unit: "refused attempts in 15 minutes" },
    when: ({ failures }, threshold) => `${failures} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "The kernel of {{ $labels.host }} refuses the rules of kube-proxy",
    description:
      '{{ $value | printf "%.0f" }} attempts to write rules failed in 15 minutes; until one succeeds, changes of Services do not reach the node.',
    fires: {
      series: {
        [`${rules("iptables_restore_failures_total")}{ip_family="IPv4"}`]: "0x20 2.4x20",
      },
      from: "21m",
      value: "2",
    },
    quiet: {
      series: {
        [`${rules("nftables_sync_failures_total")}{ip_family="IPv4"}`]: "0+0.11x40",
      },
      at: "20m",
    },
  },
});
