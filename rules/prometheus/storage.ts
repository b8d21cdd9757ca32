import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { prometheusOwner } from "./common.ts";

export const signals = defineSignals({
  reloadFailures: {
    unit: "count",
    about: "Times in 15 minutes that the blocks on disk could not be read in.",
    query: (q) => q.events("prometheus_tsdb_reloads_failures_total", "15m"),
  },
  compactionFailures: {
    unit: "count",
    about: "Compactions of an hour that failed.",
    query: (q) => q.events("prometheus_tsdb_compactions_failed_total", "1h"),
  },
  ingested: {
    unit: "opsPerSecond",
    about: "Samples written into the head.",
    query: (q) => `sum without (type) (${q.rate("prometheus_tsdb_head_samples_appended_total")})`,
  },
  targets: {
    unit: "count",
    about: "Targets that Prometheus has to scrape.",
    query: (q) => `sum without (scrape_job) (${q.gauge("prometheus_target_scrape_pool_targets")})`,
  },
  corruptions: {
    unit: "count",
    about: "Damage found in the write-ahead log since the start, most of it while starting.",
    query: (q) => q.counter("prometheus_tsdb_wal_corruptions_total"),
  },
  newCorruptions: {
    unit: "count",
    about: "Damage found in the write-ahead log within 15 minutes.",
    query: (q) => q.events("prometheus_tsdb_wal_corruptions_total", "15m"),
  },
  age: {
    unit: "seconds",
    about: "Time since Prometheus was started.",
    query: (q) => q.age("process_start_time_seconds"),
  },
  logWriteFailures: {
    unit: "count",
    about: "Writes to the write-ahead log that failed within 15 minutes.",
    query: (q) => q.events("prometheus_tsdb_wal_writes_failed_total", "15m"),
  },
  series: {
    unit: "count",
    about: "Series held in memory.",
    query: (q) => q.gauge("prometheus_tsdb_head_series"),
  },
  seriesAgainstYesterday: {
    unit: "ratio",
    about: "Series held in memory against the average of yesterday.",
    query: (q) => {
      const series = q.gauge("prometheus_tsdb_head_series");
      return `${series} / (avg_over_time(${series}[1d] offset 1d) > 5000)`;
    },
  },
  storageUsed: {
    unit: "ratio",
    about: "Share of the size samples may take on disk; the oldest go when it is full.",
    query: (q) => {
      const blocks = q.gauge("prometheus_tsdb_storage_blocks_bytes");
      const head = q.gauge("prometheus_tsdb_head_chunks_storage_size_bytes");
      const log = q.gauge("prometheus_tsdb_wal_storage_size_bytes");
      return `(${blocks} + ${head} + ${log}) / (${q.gauge("prometheus_tsdb_retention_limit_bytes")} > 0)`;
    },
  },
  history: {
    unit: "ratio",
    about: "How far back samples reach, as a share of the time they are to be kept.",
    query: (q) =>
      `${q.age("prometheus_tsdb_lowest_timestamp_seconds")} / (${q.gauge("prometheus_tsdb_retention_limit_seconds")} > 0)`,
  },
});

const appended = "prometheus_tsdb_head_samples_appended_total";
const corruptions = "prometheus_tsdb_wal_corruptions_total";

/** Gigabytes of blocks of ten allowed, and days that they reach back of fifteen wanted. */
const stored = (gigabytes: number, days: number, labels = "") => ({
  [`prometheus_tsdb_storage_blocks_bytes${labels}`]: `${gigabytes - 0.5}e9x100`,
  [`prometheus_tsdb_head_chunks_storage_size_bytes${labels}`]: "0.2e9x100",
  [`prometheus_tsdb_wal_storage_size_bytes${labels}`]: "0.3e9x100",
  [`prometheus_tsdb_retention_limit_bytes${labels}`]: "10e9x100",
  [`prometheus_tsdb_retention_limit_seconds${labels}`]: `${15 * 86_400}x100`,
  [`prometheus_tsdb_lowest_timestamp_seconds${labels}`]: `-${days * 86_400}x100`,
});

