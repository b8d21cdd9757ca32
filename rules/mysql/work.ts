import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { mysql } from "./common.ts";

export const signals = defineSignals({
  running: {
    unit: "count",
    about: "Sessions that execute something at this moment.",
    query: (q) => q.gauge("mysql_global_status_threads_running"),
  },
  questions: {
    unit: "opsPerSecond",
    about: "Statements that clients sent.",
    query: (q) => q.rate("mysql_global_status_questions"),
  },
  slowQueries: {
    unit: "opsPerSecond",
    about: "Statements that took longer than long_query_time.",
    query: (q) => q.rate("mysql_global_status_slow_queries"),
  },
  diskTables: {
    unit: "opsPerSecond",
    about: "Temporary tables made on disk.",
    query: (q) => q.rate("mysql_global_status_created_tmp_disk_tables"),
  },
  temporaryTables: {
    unit: "opsPerSecond",
    about: "Temporary tables made, in memory and on disk.",
    query: (q) => q.rate("mysql_global_status_created_tmp_tables"),
  },
  cacheHits: {
    unit: "opsPerSecond",
    about: "Tables found open in the table cache.",
    query: (q) => q.rate("mysql_global_status_table_open_cache_hits"),
  },
  cacheMisses: {
    unit: "opsPerSecond",
    about: "Tables that had to be opened.",
    query: (q) => q.rate("mysql_global_status_table_open_cache_misses"),
  },
  fullJoins: {
    unit: "opsPerSecond",
    about: "Joins that read a whole table for want of an index.",
    query: (q) => q.rate("mysql_global_status_select_full_join"),
  },
  autoIncrementUsed: {
    unit: "ratio",
    about: "Share of the numbers an automatic column can hold that are used up.",
    query: (q) =>
      `${q.gauge("mysql_info_schema_auto_increment_column")} / (${q.gauge("mysql_info_schema_auto_increment_column_max")} > 0)`,
  },
});

/** A ratio of two counters, and a server where nearly nothing happens. */
const pair = (
  part: string,
  whole: string,
  [a, b]: readonly [number, number],
  length = 60,
): Record<string, string> => ({
  [part]: `0+${a}x${length}`,
  [whole]: `0+${b}x${length}`,
});
const calm = '{instance="db-2:9104"}';
const column = 'schema="shop",table="orders",column="id"';

