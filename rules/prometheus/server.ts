import { defineAlerts } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { defineSignals } from "../lib/signal.ts";
import { job, nowhere, prometheusOwner, replicas } from "./common.ts";

const appended = "prometheus_tsdb_head_samples_appended_total";
const started = "process_start_time_seconds";

export const signals = defineSignals({
  up: { unit: "bool", about: "1 where Prometheus answers.", query: (q) => q.gauge("up", { job }) },
  configLoaded: {
    unit: "bool",
    about: "1 where the configuration on disk is the one in use.",
    query: (q) => `max_over_time(${q.gauge("prometheus_config_last_reload_successful")}[5m])`,
  },
  discoveriesFailed: {
    unit: "count",
    about: "Ways to find targets that could not be started.",
    query: (q) => `sum without (name) (${q.gauge("prometheus_sd_failed_configs")})`,
  },
  starts: {
    unit: "count",
    about: "Starts within half an hour.",
    query: (q) => `changes(${q.timestamp(started, { job })}[30m])`,
  },
  filesUsed: {
    unit: "ratio",
    about: "Open files against those the process may open.",
    query: (q) =>
      `${q.gauge("process_open_fds", { job })} / (${q.gauge("process_max_fds", { job })} > 0)`,
  },
  memoryUsed: {
    unit: "ratio",
    about: "Memory of the process against that of its host.",
    query: (q) =>
      `${q.gauge("process_resident_memory_bytes", { job })} / on (cluster, env, host) group_left () (max by (cluster, env, host) (${q.gauge("node_memory_MemTotal_bytes")}) > 0)`,
  },
  servers: {
    unit: "count",
    about: "Servers of a group that do the same work.",
    query: (q) => `count ${replicas} (${q.gauge("up", { job })})`,
  },
  shareDown: {
    unit: "ratio",
    about: "Share of a group's servers that were down for most of five minutes.",
    query: (q) =>
      `sum ${replicas} (avg_over_time(${q.gauge("up", { job })}[5m]) < bool 0.5) / count ${replicas} (${q.gauge("up", { job })})`,
  },
  shareRestarting: {
    unit: "ratio",
    about: "Share of a group's servers that started more than four times in half an hour.",
    query: (q) =>
      `sum ${replicas} (changes(${q.timestamp(started, { job })}[30m]) > bool 4) / count ${replicas} (${q.timestamp(started, { job })})`,
  },
  bestIngested: {
    unit: "opsPerSecond",
    about: "Samples that the busiest server of a group writes.",
    query: (q) => `max ${replicas} (sum without (type) (${q.rate(appended)}))`,
  },
  groupTargets: {
    unit: "count",
    about: "Targets that a group's servers have to scrape.",
    query: (q) => `sum ${replicas} (${q.gauge("prometheus_target_scrape_pool_targets")})`,
  },
});

const pair = (first: string, second: string, metric = "up", labels = "") => ({
  [`${metric}{instance="a:9090"${labels}}`]: first,
  [`${metric}{instance="b:9090",host="b"${labels}}`]: second,
});
/** Another job in the same state, which is not meant. */
const decoy = (metric: string, values: string) => ({
  [`${metric}{job="node",instance="a:9100"}`]: values,
});

