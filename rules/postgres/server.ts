import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { ofServer, postgres, session } from "./common.ts";

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while the exporter can log in to the server.",
    query: (q) => q.gauge("pg_up"),
  },
  collectorSuccess: {
    unit: "bool",
    about: "1 for each collector of the exporter that got what it asked for.",
    query: (q) => q.gauge("pg_scrape_collector_success"),
  },
  scrapeError: {
    unit: "bool",
    about: "1 when one of the exporter's built-in or own queries failed at the last scrape.",
    query: (q) => q.gauge("pg_exporter_last_scrape_error"),
  },
  uptime: {
    unit: "seconds",
    about: "Time since the server process was started.",
    query: (q) => q.age("pg_postmaster_start_time_seconds"),
  },
  connections: {
    unit: "count",
    about: "Client sessions, whatever they do; the server's own workers have slots of their own.",
    query: (q) =>
      `sum without (${session}) (${q.gauge("pg_stat_activity_count", { backend_type: { not: /autovacuum worker|parallel worker|walsender|logical replication .*/ } })})`,
  },
  connectionLimit: {
    unit: "count",
    about: "Sessions that ordinary users may open together.",
    query: (q) => {
      const all = ofServer(q.gauge("pg_settings_max_connections"));
      // PostgreSQL 16 and later can hold back more of them, for a role of its own.
      const held = ofServer(q.gauge("pg_settings_reserved_connections"));
      return `${all} - ${ofServer(q.gauge("pg_settings_superuser_reserved_connections"))} - (${held} >= 0 or 0 * ${all})`;
    },
  },
  databaseConnections: {
    unit: "count",
    about: "Sessions by database.",
    query: (q) => `sum without (datid) (${q.gauge("pg_stat_database_numbackends")})`,
  },
  databaseConnectionLimit: {
    unit: "count",
    about: "Sessions a database may have; -1 means no limit.",
    query: (q) => q.gauge("pg_database_connection_limit"),
  },
  fsync: {
    unit: "bool",
    about: "1 while the server makes sure that writes reach the disk.",
    query: (q) => ofServer(q.gauge("pg_settings_fsync")),
  },
  fullPageWrites: {
    unit: "bool",
    about: "1 while pages are logged whole after a checkpoint.",
    query: (q) => ofServer(q.gauge("pg_settings_full_page_writes")),
  },
  autovacuum: {
    unit: "bool",
    about: "1 while the server vacuums on its own.",
    query: (q) => ofServer(q.gauge("pg_settings_autovacuum")),
  },
});

const used = (connections: string, limit: string): string => `${connections} / (${limit} > 0)`;

/** 97 sessions are left for users: 110 less the reserved ones. */
const limits = {
  'pg_settings_max_connections{server="db-1:5432"}': "110x30",
  'pg_settings_reserved_connections{server="db-1:5432"}': "10x30",
  'pg_settings_superuser_reserved_connections{server="db-1:5432"}': "3x30",
};
const active = 'server="db-1:5432",datname="shop",state="active",usename="shop"';
const idle = 'server="db-1:5432",datname="shop",state="idle",usename="shop"';

