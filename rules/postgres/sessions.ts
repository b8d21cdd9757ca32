import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { passing, postgres, session } from "./common.ts";

export const signals = defineSignals({
  idleInTransaction: {
    unit: "seconds",
    about: "Age of the oldest transaction whose session does nothing, by who opened it.",
    query: (q) =>
      `max without (${passing}) (${q.gauge("pg_stat_activity_max_tx_duration", { state: /idle in transaction.*/ })})`,
  },
  longestQuery: {
    unit: "seconds",
    about: "Age of the oldest transaction at work, by who opened it; dumps may take their time.",
    query: (q) =>
      `max without (${passing}) (${q.gauge("pg_stat_activity_max_tx_duration", {
        state: "active",
        backend_type: "client backend",
        application_name: { not: /pg_dump(?:all)?|pg_restore|vacuumdb|reindexdb/ },
      })})`,
  },
  diskWaiters: {
    unit: "count",
    about: "Sessions that wait for the disk.",
    query: (q) =>
      `sum without (${session}) (${q.gauge("pg_stat_activity_count", { wait_event_type: "IO" })})`,
  },
  commits: {
    unit: "opsPerSecond",
    about: "Transactions committed, by database.",
    query: (q) => q.rate("pg_stat_database_xact_commit"),
  },
  rollbacks: {
    unit: "opsPerSecond",
    about: "Transactions rolled back, by database.",
    query: (q) => q.rate("pg_stat_database_xact_rollback"),
  },
  blocksHit: {
    unit: "opsPerSecond",
    about: "Blocks found in shared buffers, by database.",
    query: (q) => q.rate("pg_stat_database_blks_hit"),
  },
  blocksRead: {
    unit: "opsPerSecond",
    about: "Blocks asked of the operating system, by database.",
    query: (q) => q.rate("pg_stat_database_blks_read"),
  },
  readTime: {
    unit: "milliseconds",
    about: "Time spent on reading blocks, per second.",
    query: (q) => q.rate("pg_stat_database_blk_read_time"),
  },
  tempBytes: {
    unit: "bytesPerSecond",
    about: "Bytes of sorts and joins that did not fit in memory, by database.",
    query: (q) => q.rate("pg_stat_database_temp_bytes"),
  },
  statementTime: {
    unit: "seconds",
    about: "Time spent on statements per second, by database.",
    query: (q) => `sum without (user, queryid) (${q.rate("pg_stat_statements_seconds_total")})`,
  },
  statements: {
    unit: "opsPerSecond",
    about: "Statements ended, by database.",
    query: (q) => `sum without (user, queryid) (${q.rate("pg_stat_statements_calls_total")})`,
  },
});

const shop = 'datid="16384",datname="shop"';
const report =
  'server="db-1:5432",datname="shop",usename="bi",application_name="report",backend_type="client backend"';
