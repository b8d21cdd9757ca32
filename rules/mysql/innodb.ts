import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { mysql } from "./common.ts";
import { alwaysANumber } from "../lib/nature.ts";

const metrics = "mysql_info_schema_innodb_metrics_";

export const signals = defineSignals({
  logWaits: {
    unit: "opsPerSecond",
    about: "Waits because the log buffer was full.",
    query: (q) => q.rate("mysql_global_status_innodb_log_waits"),
  },
  lockWaits: {
    unit: "opsPerSecond",
    about: "Times a statement had to wait for a row.",
    query: (q) => q.rate("mysql_global_status_innodb_row_lock_waits"),
  },
  lockWaiters: {
    unit: "count",
    about: "Sessions that wait for a row at this moment.",
    query: (q) => q.gauge("mysql_global_status_innodb_row_lock_current_waits"),
  },
  deadlocks: {
    unit: "count",
    about: "Deadlocks in ten minutes, each ended by an error for one session.",
    // MariaDB counts them in its status, MySQL in INNODB_METRICS.
    query: (q) =>
      `(${q.increase("mysql_global_status_innodb_deadlocks", "10m")} or ${q.increase(`${metrics}lock_lock_deadlocks_total`, "10m")})`,
  },
  poolRequests: {
    unit: "opsPerSecond",
    about: "Pages asked of the buffer pool.",
    query: (q) => q.rate("mysql_global_status_innodb_buffer_pool_read_requests"),
  },
  poolReads: {
    unit: "opsPerSecond",
    about: "Pages that were not there and were read from disk.",
    query: (q) => q.rate("mysql_global_status_innodb_buffer_pool_reads"),
  },
  waitsForFree: {
    unit: "opsPerSecond",
    about: "Waits for a page to be written out because none was free.",
    query: (q) => q.rate("mysql_global_status_innodb_buffer_pool_wait_free"),
  },
  dirtyShare: {
    unit: "ratio",
    about: "Share of the pages with data that are not on disk yet.",
    query: (q) =>
      `${q.gauge("mysql_global_status_buffer_pool_dirty_pages")} / ignoring (state) (${q.gauge("mysql_global_status_buffer_pool_pages", { state: "data" })} > 0)`,
  },
  history: {
    unit: "count",
    about: "Old versions of rows that purge has not removed.",
    query: (q) =>
      `(${q.gauge("mysql_global_status_innodb_history_list_length")} or ${q.gauge(`${metrics}transaction_trx_rseg_history_len`)})`,
  },
  checkpointAge: {
    unit: "ratio",
    about: "Share of the redo log that would be needed after a crash; MariaDB.",
    query: (q) =>
      `${q.gauge("mysql_global_status_innodb_checkpoint_age")} / (${q.gauge("mysql_global_status_innodb_checkpoint_max_age")} > 0)`,
  },
  flushAtCommit: {
    unit: "count",
    about: "innodb_flush_log_at_trx_commit: with 1 a commit is on disk when it is answered.",
    query: (q) => q.gauge("mysql_global_variables_innodb_flush_log_at_trx_commit"),
  },
});

const data = 'mysql_global_status_buffer_pool_pages{state="data"}';