export const group = defineAlerts(prometheusOwner("server"), signals, {
  PrometheusDown: {
    severity: "critical",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "3m",
    summary: "Prometheus on {{ $labels.host }} does not answer",
    description:
      "{{ $labels.instance }} has not answered another Prometheus for three minutes: nothing it watches is watched, unless by its twin.",
    fires: { series: { up: "1x2 0x10" }, from: "6m" },
    quiet: { series: { up: "1 1 0 0 0 1x10", ...decoy("up", "0x20") }, at: "5m" },
  },
  PrometheusBadConfig: {
    severity: "warning",
    when: ({ configLoaded }) => `${configLoaded} == 0`,
    for: "10m",
    summary: "Prometheus on {{ $labels.host }} refused its configuration",
    description:
      "What is on disk has errors, so the one before is in use: changes do not work, and the next start fails.",
    fires: {
      series: { prometheus_config_last_reload_successful: "1x5 0x30" },
      from: "20m",
    },
    quiet: { series: { prometheus_config_last_reload_successful: "1x10 0x9 1x30" }, at: "24m" },
    resolves: { series: { prometheus_config_last_reload_successful: "1x30" }, at: "3m" },
  },
  PrometheusDiscoveryNotStarted: {
    severity: "warning",
    when: ({ discoveriesFailed }) => `${discoveriesFailed} > 0`,
    for: "10m",
    summary: "Prometheus on {{ $labels.host }} does not look for some targets",
    description:
      "A way to find targets could not be started with what its configuration says: all targets of it are missing.",
    fires: { series: { 'prometheus_sd_failed_configs{name="scrape"}': "0x5 1x30" }, from: "16m" },
    quiet: {
      series: { 'prometheus_sd_failed_configs{name="scrape"}': "0x5 1x8 0x30" },
      at: "20m",
    },
  },
  PrometheusRestartLoop: {
    severity: "critical",
    threshold: { value: 3, unit: "starts in half an hour" },
    when: ({ starts }, threshold) => `${starts} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Prometheus on {{ $labels.host }} starts again and again",
    description:
      '{{ $value | printf "%.0f" }} starts in half an hour: while it reads its log it neither scrapes nor evaluates.',
    fires: { series: { [started]: "1x5 2x2 3x2 4x2 5x60" }, from: "15m", value: "4" },
    quiet: {
      series: { [started]: "1x5 2x5 3x5 4x60", ...decoy(started, "1+1x80") },
      at: "40m",
    },
    resolves: { series: { [started]: "5x80" }, at: "50m" },
  },
  PrometheusOpenFilesHigh: {
    severity: "warning",
    threshold: { value: 0.8, unit: "share of the files the process may open" },
    when: ({ filesUsed }, threshold) => `${filesUsed} > ${threshold}`,
    for: "10m",
    summary: "Prometheus on {{ $labels.host }} has nearly all its files open",
    description:
      "{{ $value | humanizePercentage }} of the files it may open are open; at the end of them neither scrapes nor blocks work.",
    fires: {
      series: { process_open_fds: "50x5 90x40", process_max_fds: "100x50" },
      from: "16m",
      value: "90%",
    },
    quiet: {
      series: {
        process_open_fds: "75x50",
        process_max_fds: "100x50",
        ...decoy("process_open_fds", "99x50"),
        ...decoy("process_max_fds", "100x50"),
      },
      at: "30m",
    },
  },
  PrometheusMemoryHigh: {
    severity: "warning",
    threshold: { value: 0.7, unit: "share of the host's memory" },
    when: ({ memoryUsed }, threshold) => `${memoryUsed} > ${threshold}`,
    for: "15m",
    summary: "Prometheus on {{ $labels.host }} takes most of the memory",
    description:
      "It holds {{ $value | humanizePercentage }} of the memory of its host; a heavy query or the next block may get it killed.",
    fires: {
      series: {
        process_resident_memory_bytes: "2e9x5 6e9x40",
        'node_memory_MemTotal_bytes{job="node",instance="a:9100"}': "8e9x50",
      },
      from: "21m",
      value: "75%",
    },
    quiet: {
      series: {
        process_resident_memory_bytes: "5e9x50",
        'node_memory_MemTotal_bytes{job="node",instance="a:9100"}': "8e9x50",
        'process_resident_memory_bytes{job="other"}': "7.5e9x50",
      },
      at: "40m",
    },
  },
  PrometheusHAGroupDown: {
    severity: "critical",
    scope: "workload",
    board: estateBoard,
    needs: "several prometheus",
    threshold: { value: 0.5, unit: "share of a group's servers that are down" },
    when: ({ servers, shareDown }, threshold) => `${shareDown} >= ${threshold} and ${servers} > 1`,
    for: "2m",
    summary: "Half of the Prometheus servers or more are down",
    description:
      "{{ $value | humanizePercentage }} of the servers that do the same work are down: one more failure and nobody watches.",
    fires: {
      series: pair("1x20", "1x2 0x20"),
      from: "7m",
      labels: nowhere,
      value: "50%",
    },
    quiet: {
      series: {
        ...pair("1x30", "1x30"),
        'up{instance="c:9090",host="c"}': "0x30",
        'up{instance="d:9090",host="d"}': "0x30",
        'up{instance="e:9090",host="e"}': "1x30",
        // A single one is another alert's; another job another's.
        'up{env="small",instance="d:9090"}': "0x30",
        'up{job="node",instance="a:9100"}': "0x30",
        'up{job="node",instance="b:9100"}': "0x30",
      },
      at: "20m",
    },
  },
  PrometheusHAGroupCrashlooping: {
    severity: "critical",
    scope: "workload",
    board: estateBoard,
    needs: "several prometheus",
    threshold: { value: 0.5, unit: "share of a group's servers that start again and again" },
    when: ({ servers, shareRestarting }, threshold) =>
      `${shareRestarting} >= ${threshold} and ${servers} > 1`,
    for: "5m",
    summary: "Half of the Prometheus servers or more start again and again",
    description:
      "{{ $value | humanizePercentage }} of the servers that do the same work started five times or more in half an hour.",
    fires: {
      series: { ...pair("1x60", "1x60"), ...pair("1+1x60", "1x60", started) },
      from: "10m",
      labels: nowhere,
      value: "50%",
    },
    quiet: {
      series: {
        ...pair("1x60", "1x60"),
        'up{instance="c:9090",host="c"}': "1x60",
        ...pair("1+1x60", "1x60", started),
        [`${started}{instance="c:9090",host="c"}`]: "1x60",
        // Four starts, in two of two.
        ...pair("1x60", "1x60", "up", ',env="calm"'),
        ...pair("1 2 3 4 5x60", "1 2 3 4 5x60", started, ',env="calm"'),
        // Alone.
        'up{env="small",instance="d:9090"}': "1x60",
        [`${started}{env="small",instance="d:9090"}`]: "1+1x60",
        // Another job.
        ...pair("1x60", "1x60", "up", ',job="node"'),
        ...pair("1+1x60", "1+1x60", started, ',job="node"'),
      },
      at: "30m",
    },
    resolves: {
      series: { ...pair("1x60", "1x60"), ...pair("99x60", "1x60", started) },
      at: "40m",
    },
  },
  PrometheusHAGroupNotIngestingSamples: {
    severity: "emergency",
    scope: "workload",
    board: estateBoard,
    needs: "several prometheus",
    when: ({ bestIngested, groupTargets, servers }) =>
      `${bestIngested} == 0 and ${groupTargets} > 0 and ${servers} > 1`,
    for: "5m",
    summary: "No Prometheus server stores anything",
    description:
      "All servers that do the same work have targets, and none has written a sample for ten minutes: nobody watches.",
    fires: {
      series: {
        ...pair("1x40", "1x40"),
        ...pair("0+100x5 500x30", "500x30", appended),
        ...pair("1x40", "1x40", "prometheus_target_scrape_pool_targets"),
      },
      from: "14m",
      labels: nowhere,
    },
    quiet: {
      series: {
        ...pair("1x40", "1x40"),
        ...pair("0x40", "0+100x40", appended),
        ...pair("1x40", "1x40", "prometheus_target_scrape_pool_targets"),
        ...pair("1x40", "1x40", "up", ',env="idle"'),
        ...pair("0x40", "0x40", appended, ',env="idle"'),
        ...pair("0x40", "0x40", "prometheus_target_scrape_pool_targets", ',env="idle"'),
        'up{env="small",instance="d:9090"}': "1x40",
        [`${appended}{env="small",instance="d:9090"}`]: "0x40",
        'prometheus_target_scrape_pool_targets{env="small",instance="d:9090"}': "9x40",
        'up{env="small",job="node",instance="a:9100"}': "1x40",
      },
      at: "20m",
    },
  },
});
