import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { usual } from "../lib/usual.ts";
import { mysql } from "./common.ts";

export const signals = defineSignals({
  enabled: {
    unit: "bool",
    about:
      "1 while a server takes part in a Galera cluster; MariaDB has all of Galera's status without one, too.",
    query: (q) => q.gauge("mysql_global_variables_wsrep_on"),
  },
  ready: {
    unit: "bool",
    about: "1 while a Galera node accepts statements.",
    query: (q) => q.gauge("mysql_global_status_wsrep_ready"),
  },
  primary: {
    unit: "bool",
    about: "1 while a node belongs to the part of the cluster that has the majority.",
    query: (q) => q.gauge("mysql_global_status_wsrep_cluster_status"),
  },
  state: {
    unit: "count",
    about: "State of a node: 1 joining, 2 donor, 3 joined, 4 synced.",
    query: (q) => q.gauge("mysql_global_status_wsrep_local_state"),
  },
  desync: {
    unit: "bool",
    about: "1 while an operator or a backup let the node fall behind on purpose.",
    query: (q) => q.gauge("mysql_global_variables_wsrep_desync"),
  },
  size: {
    unit: "count",
    about: "Nodes in the cluster, as this one sees it.",
    query: (q) => q.gauge("mysql_global_status_wsrep_cluster_size"),
  },
  receiveQueue: {
    unit: "count",
    about: "Write sets that a node received and has not applied.",
    query: (q) => q.gauge("mysql_global_status_wsrep_local_recv_queue"),
  },
  paused: {
    unit: "ratio",
    about: "Share of time that flow control stopped the cluster's writes.",
    query: (q) => `${q.rate("mysql_global_status_wsrep_flow_control_paused_ns")} / 1e9`,
  },
  conflicts: {
    unit: "opsPerSecond",
    about: "Transactions lost to another node that changed the same rows first.",
    query: (q) =>
      `${q.rate("mysql_global_status_wsrep_local_cert_failures")} + ${q.rate("mysql_global_status_wsrep_local_bf_aborts")}`,
  },
});