export const group = defineAlerts(postgres, signals, {
  PostgresDown: {
    severity: "critical",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "3m",
    summary: "PostgreSQL on {{ $labels.host }} does not let the exporter in",
    description:
      "The exporter of {{ $labels.instance }} has not been able to connect for three minutes: the server is down, out of connections or refuses the login.",
    fires: { series: { pg_up: "1x2 0x10" }, from: "6m" },
    quiet: { series: { pg_up: "1 0 0 0 1 1x10" }, at: "8m" },
  },
  PostgresCollectorFailed: {
    severity: "warning",
    when: ({ collectorSuccess }) => `${collectorSuccess} == 0`,
    for: "15m",
    summary: "Part of PostgreSQL on {{ $labels.host }} is not measured",
    description:
      "The collector {{ $labels.collector }} has failed for 15 minutes: what it measures is unknown, and its alerts are deaf.",
    fires: {
      series: { 'pg_scrape_collector_success{collector="wal"}': "1 0x20" },
      from: "16m",
      labels: { collector: "wal" },
    },
    quiet: {
      series: { 'pg_scrape_collector_success{collector="wal"}': "0x13 1x10" },
      at: "20m",
    },
  },
  PostgresScrapeError: {
    severity: "warning",
    when: ({ scrapeError }) => `${scrapeError} == 1`,
    for: "15m",
    summary: "Queries of the exporter fail on {{ $labels.host }}",
    description:
      "Built-in or own queries of {{ $labels.instance }} have failed for 15 minutes: sessions, replication or archiving may be unseen.",
    fires: { series: { pg_exporter_last_scrape_error: "0 1x20" }, from: "16m" },
    quiet: { series: { pg_exporter_last_scrape_error: "1x13 0x10" }, at: "20m" },
  },
  PostgresRestarted: {
    severity: "info",
    threshold: { value: 600, unit: "seconds since the start" },
    when: ({ uptime }, threshold) => `${uptime} < ${threshold}`,
    for: "0s",
    summary: "PostgreSQL on {{ $labels.host }} was restarted",
    description:
      "The server has run for {{ $value | humanizeDuration }}; sessions were cut and its cache is cold.",
    fires: {
      series: { pg_postmaster_start_time_seconds: "-10000x4 -240x10" },
      from: "5m",
      value: "9m 0s",
    },
    quiet: { series: { pg_postmaster_start_time_seconds: "-601x14" }, at: "12m" },
    resolves: { series: { pg_postmaster_start_time_seconds: "0x20" }, at: "15m" },
  },
  PostgresConnections: {
    unit: "share of the sessions that users may open",
    when: ({ connections, connectionLimit }, threshold) =>
      `${used(connections, connectionLimit)} > ${threshold}`,
    levels: {
      PostgresConnectionsHigh: {
        severity: "warning",
        threshold: 0.8,
        for: "10m",
        summary: "Connections of PostgreSQL on {{ $labels.host }} run short",
        description:
          "{{ $value | humanizePercentage }} of the connections have been taken for ten minutes; the next rush will be turned away.",
        fires: { series: 87.3, from: "10m", value: "90%" },
        quiet: { series: 68, at: "15m" },
      },
      PostgresConnectionsExhausted: {
        severity: "critical",
        threshold: 0.95,
        for: "2m",
        summary: "PostgreSQL on {{ $labels.host }} turns clients away",
        description:
          "{{ $value | humanizePercentage }} of the connections are taken; clients get “too many clients already”.",
        fires: { series: 97, from: "2m", value: "100%" },
        quiet: { series: 90, at: "6m" },
      },
    },
    series: (taken) => ({
      ...limits,
      [`pg_stat_activity_count{${active}}`]: "30x20",
      [`pg_stat_activity_count{${idle}}`]: `${(taken - 30).toFixed(1)}x20`,
    }),
    beside: { [`pg_stat_activity_count{${active},backend_type="parallel worker"}`]: "30x20" },
  },
  PostgresDatabaseConnectionsHigh: {
    severity: "warning",
    threshold: { value: 0.85, unit: "share of the database's own connection limit" },
    when: ({ databaseConnections, databaseConnectionLimit }, threshold) =>
      `${databaseConnections} / (${databaseConnectionLimit} > 0) > ${threshold}`,
    for: "10m",
    summary: "Database {{ $labels.datname }} on {{ $labels.host }} nears its own limit",
    description:
      "{{ $value | humanizePercentage }} of the connections that {{ $labels.datname }} may have are taken, however many the server has left.",
    fires: {
      series: {
        'pg_stat_database_numbackends{datid="16384",datname="shop"}': "19x20",
        'pg_database_connection_limit{datname="shop"}': "20x20",
      },
      from: "10m",
      labels: { datname: "shop" },
      value: "95%",
    },
    quiet: {
      series: {
        'pg_stat_database_numbackends{datid="16384",datname="shop"}': "15x20",
        'pg_database_connection_limit{datname="shop"}': "20x20",
        'pg_stat_database_numbackends{datid="16385",datname="free"}': "90x20",
        'pg_database_connection_limit{datname="free"}': "-1x20",
      },
      at: "15m",
    },
  },
  PostgresFsyncOff: {
    severity: "warning",
    when: ({ fsync }) => `${fsync} == 0`,
    for: "5m",
    summary: "PostgreSQL on {{ $labels.host }} runs with fsync off",
    description:
      "Writes are not forced to disk: a crash of the machine leaves a cluster that cannot be repaired.",
    fires: {
      series: { 'pg_settings_fsync{server="db-1:5432"}': "1 0x10" },
      from: "6m",
    },
    quiet: { series: { 'pg_settings_fsync{server="db-1:5432"}': "0x3 1x10" }, at: "9m" },
  },
  PostgresFullPageWritesOff: {
    severity: "warning",
    when: ({ fullPageWrites }) => `${fullPageWrites} == 0`,
    for: "30m",
    summary: "PostgreSQL on {{ $labels.host }} does not log full pages",
    description:
      "A page that is half written when the machine crashes cannot be restored, unless the file system writes pages whole.",
    fires: {
      series: { 'pg_settings_full_page_writes{server="db-1:5432"}': "1 0x40" },
      from: "31m",
    },
    quiet: {
      series: { 'pg_settings_full_page_writes{server="db-1:5432"}': "0x28 1x10" },
      at: "35m",
    },
  },
  PostgresAutovacuumOff: {
    severity: "warning",
    when: ({ autovacuum }) => `${autovacuum} == 0`,
    for: "1h",
    summary: "Autovacuum of PostgreSQL on {{ $labels.host }} is switched off",
    description:
      "Tables bloat, plans get old statistics, and in the end only forced vacuums stand between the server and wraparound.",
    fires: {
      series: { 'pg_settings_autovacuum{server="db-1:5432"}': "1 0x70" },
      from: "61m",
    },
    quiet: {
      series: { 'pg_settings_autovacuum{server="db-1:5432"}': "0x58 1x10" },
      at: "65m",
    },
  },
});
