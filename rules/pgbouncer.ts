import { defineAlerts, type Owner } from "./lib/alert.ts";
import { hostBoard } from "./lib/boards.ts";
import { defineSignals } from "./lib/signal.ts";

/** What tells entries of one configured database apart beside its name. */
const details = "database, exported_host, port, force_user, pool_mode";

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while the exporter can log in to the admin console.",
    query: (q) => q.gauge("pgbouncer_up"),
  },
  waiting: {
    unit: "count",
    about: "Clients that have asked for something and have no server connection yet, by pool.",
    query: (q) => q.gauge("pgbouncer_pools_client_waiting_connections"),
  },
  longestWait: {
    unit: "seconds",
    about: "How long the first client of each pool's queue has waited.",
    query: (q) => q.gauge("pgbouncer_pools_client_maxwait_seconds"),
  },
  idleServers: {
    unit: "count",
    about: "Server connections that are free to be used, by pool.",
    query: (q) => q.gauge("pgbouncer_pools_server_idle_connections"),
  },
  serverLogins: {
    unit: "count",
    about: "Server connections that are still logging in, by pool.",
    query: (q) => q.gauge("pgbouncer_pools_server_login_connections"),
  },
  clientsUsed: {
    unit: "ratio",
    about: "Share of max_client_conn in use.",
    query: (q) =>
      `${q.gauge("pgbouncer_used_clients")} / (${q.gauge("pgbouncer_config_max_client_connections")} > 0)`,
  },
  serversUsed: {
    unit: "ratio",
    about: "Share of the server connections each database may have; 0 means no limit.",
    query: (q) =>
      `max without (${details}) (${q.gauge("pgbouncer_databases_current_connections")} / (${q.gauge("pgbouncer_databases_max_connections")} > 0))`,
  },
  paused: {
    unit: "bool",
    about: "1 for each database that is paused.",
    query: (q) => `max without (${details}) (${q.gauge("pgbouncer_databases_paused")})`,
  },
  disabled: {
    unit: "bool",
    about: "1 for each database that takes no new clients.",
    query: (q) => `max without (${details}) (${q.gauge("pgbouncer_databases_disabled")})`,
  },
  queries: {
    unit: "opsPerSecond",
    about: "Queries pooled, by database.",
    query: (q) => q.rate("pgbouncer_stats_totals_queries_pooled_total"),
  },
  queryTime: {
    unit: "seconds",
    about: "Time that server connections spend on queries, per second.",
    query: (q) => q.rate("pgbouncer_stats_totals_queries_duration_seconds_total"),
  },
  transactionTime: {
    unit: "seconds",
    about: "Time that server connections spend in transactions, at work or not, per second.",
    query: (q) => q.rate("pgbouncer_stats_totals_server_in_transaction_seconds_total"),
  },
});

const owner: Owner = {
  service: "pgbouncer",
  team: "dba",
  scope: "database",
  layer: "service",
  board: hostBoard,
  target: { job: "pgbouncer", instance: "db-1:9127", host: "db-1" },
};

const pool = 'database="shop",user="app"';
const ofPool = { database: "shop", user: "app" };
const entry =
  'name="shop",database="shop",exported_host="10.0.0.1",port="5432",force_user="",pool_mode="transaction"';
const shop = 'database="shop"';