export const group = defineAlerts({ ...mysql, name: "mysql-galera" }, signals, {
  MySQLGaleraNotReady: {
    severity: "critical",
    when: ({ enabled, ready }) => `${ready} == 0 unless ${enabled} == 0`,
    for: "2m",
    summary: "The Galera node {{ $labels.host }} refuses statements",
    description:
      "wsrep_ready is off for two minutes: clients of this node get “WSREP has not yet prepared node for application use”.",
    fires: {
      series: {
        mysql_global_status_wsrep_ready: "1 0x10",
        mysql_global_variables_wsrep_on: "1x10",
      },
      from: "3m",
    },
    quiet: {
      series: {
        mysql_global_status_wsrep_ready: "0 0 1x10",
        mysql_global_variables_wsrep_on: "1x10",
        'mysql_global_status_wsrep_ready{instance="db-2:9104"}': "0x10",
        'mysql_global_variables_wsrep_on{instance="db-2:9104"}': "0x10",
      },
      at: "6m",
    },
  },
  MySQLGaleraNotPrimary: {
    severity: "critical",
    when: ({ enabled, primary }) => `${primary} == 0 unless ${enabled} == 0`,
    for: "1m",
    summary: "The Galera node {{ $labels.host }} lost the majority",
    description:
      "It is cut off from more than half of the cluster and takes no writes. If every node says so, the whole cluster stands.",
    fires: {
      series: {
        mysql_global_status_wsrep_cluster_status: "1 0x10",
        mysql_global_variables_wsrep_on: "1x10",
      },
      from: "2m",
    },
    quiet: {
      series: {
        mysql_global_status_wsrep_cluster_status: "0 1x10",
        mysql_global_variables_wsrep_on: "1x10",
        'mysql_global_status_wsrep_cluster_status{instance="db-2:9104"}': "0x10",
        'mysql_global_variables_wsrep_on{instance="db-2:9104"}': "0x10",
      },
      at: "6m",
    },
  },
  MySQLGaleraOutOfSync: {
    severity: "warning",
    // A donor serves a backup or a new node, for as long as that takes.
    when: ({ desync, state }) => `${state} != 4 != 2 and ${desync} == 0`,
    for: "10m",
    summary: "The Galera node {{ $labels.host }} is not in step",
    description: "For ten minutes it has been joining or catching up, and nobody asked it to.",
    fires: {
      series: {
        mysql_global_status_wsrep_local_state: "4 1x20",
        mysql_global_variables_wsrep_desync: "0x20",
      },
      from: "11m",
    },
    quiet: {
      series: {
        mysql_global_status_wsrep_local_state: "4x20",
        mysql_global_variables_wsrep_desync: "0x20",
        'mysql_global_status_wsrep_local_state{instance="db-2:9104"}': "3x20",
        'mysql_global_variables_wsrep_desync{instance="db-2:9104"}': "1x20",
        'mysql_global_status_wsrep_local_state{instance="db-3:9104"}': "2x20",
        'mysql_global_variables_wsrep_desync{instance="db-3:9104"}': "0x20",
      },
      at: "15m",
    },
  },
  MySQLGaleraClusterShrunk: {
    severity: "warning",
    when: ({ size }) => `${size} < ${usual(size)}`,
    for: "5m",
    summary: "The Galera cluster of {{ $labels.host }} lost a node",
    description:
      '{{ $value | printf "%.0f" }} nodes are left, fewer than mostly within two hours; the majority gets narrower.',
    fires: {
      series: { mysql_global_status_wsrep_cluster_size: "3x40 2x30" },
      from: "46m",
      value: "2",
    },
    quiet: { series: { mysql_global_status_wsrep_cluster_size: "2x5 3x20" }, at: "15m" },
    resolves: { series: { mysql_global_status_wsrep_cluster_size: "3x20" }, at: "5m" },
  },
  MySQLGaleraQueueLong: {
    severity: "warning",
    threshold: { value: 100, unit: "write sets that wait to be applied" },
    when: ({ receiveQueue }, threshold) => `${receiveQueue} > ${threshold}`,
    for: "5m",
    summary: "The Galera node {{ $labels.host }} applies too slowly",
    description:
      '{{ $value | printf "%.0f" }} write sets have waited for five minutes; soon this node makes all others wait.',
    fires: {
      series: { mysql_global_status_wsrep_local_recv_queue: "115x10" },
      from: "5m",
      value: "115",
    },
    quiet: { series: { mysql_global_status_wsrep_local_recv_queue: "86x10" }, at: "9m" },
  },
  MySQLGaleraFlowControl: {
    severity: "warning",
    threshold: { value: 0.1, unit: "share of time writes were stopped" },
    when: ({ paused }, threshold) => `${paused} > ${threshold}`,
    for: "10m",
    summary: "Flow control stops the Galera cluster of {{ $labels.host }}",
    description:
      "For {{ $value | humanizePercentage }} of the time of ten minutes nobody could write, because one node did not keep up.",
    fires: {
      series: { mysql_global_status_wsrep_flow_control_paused_ns: "0+6900000000x30" },
      from: "15m",
      value: "11.5%",
    },
    quiet: {
      series: { mysql_global_status_wsrep_flow_control_paused_ns: "0+5100000000x40" },
      at: "20m",
    },
  },
  MySQLGaleraConflicts: {
    severity: "warning",
    threshold: { value: 1, unit: "transactions lost per second" },
    when: ({ conflicts }, threshold) => `${conflicts} > ${threshold}`,
    for: "15m",
    summary: "Nodes of the Galera cluster of {{ $labels.host }} write the same rows",
    description:
      '{{ $value | printf "%.1f" }} transactions a second have been rolled back for 15 minutes because another node was first.',
    fires: {
      series: {
        mysql_global_status_wsrep_local_cert_failures: "0+36x30",
        mysql_global_status_wsrep_local_bf_aborts: "0+36x30",
      },
      from: "20m",
      value: "1.2",
    },
    quiet: {
      series: {
        mysql_global_status_wsrep_local_cert_failures: "0+25x40",
        mysql_global_status_wsrep_local_bf_aborts: "0+26x40",
      },
      at: "25m",
    },
  },
});
