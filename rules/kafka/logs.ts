import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { broker } from "./common.ts";

export const signals = defineSignals({
  offlineDirs: {
    unit: "count",
    about: "Log directories the broker has given up.",
    query: (q) => q.gauge("kafka_log_logmanager_offlinelogdirectorycount"),
  },
  deadCleaners: {
    unit: "count",
    about: "Threads of the log cleaner that have died.",
    query: (q) => q.gauge("kafka_log_logcleaner_deadthreadcount"),
  },
  flushTime: {
    unit: "seconds",
    about: "Time to force a log to disk, of the slowest hundredth.",
    query: (q) =>
      `max without (quantile) (${q.gauge("kafka_log_logflushstats_logflushrateandtimems", { quantile: "0.99" })}) / 1000`,
  },
  flushes: {
    unit: "opsPerSecond",
    about: "Logs that are forced to disk per second; without one, what the last took stands.",
    query: (q) => q.rate("kafka_log_logflushstats_logflushrateandtimems_count_total"),
  },
});

const flush = "kafka_log_logflushstats_logflushrateandtimems";

export const group = defineAlerts({ ...broker, name: "kafka-logs", scope: "target" }, signals, {
  KafkaLogDirOffline: {
    severity: "critical",
    when: ({ offlineDirs }) => `${offlineDirs} > 0`,
    for: "1m",
    summary: "Kafka on {{ $labels.host }} has lost a disk",
    description:
      '{{ $value | printf "%.0f" }} log directories failed and were given up: all replicas in them are gone from this broker.',
    fires: {
      series: { kafka_log_logmanager_offlinelogdirectorycount: "0 1x10" },
      from: "2m",
      value: "1",
    },
    quiet: { series: { kafka_log_logmanager_offlinelogdirectorycount: "0x20" }, at: "8m" },
  },
  KafkaLogCleanerDead: {
    severity: "warning",
    when: ({ deadCleaners }) => `${deadCleaners} > 0`,
    for: "5m",
    summary: "The log cleaner of Kafka on {{ $labels.host }} has died",
    description:
      '{{ $value | printf "%.0f" }} of its threads are dead: compacted topics, consumer offsets among them, grow until the disk is full.',
    fires: {
      series: { kafka_log_logcleaner_deadthreadcount: "0 1x10" },
      from: "6m",
      value: "1",
    },
    quiet: { series: { kafka_log_logcleaner_deadthreadcount: "0x20" }, at: "10m" },
  },
  KafkaLogFlushSlow: {
    severity: "warning",
    threshold: { value: 1, unit: "seconds of the slowest hundredth of flushes" },
    when: ({ flushes, flushTime }, threshold) => `${flushTime} > ${threshold} and ${flushes} > 0`,
    for: "15m",
    summary: "Kafka on {{ $labels.host }} waits for its disk",
    description:
      "One of a hundred flushes of a log has taken {{ $value | humanizeDuration }} or longer for 15 minutes.",
    fires: {
      series: { [`${flush}{quantile="0.99"}`]: "1200x20", [`${flush}_count_total`]: "0+60x20" },
      from: "16m",
      value: "1.2s",
    },
    quiet: {
      series: {
        [`${flush}{quantile="0.99"}`]: "850x20",
        [`${flush}{quantile="0.999"}`]: "4000x20",
        [`${flush}_count_total`]: "0+60x20",
        [`${flush}{instance="idle:7071",quantile="0.99"}`]: "4000x20",
        [`${flush}_count_total{instance="idle:7071"}`]: "60x20",
      },
      at: "18m",
    },
  },
});