export const group = defineAlerts(owner, signals, {
  PgBouncerDown: {
    severity: "critical",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "3m",
    summary: "PgBouncer on {{ $labels.host }} does not answer",
    description:
      "The exporter {{ $labels.instance }} has not got into the admin console for three minutes: who connects through this pooler has no database.",
    fires: { series: { pgbouncer_up: "1x2 0x10" }, from: "6m" },
    quiet: { series: { pgbouncer_up: "1 0 0 0 1 1x10" }, at: "8m" },
  },
  PgBouncerClientsWaiting: {
    severity: "warning",
    family: "PgBouncerQueue",
    threshold: { value: 20, unit: "clients that wait in a pool" },
    when: ({ waiting }, threshold) => `${waiting} > ${threshold}`,
    for: "5m",
    summary: "Clients queue for {{ $labels.database }} at PgBouncer on {{ $labels.host }}",
    description:
      '{{ $value | printf "%.0f" }} clients of {{ $labels.user }} have waited for a server connection for five minutes.',
    fires: {
      series: { [`pgbouncer_pools_client_waiting_connections{${pool}}`]: "23x10" },
      from: "5m",
      labels: ofPool,
      value: "23",
    },
    quiet: {
      series: { [`pgbouncer_pools_client_waiting_connections{${pool}}`]: "17x10" },
      at: "9m",
    },
  },
  PgBouncerWaitLong: {
    severity: "critical",
    family: "PgBouncerQueue",
    threshold: { value: 15, unit: "seconds the first client has waited" },
    when: ({ longestWait }, threshold) => `${longestWait} > ${threshold}`,
    for: "2m",
    summary: "Clients wait long for {{ $labels.database }} on {{ $labels.host }}",
    description:
      "The first of the queue of {{ $labels.user }} has waited {{ $value | humanizeDuration }} for a server connection; users see timeouts.",
    fires: {
      series: { [`pgbouncer_pools_client_maxwait_seconds{${pool}}`]: "17x10" },
      from: "2m",
      labels: ofPool,
      value: "17s",
    },
    quiet: { series: { [`pgbouncer_pools_client_maxwait_seconds{${pool}}`]: "13x10" }, at: "6m" },
  },
  PgBouncerPoolExhausted: {
    severity: "warning",
    when: ({ idleServers, waiting }) => `${idleServers} == 0 and ${waiting} > 0`,
    for: "15m",
    summary: "Pool {{ $labels.database }} of PgBouncer on {{ $labels.host }} is used up",
    description:
      "For 15 minutes no server connection of {{ $labels.user }} was free while clients waited: the pool is too small or queries hold it too long.",
    fires: {
      series: {
        [`pgbouncer_pools_server_idle_connections{${pool}}`]: "0x20",
        [`pgbouncer_pools_client_waiting_connections{${pool}}`]: "1x20",
      },
      from: "15m",
      labels: ofPool,
    },
    quiet: {
      series: {
        [`pgbouncer_pools_server_idle_connections{${pool}}`]: "0x20",
        [`pgbouncer_pools_client_waiting_connections{${pool}}`]: "0x20",
        'pgbouncer_pools_server_idle_connections{database="bi",user="bi"}': "1x20",
        'pgbouncer_pools_client_waiting_connections{database="bi",user="bi"}': "9x20",
      },
      at: "19m",
    },
  },
  PgBouncerClients: {
    unit: "share of max_client_conn",
    when: ({ clientsUsed }, threshold) => `${clientsUsed} > ${threshold}`,
    levels: {
      PgBouncerClientLimitNear: {
        severity: "warning",
        threshold: 0.8,
        for: "10m",
        summary: "PgBouncer on {{ $labels.host }} nears its limit of clients",
        description:
          "{{ $value | humanizePercentage }} of max_client_conn has been in use for ten minutes.",
        fires: { series: 90, from: "10m", value: "90%" },
        quiet: { series: 70, at: "15m" },
      },
      PgBouncerClientLimitReached: {
        severity: "critical",
        threshold: 0.97,
        for: "2m",
        summary: "PgBouncer on {{ $labels.host }} turns clients away",
        description:
          "{{ $value | humanizePercentage }} of max_client_conn is in use: new clients get “no more connections allowed”.",
        fires: { series: 99, from: "2m", value: "99%" },
        quiet: { series: 90, at: "6m" },
      },
    },
    series: (used) => ({
      pgbouncer_used_clients: `${used}x20`,
      pgbouncer_config_max_client_connections: "100x20",
    }),
  },
  PgBouncerServerLimitNear: {
    severity: "warning",
    threshold: { value: 0.9, unit: "share of the database's server connections" },
    when: ({ serversUsed }, threshold) => `${serversUsed} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.name }} at PgBouncer on {{ $labels.host }} nears max_db_connections",
    description:
      "{{ $value | humanizePercentage }} of the server connections of {{ $labels.name }} have been open for 15 minutes; pools of other users get none.",
    fires: {
      series: {
        [`pgbouncer_databases_current_connections{${entry}}`]: "50x20",
        [`pgbouncer_databases_max_connections{${entry}}`]: "50x20",
      },
      from: "15m",
      labels: { name: "shop" },
      value: "100%",
    },
    quiet: {
      series: {
        [`pgbouncer_databases_current_connections{${entry}}`]: "40x20",
        [`pgbouncer_databases_max_connections{${entry}}`]: "50x20",
        'pgbouncer_databases_current_connections{name="bi"}': "90x20",
        'pgbouncer_databases_max_connections{name="bi"}': "0x20",
      },
      at: "19m",
    },
  },
  PgBouncerDatabasePaused: {
    severity: "warning",
    when: ({ paused }) => `${paused} == 1`,
    for: "10m",
    summary: "{{ $labels.name }} is paused at PgBouncer on {{ $labels.host }}",
    description:
      "It has been paused for ten minutes: clients hang until somebody says RESUME or they give up.",
    fires: {
      series: { [`pgbouncer_databases_paused{${entry}}`]: "0 1x20" },
      from: "11m",
      labels: { name: "shop" },
    },
    quiet: { series: { [`pgbouncer_databases_paused{${entry}}`]: "1x8 0x10" }, at: "15m" },
  },
  PgBouncerDatabaseDisabled: {
    severity: "warning",
    when: ({ disabled }) => `${disabled} == 1`,
    for: "30m",
    summary: "{{ $labels.name }} is disabled at PgBouncer on {{ $labels.host }}",
    description:
      "New clients have been refused for half an hour; probably maintenance ended without ENABLE.",
    fires: {
      series: { [`pgbouncer_databases_disabled{${entry}}`]: "0 1x40" },
      from: "31m",
      labels: { name: "shop" },
    },
    quiet: { series: { [`pgbouncer_databases_disabled{${entry}}`]: "1x28 0x10" }, at: "35m" },
  },
  PgBouncerServerLoginsSlow: {
    severity: "warning",
    threshold: { value: 3, unit: "server connections that are logging in" },
    when: ({ serverLogins }, threshold) => `${serverLogins} > ${threshold}`,
    for: "5m",
    summary: "PgBouncer on {{ $labels.host }} hardly gets into {{ $labels.database }}",
    description:
      '{{ $value | printf "%.0f" }} server connections of {{ $labels.user }} have been logging in for five minutes; a login takes milliseconds.',
    fires: {
      series: { [`pgbouncer_pools_server_login_connections{${pool}}`]: "3.5x10" },
      from: "5m",
      labels: ofPool,
      value: "4",
    },
    quiet: {
      series: { [`pgbouncer_pools_server_login_connections{${pool}}`]: "2.6x10" },
      at: "9m",
    },
  },
  PgBouncerQueriesSlow: {
    severity: "warning",
    threshold: { value: 0.5, unit: "seconds a query takes on average" },
    when: ({ queries, queryTime }, threshold) => `${queryTime} / (${queries} > 1) > ${threshold}`,
    for: "15m",
    summary: "Queries of {{ $labels.database }} through {{ $labels.host }} are slow",
    description:
      "A query has taken {{ $value | humanizeDuration }} on average for 15 minutes, measured at the pooler.",
    fires: {
      series: {
        [`pgbouncer_stats_totals_queries_duration_seconds_total{${shop}}`]: "0+345x40",
        [`pgbouncer_stats_totals_queries_pooled_total{${shop}}`]: "0+600x40",
      },
      from: "16m",
      labels: { database: "shop" },
      value: "575ms",
    },
    quiet: {
      series: {
        [`pgbouncer_stats_totals_queries_duration_seconds_total{${shop}}`]: "0+255x40",
        [`pgbouncer_stats_totals_queries_pooled_total{${shop}}`]: "0+600x40",
        'pgbouncer_stats_totals_queries_duration_seconds_total{database="bi"}': "0+60x40",
        'pgbouncer_stats_totals_queries_pooled_total{database="bi"}': "0+6x40",
      },
      at: "22m",
    },
  },
  PgBouncerTransactionsIdle: {
    severity: "warning",
    threshold: { value: 0.5, unit: "share of transaction time without a query" },
    when: ({ queryTime, transactionTime }, threshold) =>
      `1 - ${queryTime} / (${transactionTime} > 1) > ${threshold}`,
    for: "30m",
    summary: "{{ $labels.database }} on {{ $labels.host }} holds connections idle",
    description:
      "{{ $value | humanizePercentage }} of the time that server connections are in a transaction, no query runs in it; the pool is used up by waiting.",
    fires: {
      series: {
        [`pgbouncer_stats_totals_queries_duration_seconds_total{${shop}}`]: "0+252x60",
        [`pgbouncer_stats_totals_server_in_transaction_seconds_total{${shop}}`]: "0+600x60",
      },
      from: "31m",
      labels: { database: "shop" },
      value: "58%",
    },
    quiet: {
      series: {
        [`pgbouncer_stats_totals_queries_duration_seconds_total{${shop}}`]: "0+348x60",
        [`pgbouncer_stats_totals_server_in_transaction_seconds_total{${shop}}`]: "0+600x60",
        'pgbouncer_stats_totals_queries_duration_seconds_total{database="bi"}': "0+1x60",
        'pgbouncer_stats_totals_server_in_transaction_seconds_total{database="bi"}': "0+6x60",
      },
      at: "40m",
    },
  },
});
