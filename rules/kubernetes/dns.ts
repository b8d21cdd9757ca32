import { defineAlerts } from "../lib/alert.ts";
import { quantileOfMany } from "../lib/often.ts";
import { defineSignals, type Matchers } from "../lib/signal.ts";
import { answering, componentOwner, object, shouldBe } from "./common.ts";

const job = "coredns";
const cluster = ["cluster", "env", "job"];
const forward: Matchers = { proxy_name: "forward" };
const upstream = "coredns_proxy_request_duration_seconds";
const sum = (values: string): string => `sum by (cluster, env, job) (${values})`;
const sumTo = (values: string): string => `sum by (cluster, env, job, to) (${values})`;

export const signals = defineSignals({
  shouldBe: {
    unit: "bool",
    about:
      "1 for each cluster that should have CoreDNS: has targets of it, or had within the hour.",
    query: (q) => shouldBe(q, job),
  },
  answering: {
    unit: "count",
    about: "CoreDNS servers that answer scrapes.",
    query: (q) => answering(q, job),
  },
  failures: {
    unit: "ratio",
    about: "Share of the answers that say SERVFAIL.",
    query: (q) =>
      `${sum(q.rate("coredns_dns_responses_total", { rcode: "SERVFAIL" }))} / (${sum(q.rate("coredns_dns_responses_total"))} > 1)`,
  },
  latency: {
    unit: "seconds",
    about: "Time in which CoreDNS answers 99 of 100 questions.",
    query: (q) => quantileOfMany(q, 0.99, "coredns_dns_request_duration_seconds", cluster),
  },
  upstreamFailures: {
    unit: "ratio",
    about: "Share of the questions passed on that come back as SERVFAIL, by server asked.",
    query: (q) =>
      `${sumTo(q.rate(`${upstream}_count`, { ...forward, rcode: "SERVFAIL" }))} / (${sumTo(q.rate(`${upstream}_count`, forward))} > 0.1)`,
  },
  upstreamLatency: {
    unit: "seconds",
    about: "Time in which a server that is asked answers 99 of 100 questions.",
    query: (q) => quantileOfMany(q, 0.99, upstream, [...cluster, "to"], forward),
  },
  upstreamsAllBad: {
    unit: "count",
    about: "How often in ten minutes no server to pass questions on to was healthy.",
    query: (q) => q.events("coredns_forward_healthcheck_broken_total", "10m"),
  },
  refusedForward: {
    unit: "opsPerSecond",
    about: "Questions refused because too many were being passed on.",
    query: (q) => q.rate("coredns_forward_max_concurrent_rejects_total"),
  },
  panics: {
    unit: "count",
    about: "Panics in ten minutes.",
    query: (q) => q.events("coredns_panics_total", "10m"),
  },
  failedReloads: {
    unit: "count",
    about: "Changes of its configuration of 15 minutes that CoreDNS could not load.",
    query: (q) => q.events("coredns_reload_failed_total", "15m"),
  },
});

const inCluster = object();
const answers = (rcode: string): string =>
  `coredns_dns_responses_total{plugin="kubernetes",rcode="${rcode}",server="dns://:53",zone="."}`;
const took = (le: string): string =>
  `coredns_dns_request_duration_seconds_bucket{server="dns://:53",zone=".",le="${le}"}`;
const to = 'proxy_name="forward",to="192.0.2.53:53"';
const asked = (rcode: string): string => `${upstream}_count{${to},rcode="${rcode}"}`;
const upstreamTook = (le: string, name = "forward"): string =>
  `${upstream}_bucket{proxy_name="${name}",to="192.0.2.53:53",rcode="NOERROR",le="${le}"}`;
const thatUpstream = object({ to: "192.0.2.53:53" });

