import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { ofServer, ofTarget, postgres, session } from "./common.ts";

export const signals = defineSignals({
  xidAge: {
    unit: "count",
    about:
      "Transactions since the oldest row that is not frozen, by database; 2.1 thousand million end it.",
    // The exporter says seconds; they are transactions.
    query: (q) => q.gauge("pg_database_wraparound_age_datfrozenxid_seconds"),
  },
  multixactAge: {
    unit: "count",
    about: "Multixacts since the oldest that is still needed, by database.",
    query: (q) => q.gauge("pg_database_wraparound_age_datminmxid_seconds"),
  },
  freezesAt: {
    unit: "count",
    about: "Transactions after which the server freezes a table whatever else it has to do.",
    query: (q) => `max by (${ofTarget}) (${q.gauge("pg_settings_autovacuum_freeze_max_age")})`,
  },
  freezesMultixactsAt: {
    unit: "count",
    about: "Multixacts after which the server freezes a table whatever else it has to do.",
    query: (q) =>
      `max by (${ofTarget}) (${q.gauge("pg_settings_autovacuum_multixact_freeze_max_age")})`,
  },
  deadShare: {
    unit: "ratio",
    about: "Share of dead rows in each table of at least 100 000.",
    query: (q) => {
      const dead = q.gauge("pg_stat_user_tables_n_dead_tup");
      return `${dead} / (${q.gauge("pg_stat_user_tables_n_live_tup")} + ${dead} > 100000)`;
    },
  },
  sinceVacuum: {
    unit: "seconds",
    about: "Time since each table was vacuumed, by hand or by the server.",
    query: (q) => {
      const byHand = q.timestamp("pg_stat_user_tables_last_vacuum");
      return `time() - (${q.timestamp("pg_stat_user_tables_last_autovacuum")} > ${byHand} or ${byHand})`;
    },
  },
  changedShare: {
    unit: "ratio",
    about:
      "Rows changed since statistics were gathered, by rows there are; tables of 10 000 and more.",
    query: (q) =>
      `${q.gauge("pg_stat_user_tables_n_mod_since_analyze")} / (${q.gauge("pg_stat_user_tables_n_live_tup")} > 10000)`,
  },
  scanning: {
    unit: "bool",
    about: "1 while a vacuum reads through its table.",
    query: (q) =>
      `max without (phase) (${q.gauge("pg_stat_progress_vacuum_phase", { phase: "scanning heap" })})`,
  },
  scanned: {
    unit: "count",
    about: "Blocks of its table that a vacuum has read.",
    query: (q) => q.gauge("pg_stat_progress_vacuum_heap_blks_scanned"),
  },
  autovacuumWorkers: {
    unit: "count",
    about: "Autovacuum workers at work.",
    query: (q) =>
      `sum without (${session}) (${q.gauge("pg_stat_activity_count", { backend_type: "autovacuum worker" })})`,
  },
  autovacuumLimit: {
    unit: "count",
    about: "Autovacuum workers there may be.",
    query: (q) => ofServer(q.gauge("pg_settings_autovacuum_max_workers")),
  },
  growth: {
    unit: "ratio",
    about: "What each database of at least 1 GB grows by in a day at the pace of the last one.",
    query: (q) => {
      const size = q.gauge("pg_database_size_bytes");
      // One that was made or restored today has no pace yet.
      return `(deriv(${size}[1d]) * 86400 / (${size} > 1e9) and max_over_time(${size}[1h] offset 1d))`;
    },
  },
});

const orders = 'datname="shop",schemaname="public",relname="orders"';
/** Who lets rows grow older before they are frozen has older rows. */
const unlessAsSet = (age: string, setting: string): string =>
  ` unless ${age} < on (${ofTarget}) group_left () (1.1 * ${setting})`;

const small = 'datname="shop",schemaname="public",relname="small"';
const table = { datname: "shop", schemaname: "public", relname: "orders" };
const vacuumed = (relation: string, seconds: number): Record<string, string> => ({
  [`pg_stat_user_tables_last_autovacuum{${relation}}`]: `${seconds}x100`,
  [`pg_stat_user_tables_last_vacuum{${relation}}`]: "-999999x100",
});
const rows = (relation: string, live: number, dead: number): Record<string, string> => ({
  [`pg_stat_user_tables_n_live_tup{${relation}}`]: `${live}x100`,
  [`pg_stat_user_tables_n_dead_tup{${relation}}`]: `${dead}x100`,
});
const vacuum = (relation: string): string => `datname="shop",relname="${relation}"`;