export const group = defineAlerts({ ...mysql, name: "mysql-work" }, signals, {
  MySQLThreadsRunningHigh: {
    severity: "warning",
    threshold: { value: 64, unit: "sessions that execute something" },
    when: ({ running }, threshold) => `${running} > ${threshold}`,
    for: "5m",
    summary: "Statements pile up in MySQL on {{ $labels.host }}",
    description:
      '{{ $value | printf "%.0f" }} sessions have been executing at a time for five minutes; beyond the number of cores they only wait for each other.',
    fires: { series: { mysql_global_status_threads_running: "74x10" }, from: "5m", value: "74" },
    quiet: { series: { mysql_global_status_threads_running: "55x10" }, at: "9m" },
  },
  MySQLSlowQueriesHigh: {
    severity: "warning",
    threshold: { value: 0.02, unit: "share of statements above long_query_time" },
    when: ({ questions, slowQueries }, threshold) =>
      `${slowQueries} / (${questions} > 1) > ${threshold}`,
    for: "15m",
    summary: "Many queries of MySQL on {{ $labels.host }} are slow",
    description:
      "{{ $value | humanizePercentage }} of statements have taken longer than long_query_time for 15 minutes.",
    fires: {
      series: pair(
        "mysql_global_status_slow_queries",
        "mysql_global_status_questions",
        [13.8, 600],
        30,
      ),
      from: "16m",
      value: "2.3%",
    },
    quiet: {
      series: {
        ...pair("mysql_global_status_slow_queries", "mysql_global_status_questions", [10.2, 600]),
        ...pair(
          `mysql_global_status_slow_queries${calm}`,
          `mysql_global_status_questions${calm}`,
          [1, 6],
        ),
      },
      at: "25m",
    },
  },
  MySQLTemporaryTablesOnDisk: {
    severity: "warning",
    threshold: { value: 0.25, unit: "share of temporary tables on disk" },
    when: ({ diskTables, temporaryTables }, threshold) =>
      `${diskTables} / (${temporaryTables} > 1) > ${threshold}`,
    for: "30m",
    summary: "Temporary tables of MySQL on {{ $labels.host }} go to disk",
    description:
      "{{ $value | humanizePercentage }} of temporary tables have been made on disk for half an hour; these queries are slow.",
    fires: {
      series: pair(
        "mysql_global_status_created_tmp_disk_tables",
        "mysql_global_status_created_tmp_tables",
        [174, 600],
      ),
      from: "31m",
      value: "29%",
    },
    quiet: {
      series: {
        ...pair(
          "mysql_global_status_created_tmp_disk_tables",
          "mysql_global_status_created_tmp_tables",
          [129, 600],
        ),
        ...pair(
          `mysql_global_status_created_tmp_disk_tables${calm}`,
          `mysql_global_status_created_tmp_tables${calm}`,
          [6, 6],
        ),
      },
      at: "40m",
    },
  },
  MySQLTableCacheMisses: {
    severity: "warning",
    threshold: { value: 0.2, unit: "share of tables that had to be opened" },
    when: ({ cacheHits, cacheMisses }, threshold) =>
      `${cacheMisses} / (${cacheHits} + ${cacheMisses} > 10) > ${threshold}`,
    for: "30m",
    summary: "The table cache of MySQL on {{ $labels.host }} is too small",
    description:
      "{{ $value | humanizePercentage }} of accesses had to open their table first, for half an hour.",
    fires: {
      series: pair(
        "mysql_global_status_table_open_cache_misses",
        "mysql_global_status_table_open_cache_hits",
        [1380, 4620],
      ),
      from: "31m",
      value: "23%",
    },
    quiet: {
      series: {
        ...pair(
          "mysql_global_status_table_open_cache_misses",
          "mysql_global_status_table_open_cache_hits",
          [1020, 4980],
        ),
        ...pair(
          `mysql_global_status_table_open_cache_misses${calm}`,
          `mysql_global_status_table_open_cache_hits${calm}`,
          [60, 60],
        ),
      },
      at: "40m",
    },
  },
  MySQLFullJoinsHigh: {
    severity: "warning",
    threshold: { value: 10, unit: "joins without an index per second" },
    when: ({ fullJoins }, threshold) => `${fullJoins} > ${threshold}`,
    for: "30m",
    summary: "MySQL on {{ $labels.host }} joins without an index",
    description:
      '{{ $value | printf "%.0f" }} joins a second have read whole tables for half an hour; an index is missing.',
    fires: {
      series: { mysql_global_status_select_full_join: "0+690x50" },
      from: "35m",
      value: "12",
    },
    quiet: { series: { mysql_global_status_select_full_join: "0+510x60" }, at: "40m" },
  },
  MySQLAutoIncrementExhausting: {
    severity: "critical",
    threshold: { value: 0.85, unit: "share of the numbers used up" },
    when: ({ autoIncrementUsed }, threshold) => `${autoIncrementUsed} > ${threshold}`,
    for: "1h",
    summary: "{{ $labels.table }} on {{ $labels.host }} runs out of numbers",
    description:
      "{{ $labels.schema }}.{{ $labels.table }}.{{ $labels.column }} has used {{ $value | humanizePercentage }} of what its type can hold; at the end every insert fails.",
    fires: {
      series: {
        [`mysql_info_schema_auto_increment_column{${column}}`]: "2040109465x80",
        [`mysql_info_schema_auto_increment_column_max{${column}}`]: "2147483647x80",
      },
      from: "1h",
      labels: { schema: "shop", table: "orders", column: "id" },
      value: "95%",
    },
    quiet: {
      series: {
        [`mysql_info_schema_auto_increment_column{${column}}`]: "1589137899x80",
        [`mysql_info_schema_auto_increment_column_max{${column}}`]: "2147483647x80",
      },
      at: "70m",
    },
  },
});