export const group = defineAlerts(componentOwner("dns", "cluster", job), signals, {
  CoreDNSDown: {
    severity: "critical",
    when: ({ answering, shouldBe }) => `${shouldBe} unless on (cluster, env) ${answering}`,
    for: "5m",
    summary: "CoreDNS does not answer",
    description:
      "CoreDNS is scraped here, and for five minutes no server of it has answered. If it is gone, hardly a pod finds another.",
    fires: {
      series: { 'up{job="apiserver"}': "1x40", up: "1x4 0x30" },
      from: "10m",
      labels: inCluster,
    },
    quiet: {
      series: {
        up: "0x40",
        'up{instance="b"}': "0x3 1x40",
        'up{cluster="b",job="apiserver"}': "0x40",
      },
      at: "20m",
    },
  },
  CoreDNSErrorsHigh: {
    severity: "critical",
    threshold: { value: 0.1, unit: "share of answers that say SERVFAIL" },
    when: ({ failures }, threshold) => `${failures} > ${threshold}`,
    for: "7m",
    summary: "CoreDNS fails to answer",
    description:
      "{{ $value | humanizePercentage }} of the answers have been SERVFAIL for seven minutes; programs report unknown hosts.",
    fires: {
      series: { [answers("SERVFAIL")]: "0+72x30", [answers("NOERROR")]: "0+528x30" },
      from: "8m",
      labels: inCluster,
      value: "12%",
    },
    quiet: {
      series: {
        [answers("SERVFAIL")]: "0+51x30",
        [answers("NXDOMAIN")]: "0+349x30",
        [answers("NOERROR")]: "0+200x30",
        'coredns_dns_responses_total{cluster="idle",rcode="SERVFAIL"}': "0+4x30",
        'coredns_dns_responses_total{cluster="idle",rcode="NOERROR"}': "0+16x30",
      },
      at: "15m",
    },
  },
  CoreDNSLatencyHigh: {
    severity: "warning",
    threshold: { value: 1, unit: "seconds for 99 of 100 answers", range: { below: 8.192 } },
    when: ({ latency }, threshold) => `${latency} > ${threshold}`,
    for: "10m",
    summary: "CoreDNS answers slowly",
    description:
      "One answer in a hundred takes {{ $value | humanizeDuration }} or longer; every new connection begins with such a wait.",
    fires: {
      series: {
        [took("1.024")]: "0+988.8x30",
        [took("2.048")]: "0+1000x30",
        [took("+Inf")]: "0+1000x30",
      },
      from: "11m",
      labels: inCluster,
      value: "1.134s",
    },
    quiet: {
      series: {
        [took("0.512")]: "0+970x40",
        [took("1.024")]: "0+993x40",
        [took("+Inf")]: "0+1000x40",
      },
      at: "25m",
    },
  },
  CoreDNSForwardErrorsHigh: {
    severity: "warning",
    threshold: { value: 0.03, unit: "share of forwarded questions that fail" },
    when: ({ upstreamFailures }, threshold) => `${upstreamFailures} > ${threshold}`,
    for: "10m",
    summary: "DNS server {{ $labels.to }} fails for CoreDNS",
    description:
      "{{ $value | humanizePercentage }} of the questions CoreDNS passes on come back as SERVFAIL: names outside the cluster are not found.",
    fires: {
      series: { [asked("SERVFAIL")]: "0+21x30", [asked("NOERROR")]: "0+579x30" },
      from: "11m",
      labels: thatUpstream,
      value: "3.5%",
    },
    quiet: {
      series: {
        [asked("SERVFAIL")]: "0+15x40",
        [asked("NXDOMAIN")]: "0+285x40",
        [asked("NOERROR")]: "0+300x40",
        [`${upstream}_count{proxy_name="fanout",to="b",rcode="SERVFAIL"}`]: "0+600x40",
        [`${upstream}_count{proxy_name="forward",to="idle",rcode="SERVFAIL"}`]: "0+2x40",
        [`${upstream}_count{proxy_name="forward",to="idle",rcode="NOERROR"}`]: "0+2x40",
      },
      at: "25m",
    },
  },
  CoreDNSForwardLatencyHigh: {
    severity: "warning",
    threshold: {
      value: 2,
      unit: "seconds for 99 of 100 forwarded questions",
      range: { below: 8.192 },
    },
    when: ({ upstreamLatency }, threshold) => `${upstreamLatency} > ${threshold}`,
    for: "10m",
    summary: "DNS server {{ $labels.to }} is slow for CoreDNS",
    description:
      "One question in a hundred that CoreDNS passes on takes {{ $value | humanizeDuration }} or longer.",
    fires: {
      series: {
        [upstreamTook("2.048")]: "0+988.5x30",
        [upstreamTook("4.096")]: "0+1000x30",
        [upstreamTook("+Inf")]: "0+1000x30",
      },
      from: "11m",
      labels: thatUpstream,
      value: "2.315s",
    },
    quiet: {
      series: {
        [upstreamTook("1.024")]: "0+970x40",
        [upstreamTook("2.048")]: "0+993x40",
        [upstreamTook("+Inf")]: "0+1000x40",
        [upstreamTook("2.048", "fanout")]: "0+1x40",
        [upstreamTook("4.096", "fanout")]: "0+1000x40",
        [upstreamTook("+Inf", "fanout")]: "0+1000x40",
      },
      at: "25m",
    },
  },
  CoreDNSForwardHealthcheckBroken: {
    severity: "warning",
    threshold: { value: 3, unit: "times in ten minutes" },
    when: ({ upstreamsAllBad }, threshold) => `${upstreamsAllBad} > ${threshold}`,
    for: "3m",
    summary: "CoreDNS has no healthy server to ask",
    description:
      '{{ $value | printf "%.0f" }} times in ten minutes {{ $labels.instance }} found none of its upstream servers healthy and asked one of them all the same.',
    fires: {
      series: { coredns_forward_healthcheck_broken_total: "0x9 3.5x40" },
      from: "13m",
      value: "4",
    },
    quiet: { series: { coredns_forward_healthcheck_broken_total: "0x9 2.6x40" }, at: "15m" },
  },
  CoreDNSForwardOverloaded: {
    severity: "warning",
    threshold: { value: 0.1, unit: "refused questions a second" },
    when: ({ refusedForward }, threshold) => `${refusedForward} > ${threshold}`,
    for: "10m",
    summary: "CoreDNS refuses questions",
    description:
      '{{ $labels.instance }} refuses {{ $value | printf "%.2f" }} questions a second, as many as it may are already waiting for upstream servers.',
    fires: {
      series: { coredns_forward_max_concurrent_rejects_total: "0+7.2x40" },
      from: "15m",
      value: "0.12",
    },
    quiet: { series: { coredns_forward_max_concurrent_rejects_total: "0+5.1x40" }, at: "25m" },
  },
  CoreDNSPanics: {
    severity: "warning",
    when: ({ panics }) => `${panics} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "CoreDNS panics",
    description:
      "{{ $labels.instance }} ran into a fault of its own code while it answered; the question got SERVFAIL, the server goes on.",
    fires: { series: { coredns_panics_total: "0x20 1x20" }, from: "21m" },
    quiet: { series: { coredns_panics_total: "2x60" }, at: "15m" },
  },
  CoreDNSReloadFailed: {
    severity: "warning",
    when: ({ failedReloads }) => `${failedReloads} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "CoreDNS cannot load its new configuration",
    description:
      "{{ $labels.instance }} found a mistake in its Corefile and goes on with the old one; the next restart will not come up.",
    fires: { series: { coredns_reload_failed_total: "0x20 1x20" }, from: "21m" },
    quiet: { series: { coredns_reload_failed_total: "2x60" }, at: "20m" },
  },
});
