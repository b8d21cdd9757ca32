import { defineAlerts, type Series } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { decoy, job, own, processorOwner, server } from "./common.ts";

const started = "process_start_time_seconds";
const memory = "process_resident_memory_bytes";
const lag = "nodejs_eventloop_lag_p99_seconds";
const storeUp = own("store_up");
const commits = own("commit_seconds");
const storeErrors = own("store_errors_total");
const requests = own("http_requests_total");

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 where the alert processor answers.",
    query: (q) => q.gauge("up", { job }),
  },
  storeUp: {
    unit: "bool",
    about: "1 where the database of the processor answers.",
    query: (q) => q.gauge(storeUp),
  },
  storeErrors: {
    unit: "count",
    about: "Failures of the database within ten minutes, attempts to reach it again included.",
    query: (q) => q.events(storeErrors, "10m"),
  },
  failedRequests: {
    unit: "count",
    about: "Requests of people and of channels within ten minutes that met an error.",
    query: (q) =>
      `sum without (code, method, route) (${q.events(requests, "10m", { code: "503", route: { not: /\/v1\/alerts|\/-\/ready/ } })})`,
  },
  commitTime: {
    unit: "seconds",
    about: "Time that 99 of 100 transactions that take messages in need at most.",
    query: (q) => q.quantile(0.99, commits, server),
  },
  starts: {
    unit: "count",
    about: "Starts within half an hour.",
    query: (q) => `changes(${q.timestamp(started, { job })}[30m])`,
  },
  memory: {
    unit: "bytes",
    about: "Memory that the process holds.",
    query: (q) => q.gauge(memory, { job }),
  },
  loopLag: {
    unit: "seconds",
    about: "How late 99 of 100 callbacks run at most: one thread does all the work.",
    query: (q) => q.gauge(lag, { job }),
  },
});

const page = "/api/v1/alerts/:fingerprint";
const answered = (route: string, code: string, values: string): Series => ({
  [`${requests}{method="GET",route="${route}",code="${code}"}`]: values,
});
const commitsWithin = (bound: string): string => `${commits}_bucket{le="${bound}"}`;