export const group = defineAlerts({ ...mysql, name: "mysql-innodb" }, signals, {
  MySQLLogWaits: {
    severity: "warning",
    threshold: { value: 5, unit: "waits per second" },
    when: ({ logWaits }, threshold) => `${logWaits} > ${threshold}`,
    for: "15m",
    summary: "InnoDB's log buffer on {{ $labels.host }} is too small",
    description:
      'Transactions have waited {{ $value | printf "%.0f" }} times a second for room in the log buffer, for 15 minutes.',
    fires: {
      series: { mysql_global_status_innodb_log_waits: "0+345x30" },
      from: "20m",
      value: "6",
    },
    quiet: { series: { mysql_global_status_innodb_log_waits: "0+255x40" }, at: "25m" },
  },
  MySQLRowLockWaits: {
    severity: "warning",
    threshold: { value: 10, unit: "waits for a row per second" },
    when: ({ lockWaits }, threshold) => `${lockWaits} > ${threshold}`,
    for: "15m",
    summary: "Statements on {{ $labels.host }} fight for rows",
    description:
      'A statement has had to wait for a row {{ $value | printf "%.0f" }} times a second for 15 minutes.',
    fires: {
      series: { mysql_global_status_innodb_row_lock_waits: "0+690x30" },
      from: "20m",
      value: "12",
    },
    quiet: { series: { mysql_global_status_innodb_row_lock_waits: "0+510x40" }, at: "25m" },
  },
  MySQLRowLockQueue: {
    severity: "critical",
    threshold: { value: 20, unit: "sessions that wait for a row" },
    when: ({ lockWaiters }, threshold) => `${lockWaiters} > ${threshold}`,
    for: "5m",
    summary: "Sessions of MySQL on {{ $labels.host }} queue for a row",
    description:
      '{{ $value | printf "%.0f" }} sessions have waited for rows for five minutes; one transaction holds them all up.',
    fires: {
      series: { mysql_global_status_innodb_row_lock_current_waits: "23x10" },
      from: "5m",
      value: "23",
    },
    quiet: { series: { mysql_global_status_innodb_row_lock_current_waits: "17x10" }, at: "9m" },
  },
  MySQLDeadlocks: {
    severity: "warning",
    threshold: { value: 5, unit: "deadlocks in ten minutes" },
    when: ({ deadlocks }, threshold) => `${deadlocks} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Deadlocks in MySQL on {{ $labels.host }}",
    description:
      '{{ $value | printf "%.0f" }} deadlocks in ten minutes: transactions take the same rows in different order.',
    fires: {
      series: { [`${metrics}lock_lock_deadlocks_total`]: "0x20 6x10" },
      from: "21m",
      value: "6",
    },
    quiet: { series: { mysql_global_status_innodb_deadlocks: "0x14 4.2x10" }, at: "20m" },
  },
  MySQLBufferPoolMissHigh: {
    severity: "warning",
    threshold: { value: 0.05, unit: "share of pages read from disk" },
    when: ({ poolReads, poolRequests }, threshold) =>
      `${poolReads} / (${poolRequests} > 100) > ${threshold}`,
    for: "30m",
    summary: "The data of MySQL on {{ $labels.host }} outgrew its buffer pool",
    description:
      "{{ $value | humanizePercentage }} of pages have come from disk for half an hour instead of memory.",
    fires: {
      series: {
        mysql_global_status_innodb_buffer_pool_reads: "0+3450x60",
        mysql_global_status_innodb_buffer_pool_read_requests: "0+60000x60",
      },
      from: "31m",
      value: "5.75%",
    },
    quiet: {
      series: {
        mysql_global_status_innodb_buffer_pool_reads: "0+2550x60",
        mysql_global_status_innodb_buffer_pool_read_requests: "0+60000x60",
        'mysql_global_status_innodb_buffer_pool_reads{instance="db-2:9104"}': "0+60x60",
        'mysql_global_status_innodb_buffer_pool_read_requests{instance="db-2:9104"}': "0+60x60",
      },
      at: "40m",
    },
  },
  MySQLBufferPoolFull: {
    severity: "warning",
    threshold: { value: 1, unit: "waits for a free page per second" },
    when: ({ waitsForFree }, threshold) => `${waitsForFree} > ${threshold}`,
    for: "10m",
    summary: "InnoDB on {{ $labels.host }} has no free page",
    description:
      'Statements have waited {{ $value | printf "%.1f" }} times a second for a page to be written out first.',
    fires: {
      series: { mysql_global_status_innodb_buffer_pool_wait_free: "0+72x30" },
      from: "15m",
      value: "1.2",
    },
    quiet: { series: { mysql_global_status_innodb_buffer_pool_wait_free: "0+51x40" }, at: "20m" },
  },
  MySQLDirtyPagesHigh: {
    severity: "warning",
    threshold: { value: 0.75, unit: "share of pages not on disk" },
    when: ({ dirtyShare }, threshold) => `${dirtyShare} > ${threshold}`,
    for: "15m",
    summary: "InnoDB on {{ $labels.host }} writes its pages too slowly",
    description:
      "{{ $value | humanizePercentage }} of its pages have not been on disk for 15 minutes; soon it stops everybody to write them.",
    fires: {
      series: { mysql_global_status_buffer_pool_dirty_pages: "860x20", [data]: "1000x20" },
      from: "15m",
      labels: {},
      value: "86%",
    },
    quiet: {
      series: {
        mysql_global_status_buffer_pool_dirty_pages: "650x20",
        [data]: "1000x20",
        'mysql_global_status_buffer_pool_dirty_pages{instance="db-2:9104"}': "650x20",
        'mysql_global_status_buffer_pool_pages{instance="db-2:9104",state="free"}': "10x20",
      },
      at: "19m",
    },
  },
  MySQLHistoryListLong: {
    severity: "warning",
    threshold: { value: 1e6, unit: "old versions not purged" },
    when: ({ history }, threshold) => `${history} > ${threshold}`,
    for: "15m",
    summary: "Old rows pile up in MySQL on {{ $labels.host }}",
    description:
      "{{ $value | humanize }} old versions wait to be purged. A long transaction needs them, and every read has to pass them.",
    fires: {
      series: { [`${metrics}transaction_trx_rseg_history_len`]: "1150000x20" },
      from: "15m",
      value: "1.15M",
    },
    quiet: { series: { mysql_global_status_innodb_history_list_length: "860000x20" }, at: "19m" },
  },
  MySQLRedoLogFilling: {
    severity: "warning",
    threshold: { value: 0.85, unit: "share of the redo log" },
    when: ({ checkpointAge }, threshold) => `${checkpointAge} > ${threshold}`,
    for: "10m",
    summary: "The redo log of MariaDB on {{ $labels.host }} is nearly full",
    description:
      "{{ $value | humanizePercentage }} of it cannot be reused yet; full, all writes stop until pages are on disk.",
    fires: {
      series: {
        mysql_global_status_innodb_checkpoint_age: "95x20",
        mysql_global_status_innodb_checkpoint_max_age: "100x20",
      },
      from: "10m",
      value: "95%",
    },
    quiet: {
      series: {
        mysql_global_status_innodb_checkpoint_age: "74x20",
        mysql_global_status_innodb_checkpoint_max_age: "100x20",
        'mysql_global_status_innodb_checkpoint_age{instance="db-2:9104"}': "95x20",
        'mysql_global_status_innodb_checkpoint_max_age{instance="db-2:9104"}': "0x20",
      },
      at: "15m",
    },
  },
  MySQLCommitsNotDurable: {
    severity: "info",
    when: ({ flushAtCommit }) => `${flushAtCommit} != 1`,
    for: "1h",
    summary: "Commits of MySQL on {{ $labels.host }} are not on disk at once",
    description:
      "innodb_flush_log_at_trx_commit is not 1: a crash of the machine loses about the last second of answered commits.",
    fires: {
      series: { mysql_global_variables_innodb_flush_log_at_trx_commit: "1 2x80" },
      from: "61m",
    },
    quiet: {
      series: { mysql_global_variables_innodb_flush_log_at_trx_commit: "2x58 1x10" },
      at: "65m",
    },
    byNature: { unknown: alwaysANumber },
  },
});
