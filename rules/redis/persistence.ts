import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { isCache, ofTarget, redis } from "./common.ts";

export const signals = defineSignals({
  snapshotWorks: {
    unit: "bool",
    about: "1 while the last background snapshot worked.",
    query: (q) => q.gauge("redis_rdb_last_bgsave_status"),
  },
  appendWorks: {
    unit: "bool",
    about: "1 while the last write to the append-only file worked.",
    query: (q) => q.gauge("redis_aof_last_write_status"),
  },
  rewriteWorks: {
    unit: "bool",
    about: "1 while the last rewrite of the append-only file worked.",
    query: (q) => q.gauge("redis_aof_last_bgrewrite_status"),
  },
  appends: {
    unit: "bool",
    about: "1 where an append-only file is kept.",
    query: (q) => q.gauge("redis_aof_enabled"),
  },
  cache: {
    unit: "bool",
    about: "1 for each server that may drop any key to make room.",
    query: isCache,
  },
  sinceSnapshot: {
    unit: "seconds",
    about: "Time since the last snapshot was written.",
    query: (q) => q.age("redis_rdb_last_save_timestamp_seconds"),
  },
  unsaved: {
    unit: "count",
    about: "Changes since the last snapshot.",
    query: (q) => q.gauge("redis_rdb_changes_since_last_save"),
  },
  delayedSyncs: {
    unit: "count",
    about: "Times in ten minutes that a write waited for the disk.",
    query: (q) => q.increase("redis_aof_delayed_fsync", "10m"),
  },
  fork: {
    unit: "seconds",
    about: "How long the last fork for a snapshot stopped everything.",
    query: (q) => q.gauge("redis_latest_fork_seconds"),
  },
  loading: {
    unit: "bool",
    about: "1 while a dump is being loaded and nothing is answered.",
    query: (q) => q.gauge("redis_loading_dump_file"),
  },
});

export const group = defineAlerts({ ...redis, name: "redis-persistence" }, signals, {
  RedisRdbSaveFailed: {
    severity: "critical",
    when: ({ snapshotWorks }) => `${snapshotWorks} == 0`,
    for: "5m",
    summary: "Redis on {{ $labels.host }} cannot save its data",
    description:
      "The last background snapshot failed: a restart would lose what came since, and with default settings writes are refused.",
    fires: { series: { redis_rdb_last_bgsave_status: "0x20" }, from: "5m" },
    quiet: { series: { redis_rdb_last_bgsave_status: "1x20" }, at: "10m" },
  },
  RedisAofWriteFailed: {
    severity: "critical",
    when: ({ appendWorks }) => `${appendWorks} == 0`,
    for: "2m",
    summary: "Redis on {{ $labels.host }} cannot write its append-only file",
    description:
      "The last write to the append-only file failed, most often for a full disk: acknowledged changes are not on it.",
    fires: { series: { redis_aof_last_write_status: "0x20" }, from: "2m" },
    quiet: { series: { redis_aof_last_write_status: "1x20" }, at: "10m" },
  },
  RedisAofRewriteFailed: {
    severity: "warning",
    when: ({ appends, rewriteWorks }) => `${rewriteWorks} == 0 and ${appends} == 1`,
    for: "10m",
    summary: "Redis on {{ $labels.host }} cannot shorten its append-only file",
    description:
      "The last rewrite failed: the file grows without end, and the next start takes longer and longer.",
    fires: {
      series: { redis_aof_last_bgrewrite_status: "0x20", redis_aof_enabled: "1x20" },
      from: "10m",
    },
    quiet: {
      series: {
        redis_aof_last_bgrewrite_status: "1x20",
        redis_aof_enabled: "1x20",
        'redis_aof_last_bgrewrite_status{instance="b:9121"}': "0x20",
        'redis_aof_enabled{instance="b:9121"}': "0x20",
      },
      at: "15m",
    },
  },
  RedisBackupStale: {
    severity: "warning",
    threshold: { value: 86_400, unit: "seconds without a snapshot" },
    // What a cache holds is elsewhere, too, and an append-only file holds all there is.
    when: ({ appends, cache, sinceSnapshot, unsaved }, threshold) =>
      `${sinceSnapshot} > ${threshold} and ${unsaved} > 0 unless ${appends} == 1 unless on (${ofTarget}) ${cache}`,
    for: "30m",
    summary: "Redis on {{ $labels.host }} has not saved for a day",
    description:
      "The last snapshot is {{ $value | humanizeDuration }} old and there are changes since: that much a restart would lose, for there is no append-only file.",
    step: "30m",
    fires: {
      series: {
        redis_rdb_last_save_timestamp_seconds: "1x60",
        redis_rdb_changes_since_last_save: "5x60",
      },
      from: "25h",
      value: "1d 0h 59m 59s",
    },
    quiet: {
      series: {
        redis_rdb_last_save_timestamp_seconds: "1x40",
        redis_rdb_changes_since_last_save: "5x40",
        'redis_rdb_last_save_timestamp_seconds{instance="idle:9121"}': "1x60",
        'redis_rdb_changes_since_last_save{instance="idle:9121"}': "0x60",
        'redis_rdb_last_save_timestamp_seconds{instance="b:9121"}': "1x60",
        'redis_rdb_changes_since_last_save{instance="b:9121"}': "5x60",
        'redis_aof_enabled{instance="b:9121"}': "1x60",
      },
      at: "20h",
    },
  },
  RedisAofSyncDelayed: {
    severity: "warning",
    threshold: { value: 10, unit: "delayed writes in ten minutes" },
    when: ({ delayedSyncs }, threshold) => `${delayedSyncs} > ${threshold}`,
    for: "10m",
    summary: "The disk of {{ $labels.host }} is too slow for Redis",
    description:
      "{{ $value | humanize }} writes waited for the disk within ten minutes; each held up every client.",
    fires: { series: { redis_aof_delayed_fsync: "0+1.2x40" }, from: "19m", value: "12" },
    quiet: { series: { redis_aof_delayed_fsync: "0+0.9x40" }, at: "30m" },
  },
  RedisForkSlow: {
    severity: "warning",
    threshold: { value: 1, unit: "seconds without answers" },
    when: ({ fork }, threshold) => `${fork} > ${threshold}`,
    for: "10m",
    summary: "Saving stops Redis on {{ $labels.host }} for long",
    description:
      "The last snapshot stopped every client for {{ $value | humanizeDuration }} while the process was copied.",
    fires: { series: { redis_latest_fork_seconds: "1.2x20" }, from: "10m", value: "1.2s" },
    quiet: { series: { redis_latest_fork_seconds: "0.85x20" }, at: "15m" },
  },
  RedisLoading: {
    severity: "critical",
    when: ({ loading }) => `${loading} == 1`,
    for: "10m",
    summary: "Redis on {{ $labels.host }} is still loading its data",
    description:
      "It has been reading its dump for 10 minutes and answers nothing but LOADING meanwhile.",
    fires: { series: { redis_loading_dump_file: "1x20" }, from: "10m" },
    quiet: { series: { redis_loading_dump_file: "1x5 0x15" }, at: "12m" },
  },
});