export const group = defineAlerts(prometheusOwner("storage"), signals, {
  PrometheusTSDBReloadsFailing: {
    severity: "warning",
    when: ({ reloadFailures }) => `${reloadFailures} > 0`,
    for: "30m",
    summary: "Prometheus on {{ $labels.host }} cannot read its blocks",
    description:
      "For half an hour blocks on disk could not be read in: older samples may be missing from graphs, and old blocks are not deleted.",
    fires: { series: { prometheus_tsdb_reloads_failures_total: "0+1x60" }, from: "31m" },
    quiet: { series: { prometheus_tsdb_reloads_failures_total: "0x3 2x80" }, at: "60m" },
  },
  PrometheusTSDBCompactionsFailing: {
    severity: "warning",
    when: ({ compactionFailures }) => `${compactionFailures} > 0`,
    for: "2h",
    summary: "Prometheus on {{ $labels.host }} cannot compact its samples",
    description:
      "Compactions have failed for two hours: memory and the write-ahead log grow until one of them is full.",
    step: "5m",
    fires: { series: { prometheus_tsdb_compactions_failed_total: "0+1x60" }, from: "2h5m" },
    quiet: { series: { prometheus_tsdb_compactions_failed_total: "0x3 2x80" }, at: "4h10m" },
  },
  PrometheusNotIngestingSamples: {
    severity: "critical",
    when: ({ ingested, targets }) => `${ingested} == 0 and ${targets} > 0`,
    for: "5m",
    summary: "Prometheus on {{ $labels.host }} stores nothing",
    description:
      "It has targets and has not written a sample for ten minutes: every graph stands still and no alert on it can fire.",
    fires: {
      series: {
        [`${appended}{type="float"}`]: "0+100x5 500x30",
        [`${appended}{type="histogram"}`]: "0x40",
        'prometheus_target_scrape_pool_targets{scrape_job="node"}': "1x40",
      },
      from: "14m",
    },
    quiet: {
      series: {
        [`${appended}{type="float"}`]: "0+100x40",
        [`${appended}{type="histogram"}`]: "0x40",
        'prometheus_target_scrape_pool_targets{scrape_job="node"}': "1x40",
        [`${appended}{type="float",instance="idle"}`]: "9x40",
        'prometheus_target_scrape_pool_targets{scrape_job="node",instance="idle"}': "0x40",
      },
      at: "20m",
    },
  },
  PrometheusWalCorruptions: {
    severity: "warning",
    threshold: { value: 900, unit: "seconds since the start in which damage is told" },
    // Damage is mostly found while starting, before the first scrape could see the counter at zero.
    when: ({ age, corruptions: all, newCorruptions }, threshold) =>
      `${newCorruptions} > 0 or ${all} > 0 and ${age} < ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Samples on {{ $labels.host }} were damaged on disk",
    description:
      "Prometheus found its write-ahead log damaged and cut it off there: samples of up to the last three hours are lost.",
    fires: {
      // Started at minute 20, found while that.
      series: { [corruptions]: "_x20 1x40", process_start_time_seconds: "_x20 405x40" },
      from: "20m",
    },
    quiet: {
      series: {
        [corruptions]: "1x60",
        process_start_time_seconds: "-910x60",
        [`${corruptions}{instance="sound"}`]: "0x60",
        'process_start_time_seconds{instance="sound"}': "600x60",
      },
      at: "1m",
    },
    resolves: {
      series: { [corruptions]: "1x60", process_start_time_seconds: "405x60" },
      at: "20m",
    },
  },
  PrometheusWalWritesFailing: {
    severity: "critical",
    when: ({ logWriteFailures }) => `${logWriteFailures} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Prometheus on {{ $labels.host }} cannot write to disk",
    description:
      "Writes to the write-ahead log failed: samples live in memory only, and a restart loses them.",
    fires: { series: { prometheus_tsdb_wal_writes_failed_total: "0x20 1x20" }, from: "21m" },
    quiet: { series: { prometheus_tsdb_wal_writes_failed_total: "3x40" }, at: "30m" },
  },
  PrometheusHeadSeriesHigh: {
    severity: "warning",
    threshold: { value: 1_000_000, unit: "series in memory" },
    when: ({ series }, threshold) => `${series} > ${threshold}`,
    for: "15m",
    summary: "Prometheus on {{ $labels.host }} holds very many series",
    description:
      "{{ $value | humanize }} series are in memory, at about four kilobytes each; with more of them it will be killed for its memory.",
    fires: {
      series: { prometheus_tsdb_head_series: "900000x3 1150000x40" },
      from: "19m",
      value: "1.15M",
    },
    quiet: { series: { prometheus_tsdb_head_series: "850000x40" }, at: "30m" },
  },
  PrometheusCardinalityGrowth: {
    severity: "warning",
    threshold: { value: 1.5, unit: "series in memory against the average of yesterday" },
    when: ({ seriesAgainstYesterday }, threshold) => `${seriesAgainstYesterday} > ${threshold}`,
    for: "1h",
    summary: "Prometheus on {{ $labels.host }} has many more series than yesterday",
    description:
      '{{ $value | printf "%.1f" }} times the series of yesterday are in memory: somebody added targets or a label that takes ever new values.',
    step: "30m",
    fires: {
      series: { prometheus_tsdb_head_series: "10000x96 16000x20" },
      from: "49h30m",
      value: "1.6",
    },
    quiet: {
      series: {
        prometheus_tsdb_head_series: "10000x96 14000x20",
        // Small ones may double.
        'prometheus_tsdb_head_series{instance="small"}': "4500x96 9000x20",
      },
      at: "54h",
    },
    resolves: { series: { prometheus_tsdb_head_series: "10000x10" }, at: "2h" },
  },
  PrometheusStorageNearRetention: {
    severity: "warning",
    threshold: { value: 0.85, unit: "share of the size samples may take" },
    when: ({ history, storageUsed }, threshold) =>
      `${storageUsed} > ${threshold} and ${history} < 0.8`,
    for: "1h",
    summary: "Samples on {{ $labels.host }} will not be kept as long as promised",
    description:
      "{{ $value | humanizePercentage }} of the size limit is used, and samples do not reach back as far as they are to be kept: the oldest go early.",
    fires: { series: stored(9.5, 10.8), from: "1h", value: "95%" },
    quiet: {
      series: { ...stored(7.4, 10.8), ...stored(9.6, 12.6, '{instance="old"}') },
      at: "1h20m",
    },
  },
});