export const group = defineAlerts(processorOwner("server"), signals, {
  ProcessorDown: {
    severity: "critical",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "3m",
    summary: "The alert processor on {{ $labels.host }} does not answer",
    description:
      "{{ $labels.instance }} has not answered for three minutes: nothing is remembered, shown or told by it. Alertmanager still tells its own receivers.",
    fires: { series: { up: "1x2 0x10" }, from: "6m" },
    quiet: { series: { up: "1 1 0 0 0 1x10", ...decoy("up", "0x20") }, at: "5m" },
  },
  ProcessorStoreDown: {
    severity: "critical",
    family: "ProcessorStore",
    when: ({ storeUp }) => `${storeUp} == 0`,
    for: "2m",
    summary: "The alert processor on {{ $labels.host }} cannot reach its database",
    description:
      "The database has not answered for two minutes: alerts are refused with 503 until it does, and nothing is sent to any channel.",
    fires: { series: { [storeUp]: "1x2 0x10" }, from: "5m" },
    quiet: { series: { [storeUp]: "1 1 0 0 1x10" }, at: "4m" },
  },
  ProcessorStoreErrors: {
    severity: "warning",
    family: "ProcessorStore",
    when: ({ storeErrors }) => `${storeErrors} > 0`,
    for: "15m",
    summary: "The database of the alert processor on {{ $labels.host }} fails now and then",
    description:
      "For 15 minutes the database has failed again and again, and has worked in between: alerts of those moments were answered with 503 and are late.",
    fires: { series: { [storeErrors]: "0x5 0+0.1x60" }, from: "22m" },
    // A restart of the database: many failures within a minute.
    quiet: { series: { [storeErrors]: "0x5 40x60" }, at: "20m" },
    resolves: { series: { [storeErrors]: "6x60" }, at: "12m" },
  },
  ProcessorRequestsFailing: {
    severity: "warning",
    family: "ProcessorStore",
    threshold: { value: 2, unit: "requests in ten minutes answered with 503" },
    when: ({ failedRequests }, threshold) => `${failedRequests} > ${threshold}`,
    for: "5m",
    summary: "The alert processor on {{ $labels.host }} fails people or channels",
    description:
      '{{ $value | printf "%.0f" }} requests in ten minutes met an error: the page is empty, or what people or a channel asked for was not done.',
    fires: {
      series: answered(page, "503", "0+0.3x60"),
      from: "12m",
      value: "3",
    },
    quiet: {
      series: {
        ...answered(page, "503", "0+0.19x60"),
        ...answered(page, "404", "0+5x60"),
        ...answered("/v1/alerts", "503", "0+5x60"),
        ...answered("/-/ready", "503", "0+5x60"),
      },
      at: "40m",
    },
  },
  ProcessorCommitSlow: {
    severity: "warning",
    threshold: {
      value: 0.5,
      unit: "seconds that 99 of 100 transactions take at most",
      range: { below: 5 },
    },
    when: ({ commitTime }, threshold) => `${commitTime} > ${threshold}`,
    for: "10m",
    summary: "The alert processor on {{ $labels.host }} writes slowly",
    description:
      "One transaction of a hundred takes {{ $value | humanizeDuration }} or longer: Alertmanager waits for each answer, so the disk or the database delays alerts.",
    fires: {
      series: {
        [commitsWithin("0.25")]: "0+98.1x60",
        [commitsWithin("1")]: "0+100x60",
        [commitsWithin("+Inf")]: "0+100x60",
      },
      from: "11m",
      value: "605.3ms",
    },
    quiet: {
      series: {
        [commitsWithin("0.25")]: "0+98.7x60",
        [commitsWithin("1")]: "0+100x60",
        [commitsWithin("+Inf")]: "0+100x60",
      },
      at: "30m",
    },
  },
  ProcessorRestarting: {
    severity: "warning",
    threshold: { value: 3, unit: "starts in half an hour" },
    when: ({ starts }, threshold) => `${starts} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "The alert processor on {{ $labels.host }} starts again and again",
    description:
      '{{ $value | printf "%.0f" }} starts in half an hour: what it took in is kept, but each start delays what is due and may tell a channel twice.',
    fires: { series: { [started]: "1x5 2x2 3x2 4x2 5x60" }, from: "15m", value: "4" },
    quiet: {
      series: { [started]: "1x5 2x5 3x5 4x60", ...decoy(started, "1+1x80") },
      at: "40m",
    },
    resolves: { series: { [started]: "5x80" }, at: "50m" },
  },
  ProcessorMemoryHigh: {
    severity: "warning",
    threshold: { value: 220e6, unit: "bytes that the process holds; its container has 256 MB" },
    when: ({ memory }, threshold) => `${memory} > ${threshold}`,
    for: "15m",
    summary: "The alert processor on {{ $labels.host }} holds much memory",
    description:
      "It has held {{ $value | humanize1024 }}B for 15 minutes; at the limit of its container it is killed.",
    fires: { series: { [memory]: "150e6x5 251658240x40" }, from: "21m", value: "240Mi" },
    quiet: { series: { [memory]: "185e6x40", ...decoy(memory, "900e6x40") }, at: "30m" },
  },
  ProcessorEventLoopSlow: {
    severity: "warning",
    threshold: { value: 0.25, unit: "seconds that 99 of 100 callbacks are late at most" },
    when: ({ loopLag }, threshold) => `${loopLag} > ${threshold}`,
    for: "10m",
    summary: "The alert processor on {{ $labels.host }} is short of CPU",
    description:
      "One callback of a hundred runs {{ $value | humanizeDuration }} late or more: answers to Alertmanager and the page are as late.",
    fires: { series: { [lag]: "0.01x5 0.29x40" }, from: "16m", value: "290ms" },
    quiet: { series: { [lag]: "0.22x40", ...decoy(lag, "0.9x40") }, at: "30m" },
  },
});
