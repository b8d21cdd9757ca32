import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { mysql } from "./common.ts";
import { countsFromZero } from "../lib/nature.ts";

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while the exporter can log in to the server.",
    query: (q) => q.gauge("mysql_up"),
  },
  collectorSuccess: {
    unit: "bool",
    about: "1 for each collector of the exporter that got what it asked for.",
    query: (q) => q.gauge("mysql_exporter_collector_success"),
  },
  uptime: {
    unit: "seconds",
    about: "Time since the server process was started.",
    query: (q) => q.gauge("mysql_global_status_uptime"),
  },
  connectionsUsed: {
    unit: "ratio",
    about: "Share of max_connections in use.",
    query: (q) =>
      `${q.gauge("mysql_global_status_threads_connected")} / (${q.gauge("mysql_global_variables_max_connections")} > 0)`,
  },
  refused: {
    unit: "count",
    about: "Clients turned away in 15 minutes because max_connections was reached.",
    query: (q) => {
      const metric = "mysql_global_status_connection_errors_total";
      const refused = q.increase(metric, "15m", { error: "max_connections" });
      return `sum without (error) (${refused})`;
    },
  },
  failedLogins: {
    unit: "opsPerSecond",
    about: "Connections that ended before they were logged in.",
    query: (q) => q.rate("mysql_global_status_aborted_connects"),
  },
  lostClients: {
    unit: "opsPerSecond",
    about: "Sessions that ended without a goodbye.",
    query: (q) => q.rate("mysql_global_status_aborted_clients"),
  },
  filesUsed: {
    unit: "ratio",
    about: "Share of the files the process may open, of tables and of InnoDB.",
    query: (q) =>
      `(${q.gauge("mysql_global_status_open_files")} + ${q.gauge("mysql_global_status_innodb_num_open_files")}) / (${q.gauge("mysql_global_variables_open_files_limit")} > 0)`,
  },
  preparedUsed: {
    unit: "ratio",
    about: "Share of max_prepared_stmt_count in use.",
    query: (q) =>
      `${q.gauge("mysql_global_status_prepared_stmt_count")} / (${q.gauge("mysql_global_variables_max_prepared_stmt_count")} > 0)`,
  },
});

const used = (share: number): Record<string, string> => ({
  mysql_global_status_threads_connected: `${share * 200}x20`,
  mysql_global_variables_max_connections: "200x20",
});
const errors = "mysql_global_status_connection_errors_total";

