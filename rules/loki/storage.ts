/** The way of lines to the object store, and what tidies up there. */
import { defineAlerts } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { defineSignals } from "../lib/signal.ts";
import { loki } from "./common.ts";

const compactorRunning = "loki_boltdb_shipper_compactor_running";
const compacted =
  "loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds";

export const signals = defineSignals({
  flushFailures: {
    unit: "count",
    about: "Chunks of ten minutes that could not be written to the object store.",
    query: (q) => q.events("loki_ingester_chunks_flush_failures_total", "10m"),
  },
  walDiskFull: {
    unit: "count",
    about: "Writes to the log ahead within ten minutes for which the disk had no room.",
    query: (q) => q.events("loki_ingester_wal_disk_full_failures_total", "10m"),
  },
  walCorruptions: {
    unit: "count",
    about: "Corruptions of the log ahead that this process found within 15 minutes.",
    query: (q) => q.events("loki_ingester_wal_corruptions_total", "15m"),
  },
  compactors: {
    unit: "count",
    about: "Compactors that run.",
    // One that is scraped twice, as by two services of Kubernetes, is one.
    query: (q) =>
      `sum by (cluster, env, job) (max by (cluster, env, job, instance) (${q.gauge(compactorRunning)}))`,
  },
  compactionAge: {
    unit: "seconds",
    about:
      "Time since the index was last compacted to the end; where it never was, since the start.",
    query: (q) => {
      const never = `${q.timestamp(compacted)} == 0 and ${q.gauge(compactorRunning)} == 1`;
      const started = q.age("process_start_time_seconds", { job: "loki" });
      return `min by (cluster, env, job) (${q.age(compacted)} or ${started} and ${never})`;
    },
  },
});

const cluster = { instance: "", host: "" };
const running = (instance: string): string =>
  `${compactorRunning}{instance="${instance}:3100",host="${instance}"}`;

export const group = defineAlerts({ ...loki, name: "loki-storage" }, signals, {
  LokiFlushFailures: {
    severity: "critical",
    threshold: { value: 5, unit: "failed writes of chunks in ten minutes" },
    when: ({ flushFailures }, threshold) => `${flushFailures} > ${threshold}`,
    for: "12m",
    summary: "Loki on {{ $labels.host }} cannot store its chunks",
    description:
      '{{ $value | printf "%.0f" }} writes to the object store failed in ten minutes; what is not stored stays in memory until it is full.',
    fires: {
      series: { loki_ingester_chunks_flush_failures_total: "0x9 0+0.6x60" },
      from: "31m",
      value: "6",
    },
    quiet: { series: { loki_ingester_chunks_flush_failures_total: "0+0.44x60" }, at: "40m" },
  },
  LokiWalDiskFull: {
    severity: "critical",
    when: ({ walDiskFull }) => `${walDiskFull} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "The disk of Loki's log ahead on {{ $labels.host }} is full",
    description:
      '{{ $value | printf "%.0f" }} writes found no room in ten minutes: Loki takes lines on, and would lose them in a crash.',
    fires: {
      series: { loki_ingester_wal_disk_full_failures_total: "0x12 1x20" },
      from: "13m",
      value: "1",
    },
    quiet: { series: { loki_ingester_wal_disk_full_failures_total: "3x40" }, at: "30m" },
  },
  LokiWalCorrupted: {
    severity: "warning",
    when: ({ walCorruptions }) => `${walCorruptions} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Loki on {{ $labels.host }} found its log ahead damaged",
    description:
      "The {{ $labels.type }} could not be read to its end when {{ $labels.instance }} started: lines that were not stored yet may be lost.",
    fires: {
      series: { 'loki_ingester_wal_corruptions_total{type="segment"}': "_x30 1x10" },
      from: "30m",
      labels: { type: "segment" },
    },
    quiet: {
      series: { 'loki_ingester_wal_corruptions_total{type="segment"}': "1x120" },
      at: "80m",
    },
    resolves: {
      series: { 'loki_ingester_wal_corruptions_total{type="segment"}': "1x60" },
      at: "30m",
    },
  },
  LokiCompactorMissing: {
    severity: "warning",
    board: estateBoard,
    when: ({ compactors }) => `${compactors} == 0`,
    for: "30m",
    summary: "No compactor of Loki runs",
    description:
      "For half an hour no instance has compacted the index: queries get slower and nothing that ran out is deleted.",
    fires: {
      series: { [running("a")]: "1x2 0x50", [running("b")]: "0x52" },
      from: "33m",
      labels: cluster,
    },
    quiet: { series: { [running("a")]: "1x50", [running("b")]: "0x50" }, at: "45m" },
  },
  LokiCompactorsSeveral: {
    severity: "critical",
    board: estateBoard,
    when: ({ compactors }) => `${compactors} > 1`,
    for: "5m",
    summary: "Several compactors of Loki work on one index",
    description:
      '{{ $value | printf "%.0f" }} compactors run at the same time: they overwrite each other and can lose parts of the index.',
    fires: {
      series: { [running("a")]: "1x20", [running("b")]: "0x2 1x20" },
      from: "8m",
      labels: cluster,
      value: "2",
    },
    quiet: { series: { [running("a")]: "1x20", [running("b")]: "0x20" }, at: "15m" },
  },
  LokiCompactionStale: {
    severity: "warning",
    board: estateBoard,
    threshold: { value: 10_800, unit: "seconds since the index was compacted" },
    when: ({ compactionAge }, threshold) => `${compactionAge} > ${threshold}`,
    for: "30m",
    summary: "Loki has not compacted its index for long",
    description:
      "The last compaction that came to its end was {{ $value | humanizeDuration }} ago; it should be minutes.",
    step: "5m",
    fires: {
      series: { [compacted]: "60x60" },
      from: "215m",
      labels: cluster,
      value: "3h 34m 0s",
    },
    quiet: {
      series: {
        [compacted]: "3600x60",
        // It runs, and did not finish a first time yet.
        [`${compacted}{env="new"}`]: "0x60",
        [`${compactorRunning}{env="new"}`]: "1x60",
        'process_start_time_seconds{env="new"}': "3600x60",
        // It waits for its turn.
        [`${compacted}{env="spare"}`]: "0x60",
        [`${compactorRunning}{env="spare"}`]: "0x60",
        'process_start_time_seconds{env="spare"}': "60x60",
      },
      at: "225m",
    },
  },
});