export const group = defineAlerts({ ...postgres, name: "postgres-maintenance" }, signals, {
  PostgresXidAgeHigh: {
    severity: "warning",
    family: "PostgresXidAge",
    threshold: { value: 500e6, unit: "transactions since the oldest row that is not frozen" },
    when: ({ freezesAt, xidAge }, threshold) =>
      `${xidAge} > ${threshold}${unlessAsSet(xidAge, freezesAt)}`,
    for: "1h",
    summary: "Old rows of {{ $labels.datname }} on {{ $labels.host }} are not frozen",
    description:
      "The oldest row is {{ $value | humanize }} transactions old; freezing has not kept up, something holds it back.",
    fires: {
      series: { 'pg_database_wraparound_age_datfrozenxid_seconds{datname="shop"}': "580000000x80" },
      from: "1h",
      labels: { datname: "shop" },
      value: "580M",
    },
    quiet: {
      series: {
        'pg_database_wraparound_age_datfrozenxid_seconds{datname="shop"}': "430000000x80",
        'pg_database_wraparound_age_datfrozenxid_seconds{instance="db-2:9187",datname="shop"}':
          "900000000x80",
        'pg_settings_autovacuum_freeze_max_age{instance="db-2:9187",server="db-2:5432"}':
          "1000000000x80",
      },
      at: "70m",
    },
  },
  PostgresXidWraparoundNear: {
    severity: "critical",
    family: "PostgresXidAge",
    threshold: { value: 1.2e9, unit: "transactions since the oldest row that is not frozen" },
    when: ({ xidAge }, threshold) => `${xidAge} > ${threshold}`,
    for: "10m",
    summary: "Transaction ids of {{ $labels.datname }} on {{ $labels.host }} run out",
    description:
      "The oldest row is {{ $value | humanize }} transactions old. At about 2.1 thousand million the server refuses to write.",
    fires: {
      series: {
        'pg_database_wraparound_age_datfrozenxid_seconds{datname="shop"}': "1400000000x20",
      },
      from: "10m",
      labels: { datname: "shop" },
      value: "1.4G",
    },
    quiet: {
      series: {
        'pg_database_wraparound_age_datfrozenxid_seconds{datname="shop"}': "1040000000x20",
      },
      at: "15m",
    },
  },
  PostgresMultixactAgeHigh: {
    severity: "warning",
    threshold: { value: 800e6, unit: "multixacts since the oldest still needed" },
    when: ({ freezesMultixactsAt, multixactAge }, threshold) =>
      `${multixactAge} > ${threshold}${unlessAsSet(multixactAge, freezesMultixactsAt)}`,
    for: "1h",
    summary: "Multixacts of {{ $labels.datname }} on {{ $labels.host }} grow old",
    description:
      "The oldest of them is {{ $value | humanize }} ids old. They run out as transaction ids do, and then nothing can be written.",
    fires: {
      series: { 'pg_database_wraparound_age_datminmxid_seconds{datname="shop"}': "920000000x80" },
      from: "1h",
      labels: { datname: "shop" },
      value: "920M",
    },
    quiet: {
      series: {
        'pg_database_wraparound_age_datminmxid_seconds{datname="shop"}': "690000000x80",
        'pg_database_wraparound_age_datfrozenxid_seconds{datname="shop"}': "1400000000x80",
      },
      at: "70m",
    },
  },
  PostgresDeadRowsHigh: {
    severity: "warning",
    threshold: { value: 0.25, unit: "share of dead rows" },
    when: ({ deadShare }, threshold) => `${deadShare} > ${threshold}`,
    for: "1h",
    summary: "Table {{ $labels.relname }} on {{ $labels.host }} is full of dead rows",
    description:
      "{{ $value | humanizePercentage }} of the rows of {{ $labels.datname }}.{{ $labels.schemaname }}.{{ $labels.relname }} have been dead for an hour; scans read them all the same.",
    fires: { series: rows(orders, 142000, 58000), from: "1h", labels: table, value: "29%" },
    quiet: { series: { ...rows(orders, 157000, 43000), ...rows(small, 1000, 9000) }, at: "70m" },
  },
  PostgresVacuumOverdue: {
    severity: "warning",
    threshold: { value: 604800, unit: "seconds without a vacuum" },
    when: ({ deadShare, sinceVacuum }, threshold) =>
      `${sinceVacuum} > ${threshold} and ${deadShare} > 0.1`,
    for: "1h",
    summary: "Table {{ $labels.relname }} on {{ $labels.host }} has not been vacuumed",
    description:
      "{{ $labels.datname }}.{{ $labels.schemaname }}.{{ $labels.relname }} has had no vacuum for a week, or ever, and over a tenth of its rows are dead.",
    fires: {
      series: { ...vacuumed(orders, -690000), ...rows(orders, 176000, 24000) },
      from: "1h",
      labels: table,
    },
    quiet: {
      series: {
        ...vacuumed(orders, -520000),
        ...rows(orders, 176000, 24000),
        ...vacuumed(small, -690000),
        ...rows(small, 190000, 10000),
      },
      at: "80m",
    },
    byNature: {
      unknown: "A table that was never vacuumed shows a time of zero, and is overdue, too.",
    },
  },
  PostgresStatisticsStale: {
    severity: "warning",
    threshold: { value: 0.5, unit: "changed rows by rows there are" },
    when: ({ changedShare }, threshold) => `${changedShare} > ${threshold}`,
    for: "2h",
    summary: "Statistics of table {{ $labels.relname }} on {{ $labels.host }} are stale",
    description:
      "For two hours, changed rows have been {{ $value | humanizePercentage }} of all since the last analyze; plans may be wrong.",
    step: "5m",
    fires: {
      series: {
        [`pg_stat_user_tables_n_mod_since_analyze{${orders}}`]: "58000x40",
        [`pg_stat_user_tables_n_live_tup{${orders}}`]: "100000x40",
      },
      from: "2h",
      labels: table,
      value: "58%",
    },
    quiet: {
      series: {
        [`pg_stat_user_tables_n_mod_since_analyze{${orders}}`]: "43000x40",
        [`pg_stat_user_tables_n_live_tup{${orders}}`]: "100000x40",
        [`pg_stat_user_tables_n_mod_since_analyze{${small}}`]: "5000x40",
        [`pg_stat_user_tables_n_live_tup{${small}}`]: "5000x40",
      },
      at: "150m",
    },
  },
  PostgresVacuumStuck: {
    severity: "warning",
    when: ({ scanned, scanning }) => `${scanning} == 1 and changes(${scanned}[30m]) == 0`,
    for: "30m",
    summary: "The vacuum of {{ $labels.relname }} on {{ $labels.host }} does not move",
    description:
      "It has read no further block of the table for half an hour: it waits for a page that a session has pinned, or it is throttled to nothing.",
    fires: {
      series: {
        [`pg_stat_progress_vacuum_phase{${vacuum("orders")},phase="scanning heap"}`]: "1x50",
        [`pg_stat_progress_vacuum_heap_blks_scanned{${vacuum("orders")}}`]: "70x50",
      },
      from: "30m",
      labels: { datname: "shop", relname: "orders" },
    },
    quiet: {
      series: {
        [`pg_stat_progress_vacuum_phase{${vacuum("orders")},phase="scanning heap"}`]: "1x90",
        [`pg_stat_progress_vacuum_heap_blks_scanned{${vacuum("orders")}}`]: "70+5x90",
        [`pg_stat_progress_vacuum_phase{${vacuum("events")},phase="scanning heap"}`]: "0x90",
        [`pg_stat_progress_vacuum_phase{${vacuum("events")},phase="vacuuming indexes"}`]: "1x90",
        [`pg_stat_progress_vacuum_heap_blks_scanned{${vacuum("events")}}`]: "70x90",
      },
      at: "70m",
    },
  },
  PostgresAutovacuumSaturated: {
    severity: "warning",
    when: ({ autovacuumLimit, autovacuumWorkers }) => `${autovacuumWorkers} >= ${autovacuumLimit}`,
    for: "2h",
    summary: "All autovacuum workers on {{ $labels.host }} are busy",
    description:
      "Every worker has been at work for two hours; tables that need a vacuum wait for one to be free.",
    step: "5m",
    fires: {
      series: {
        'pg_stat_activity_count{server="db-1:5432",datname="shop",state="active",backend_type="autovacuum worker"}':
          "3x40",
        'pg_settings_autovacuum_max_workers{server="db-1:5432"}': "3x40",
      },
      from: "2h",
    },
    quiet: {
      series: {
        'pg_stat_activity_count{server="db-1:5432",datname="shop",state="active",backend_type="autovacuum worker"}':
          "2x40",
        'pg_stat_activity_count{server="db-1:5432",datname="shop",state="active",backend_type="client backend"}':
          "9x40",
        'pg_settings_autovacuum_max_workers{server="db-1:5432"}': "3x40",
      },
      at: "150m",
    },
  },
  PostgresDatabaseGrowing: {
    severity: "warning",
    threshold: { value: 0.2, unit: "growth in a day by size" },
    when: ({ growth }, threshold) => `${growth} > ${threshold}`,
    for: "1h",
    summary: "Database {{ $labels.datname }} on {{ $labels.host }} grows fast",
    description:
      "At the pace of the last day it grows by {{ $value | humanizePercentage }} in a day; look before the disk is the problem.",
    step: "1h",
    fires: {
      series: { 'pg_database_size_bytes{datname="shop"}': "2000000000+24000000x30" },
      from: "25h",
      labels: { datname: "shop" },
      value: "22.15%",
    },
    quiet: {
      series: {
        'pg_database_size_bytes{datname="shop"}': "2000000000+15000000x40",
        'pg_database_size_bytes{datname="small"}': "100000000+5000000x40",
        'pg_database_size_bytes{datname="new"}': "_x20 2000000000+200000000x20",
      },
      at: "30h",
    },
    resolves: {
      series: { 'pg_database_size_bytes{datname="shop"}': "2720000000x40" },
      at: "30h",
    },
  },
});