export const group = defineAlerts(mysql, signals, {
  MySQLDown: {
    severity: "critical",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "3m",
    summary: "MySQL on {{ $labels.host }} does not let the exporter in",
    description:
      "The exporter {{ $labels.instance }} has not been able to connect for three minutes: the server is down, full or refuses the login.",
    fires: { series: { mysql_up: "1x2 0x10" }, from: "6m" },
    quiet: { series: { mysql_up: "1 0 0 0 1 1x10" }, at: "8m" },
  },
  MySQLCollectorFailed: {
    severity: "warning",
    when: ({ collectorSuccess }) => `${collectorSuccess} == 0`,
    for: "15m",
    summary: "Part of MySQL on {{ $labels.host }} is not measured",
    description:
      "{{ $labels.collector }} of the exporter has failed for 15 minutes; alerts on what it reads are deaf.",
    fires: {
      series: { 'mysql_exporter_collector_success{collector="collect.slave_status"}': "1 0x20" },
      from: "16m",
      labels: { collector: "collect.slave_status" },
    },
    quiet: {
      series: {
        'mysql_exporter_collector_success{collector="collect.slave_status"}': "0x13 1x10",
      },
      at: "20m",
    },
  },
  MySQLRestarted: {
    severity: "info",
    threshold: { value: 600, unit: "seconds since the start" },
    when: ({ uptime }, threshold) => `${uptime} < ${threshold}`,
    for: "0s",
    summary: "MySQL on {{ $labels.host }} was restarted",
    description:
      "The server has run for {{ $value | humanizeDuration }}; sessions were cut and the buffer pool is cold.",
    fires: {
      series: { mysql_global_status_uptime: "90000+60x4 540+60x10" },
      from: "5m",
      value: "9m 0s",
    },
    quiet: { series: { mysql_global_status_uptime: "690+60x10" }, at: "0m" },
    resolves: { series: { mysql_global_status_uptime: "600+60x10" }, at: "3m" },
  },
  MySQLConnections: {
    unit: "share of max_connections",
    when: ({ connectionsUsed }, threshold) => `${connectionsUsed} > ${threshold}`,
    levels: {
      MySQLConnectionsHigh: {
        severity: "warning",
        threshold: 0.8,
        for: "10m",
        summary: "Connections of MySQL on {{ $labels.host }} run short",
        description:
          "{{ $value | humanizePercentage }} of max_connections have been taken for ten minutes; the next rush will be turned away.",
        fires: { series: 0.9, from: "10m", value: "90%" },
        quiet: { series: 0.7, at: "15m" },
      },
      MySQLConnectionsExhausted: {
        severity: "critical",
        threshold: 0.95,
        for: "2m",
        summary: "MySQL on {{ $labels.host }} has no connection left",
        description:
          "{{ $value | humanizePercentage }} of max_connections are taken; clients get “Too many connections”.",
        fires: { series: 1, from: "2m", value: "100%" },
        quiet: { series: 0.85, at: "7m" },
      },
    },
    series: used,
  },
  MySQLConnectionsRefused: {
    severity: "warning",
    family: "MySQLConnections",
    when: ({ refused }) => `${refused} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "MySQL on {{ $labels.host }} turned clients away",
    description:
      "max_connections was reached within 15 minutes, even if only between two scrapes; those clients got an error.",
    fires: {
      series: { [`${errors}{error="max_connections"}`]: "0x20 1x10" },
      from: "21m",
    },
    quiet: {
      series: {
        [`${errors}{error="max_connections"}`]: "7x40",
        [`${errors}{error="peer_address"}`]: "0+1x40",
      },
      at: "30m",
    },
    byNature: { born: countsFromZero },
  },
  MySQLAccessDenied: {
    severity: "warning",
    team: "security",
    threshold: { value: 1, unit: "failed logins per second" },
    when: ({ failedLogins }, threshold) => `${failedLogins} > ${threshold}`,
    for: "10m",
    summary: "Logins to MySQL on {{ $labels.host }} fail",
    description:
      '{{ $value | printf "%.1f" }} logins a second have failed for ten minutes: a wrong password in a deployment, a probe of a port, or somebody who guesses.',
    fires: {
      series: { mysql_global_status_aborted_connects: "0+72x30" },
      from: "15m",
      value: "1.2",
    },
    quiet: { series: { mysql_global_status_aborted_connects: "0+51x40" }, at: "20m" },
  },
  MySQLClientsLost: {
    severity: "warning",
    threshold: { value: 1, unit: "sessions lost per second" },
    when: ({ lostClients }, threshold) => `${lostClients} > ${threshold}`,
    for: "15m",
    summary: "MySQL on {{ $labels.host }} loses its clients",
    description:
      '{{ $value | printf "%.1f" }} sessions a second have ended without a goodbye for 15 minutes: crashes, timeouts or a network that cuts.',
    fires: {
      series: { mysql_global_status_aborted_clients: "0+72x30" },
      from: "20m",
      value: "1.2",
    },
    quiet: { series: { mysql_global_status_aborted_clients: "0+51x40" }, at: "25m" },
  },
  MySQLOpenFilesHigh: {
    severity: "warning",
    threshold: { value: 0.8, unit: "share of open_files_limit" },
    when: ({ filesUsed }, threshold) => `${filesUsed} > ${threshold}`,
    for: "15m",
    summary: "MySQL on {{ $labels.host }} runs out of file handles",
    description:
      "{{ $value | humanizePercentage }} of the files the process may open are open; at the end tables cannot be opened.",
    fires: {
      series: {
        mysql_global_status_open_files: "100x20",
        mysql_global_status_innodb_num_open_files: "800x20",
        mysql_global_variables_open_files_limit: "1000x20",
      },
      from: "15m",
      value: "90%",
    },
    quiet: {
      series: {
        mysql_global_status_open_files: "100x20",
        mysql_global_status_innodb_num_open_files: "600x20",
        mysql_global_variables_open_files_limit: "1000x20",
        'mysql_global_status_open_files{instance="db-2:9104"}': "100x20",
        'mysql_global_status_innodb_num_open_files{instance="db-2:9104"}': "600x20",
        'mysql_global_variables_open_files_limit{instance="db-2:9104"}': "0x20",
      },
      at: "19m",
    },
  },
  MySQLPreparedStatementsHigh: {
    severity: "warning",
    threshold: { value: 0.8, unit: "share of max_prepared_stmt_count" },
    when: ({ preparedUsed }, threshold) => `${preparedUsed} > ${threshold}`,
    for: "10m",
    summary: "Prepared statements on {{ $labels.host }} run out",
    description:
      "{{ $value | humanizePercentage }} of the prepared statements there may be exist; somebody prepares and never closes.",
    fires: {
      series: {
        mysql_global_status_prepared_stmt_count: "14745.6x20",
        mysql_global_variables_max_prepared_stmt_count: "16384x20",
      },
      from: "10m",
      value: "90%",
    },
    quiet: {
      series: {
        mysql_global_status_prepared_stmt_count: "11400x20",
        mysql_global_variables_max_prepared_stmt_count: "16384x20",
        'mysql_global_status_prepared_stmt_count{instance="db-2:9104"}': "5x20",
        'mysql_global_variables_max_prepared_stmt_count{instance="db-2:9104"}': "0x20",
      },
      at: "15m",
    },
  },
});