const who = { datname: "shop", usename: "bi", application_name: "report" };
const database = { datid: "16384", datname: "shop" };
/** 10 transactions a second, a share of them rolled back. */
const rolledBack = (perMinute: number): Record<string, string> => ({
  [`pg_stat_database_xact_commit{${shop}}`]: `0+${600 - perMinute}x40`,
  [`pg_stat_database_xact_rollback{${shop}}`]: `0+${perMinute}x40`,
});
/** 1000 blocks a second, a share of them from the buffers. */
const hits = (perMinute: number, length: number): Record<string, string> => ({
  [`pg_stat_database_blks_hit{${shop}}`]: `0+${perMinute}x${length}`,
  [`pg_stat_database_blks_read{${shop}}`]: `0+${60000 - perMinute}x${length}`,
});
const statement = 'user="shop",datname="shop",queryid="1"';
export const group = defineAlerts({ ...postgres, name: "postgres-sessions" }, signals, {
  PostgresIdleInTransaction: {
    severity: "warning",
    threshold: { value: 600, unit: "seconds a transaction may lie idle" },
    when: ({ idleInTransaction }, threshold) => `${idleInTransaction} > ${threshold}`,
    for: "5m",
    summary: "A transaction lies idle in {{ $labels.datname }} on {{ $labels.host }}",
    description:
      "{{ $labels.usename }} ({{ $labels.application_name }}) opened a transaction {{ $value | humanizeDuration }} ago and does nothing in it; its locks and old rows stay.",
    fires: {
      series: {
        [`pg_stat_activity_max_tx_duration{${report},state="idle in transaction"}`]: "690x10",
      },
      from: "5m",
      labels: who,
      value: "11m 30s",
    },
    quiet: {
      series: {
        [`pg_stat_activity_max_tx_duration{${report},state="idle in transaction"}`]: "520x10",
        [`pg_stat_activity_max_tx_duration{${report},state="active"}`]: "9000x10",
      },
      at: "9m",
    },
  },
  PostgresLongTransaction: {
    severity: "warning",
    threshold: { value: 3600, unit: "seconds a transaction may work" },
    when: ({ longestQuery }, threshold) => `${longestQuery} > ${threshold}`,
    for: "5m",
    summary: "A transaction in {{ $labels.datname }} on {{ $labels.host }} works too long",
    description:
      "{{ $labels.usename }} ({{ $labels.application_name }}) has been at one transaction for {{ $value | humanizeDuration }}; vacuum cannot remove rows that died since.",
    fires: {
      series: { [`pg_stat_activity_max_tx_duration{${report},state="active"}`]: "4200x10" },
      from: "5m",
      labels: who,
      value: "1h 10m 0s",
    },
    quiet: {
      series: {
        [`pg_stat_activity_max_tx_duration{${report},state="active"}`]: "3100x10",
        [`pg_stat_activity_max_tx_duration{${report},state="idle in transaction"}`]: "9000x10",
        'pg_stat_activity_max_tx_duration{datname="shop",backend_type="autovacuum worker",state="active"}':
          "9000x10",
        'pg_stat_activity_max_tx_duration{datname="shop",application_name="pg_dump",backend_type="client backend",state="active"}':
          "9000x10",
      },
      at: "9m",
    },
  },
  PostgresDiskWaits: {
    severity: "warning",
    threshold: { value: 20, unit: "sessions that wait for the disk" },
    when: ({ diskWaiters }, threshold) => `${diskWaiters} > ${threshold}`,
    for: "15m",
    summary: "Sessions of PostgreSQL on {{ $labels.host }} wait for the disk",
    description:
      '{{ $value | printf "%.0f" }} sessions at a time have waited for reads or writes for 15 minutes; the disk is the bottleneck.',
    fires: {
      series: {
        'pg_stat_activity_count{datname="shop",state="active",wait_event_type="IO",wait_event="DataFileRead"}':
          "23x20",
      },
      from: "15m",
      value: "23",
    },
    quiet: {
      series: {
        'pg_stat_activity_count{datname="shop",state="active",wait_event_type="IO",wait_event="DataFileRead"}':
          "17x20",
        'pg_stat_activity_count{datname="shop",state="active",wait_event_type="Lock",wait_event="tuple"}':
          "60x20",
      },
      at: "19m",
    },
  },
  PostgresRollbackRatioHigh: {
    severity: "warning",
    threshold: { value: 0.1, unit: "share of transactions rolled back" },
    when: ({ commits, rollbacks }, threshold) =>
      `${rollbacks} / (${commits} + ${rollbacks} > 1) > ${threshold}`,
    for: "15m",
    summary: "Many transactions in {{ $labels.datname }} on {{ $labels.host }} roll back",
    description:
      "{{ $value | humanizePercentage }} of transactions have been rolled back for 15 minutes; users probably see errors.",
    fires: { series: rolledBack(69), from: "16m", labels: database, value: "11.5%" },
    quiet: {
      series: {
        ...rolledBack(51),
        'pg_stat_database_xact_commit{datid="5",datname="small"}': "0+10x40",
        'pg_stat_database_xact_rollback{datid="5",datname="small"}': "0+10x40",
      },
      at: "22m",
    },
  },
  PostgresCacheHitLow: {
    severity: "warning",
    threshold: { value: 0.9, unit: "share of blocks found in shared buffers" },
    when: ({ blocksHit, blocksRead }, threshold) =>
      `${blocksHit} / (${blocksHit} + ${blocksRead} > 100) < ${threshold}`,
    for: "30m",
    summary: "{{ $labels.datname }} on {{ $labels.host }} does not fit its buffers",
    description:
      "Only {{ $value | humanizePercentage }} of blocks were found in shared buffers for half an hour; the rest is read again.",
    fires: { series: hits(48000, 40), from: "31m", labels: database, value: "80%" },
    quiet: {
      series: {
        ...hits(57000, 60),
        'pg_stat_database_blks_hit{datid="5",datname="small"}': "0+10x60",
        'pg_stat_database_blks_read{datid="5",datname="small"}': "0+10x60",
      },
      at: "40m",
    },
  },
  PostgresReadsSlow: {
    severity: "warning",
    threshold: { value: 20, unit: "milliseconds to read a block" },
    when: ({ blocksRead, readTime }, threshold) =>
      `${readTime} / (${blocksRead} > 10) > ${threshold}`,
    for: "15m",
    summary: "Reads of {{ $labels.datname }} on {{ $labels.host }} are slow",
    description:
      'A block has taken {{ $value | printf "%.0f" }} ms to read for 15 minutes; a good disk takes one.',
    fires: {
      series: {
        [`pg_stat_database_blk_read_time{${shop}}`]: "0+138000x40",
        [`pg_stat_database_blks_read{${shop}}`]: "0+6000x40",
      },
      from: "16m",
      labels: database,
      value: "23",
    },
    quiet: {
      series: {
        [`pg_stat_database_blk_read_time{${shop}}`]: "0+102000x40",
        [`pg_stat_database_blks_read{${shop}}`]: "0+6000x40",
        'pg_stat_database_blk_read_time{datid="5",datname="small"}': "0+1380x40",
        'pg_stat_database_blks_read{datid="5",datname="small"}': "0+6x40",
      },
      at: "22m",
    },
  },
  PostgresTempFilesHigh: {
    severity: "warning",
    threshold: { value: 50e6, unit: "bytes of temporary files per second" },
    when: ({ tempBytes }, threshold) => `${tempBytes} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.datname }} on {{ $labels.host }} sorts on disk",
    description:
      "{{ $value | humanize1024 }}B a second have gone to temporary files for 15 minutes: sorts and joins do not fit work_mem.",
    fires: {
      series: { [`pg_stat_database_temp_bytes{${shop}}`]: "0+3522822144x40" },
      from: "20m",
      labels: database,
      value: "55.99Mi",
    },
    quiet: {
      series: { [`pg_stat_database_temp_bytes{${shop}}`]: "0+2600000000x40" },
      at: "25m",
    },
  },
  PostgresStatementsSlow: {
    severity: "warning",
    needs: "statement statistics",
    threshold: { value: 0.5, unit: "seconds a statement takes on average" },
    when: ({ statements, statementTime }, threshold) =>
      `${statementTime} / (${statements} > 1) > ${threshold}`,
    for: "15m",
    summary: "Statements in {{ $labels.datname }} on {{ $labels.host }} are slow",
    description:
      "A statement has taken {{ $value | humanizeDuration }} on average for 15 minutes; users wait.",
    fires: {
      series: {
        [`pg_stat_statements_seconds_total{${statement}}`]: "0+345x40",
        [`pg_stat_statements_calls_total{${statement}}`]: "0+600x40",
      },
      from: "16m",
      labels: { datname: "shop" },
      value: "575ms",
    },
    quiet: {
      series: {
        [`pg_stat_statements_seconds_total{${statement}}`]: "0+255x40",
        [`pg_stat_statements_calls_total{${statement}}`]: "0+600x40",
        'pg_stat_statements_seconds_total{user="bi",datname="small",queryid="2"}': "0+60x40",
        'pg_stat_statements_calls_total{user="bi",datname="small",queryid="2"}': "0+6x40",
      },
      at: "22m",
    },
  },
});
