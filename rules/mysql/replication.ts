import { defineAlerts } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { defineSignals, type Matchers, type Query } from "../lib/signal.ts";
import { mysql } from "./common.ts";

/** Group replication has channels of its own, whose threads stand still while all is well. */
const ofSource = { channel_name: { not: /group_replication_.*/ } } as const;
/** MySQL 8.4 and later name these columns again, MariaDB keeps the old names: one side is always empty. */
const oneOf = (q: Query, older: string, newer: string, matchers: Matchers = {}): string =>
  `(${q.gauge(`mysql_slave_status_${older}`, matchers)} or ${q.gauge(`mysql_slave_status_${newer}`, matchers)})`;

export const signals = defineSignals({
  ioRunning: {
    unit: "bool",
    about: "1 while a replica fetches changes from its source.",
    query: (q) => oneOf(q, "slave_io_running", "replica_io_running", ofSource),
  },
  sqlRunning: {
    unit: "bool",
    about: "1 while a replica applies the changes it has.",
    query: (q) => oneOf(q, "slave_sql_running", "replica_sql_running", ofSource),
  },
  lag: {
    unit: "seconds",
    about:
      "How old the change is that a replica applies, beyond what it is to be; nothing while replication is stopped.",
    query: (q) => {
      const behind = oneOf(q, "seconds_behind_master", "seconds_behind_source");
      return `(${behind} - ${q.gauge("mysql_slave_status_sql_delay")} or ${behind})`;
    },
  },
  heartbeatLag: {
    unit: "seconds",
    about: "Age of the last heartbeat that reached this server, whoever wrote it.",
    // A row of each server that ever wrote one stays, also after another took over.
    query: (q) =>
      `min without (server_id) (${q.gauge("mysql_heartbeat_now_timestamp_seconds")} - ${q.gauge("mysql_heartbeat_stored_timestamp_seconds")})`,
  },
  relayLog: {
    unit: "bytes",
    about: "Changes fetched and not yet applied, as files.",
    query: (q) => q.gauge("mysql_slave_status_relay_log_space"),
  },
  readOnly: {
    unit: "bool",
    about: "1 while ordinary users may not write.",
    query: (q) => q.gauge("mysql_global_variables_read_only"),
  },
  unasked: {
    unit: "bool",
    about: "0 while the exporter cannot ask what a server replicates.",
    query: (q) =>
      q.gauge("mysql_exporter_collector_success", { collector: "collect.slave_status" }),
  },
  binlogCacheDisk: {
    unit: "opsPerSecond",
    about: "Transactions whose changes did not fit the binlog cache.",
    query: (q) => q.rate("mysql_global_status_binlog_cache_disk_use"),
  },
  binlogCache: {
    unit: "opsPerSecond",
    about: "Transactions that went through the binlog cache.",
    query: (q) => q.rate("mysql_global_status_binlog_cache_use"),
  },
  membersOut: {
    unit: "bool",
    about:
      "1 for each member of a replication group that some member of it finds neither online nor on its way.",
    // Each reports all: one that is away is one alert.
    query: (q) =>
      `max by (cluster, env, job, member_host, member_id, member_state) (${q.gauge("mysql_perf_schema_replication_group_member_info", { member_state: { not: /ONLINE|RECOVERING/ } })})`,
  },
  inGroup: {
    unit: "bool",
    about: "1 for each server that sees members of a replication group.",
    query: (q) =>
      `group by (cluster, env, job, instance) (${q.gauge("mysql_perf_schema_replication_group_member_info", { member_state: /ONLINE|RECOVERING/ })})`,
  },
  groupQueue: {
    unit: "count",
    about: "Transactions of the group that this member has not applied.",
    query: (q) => q.gauge("mysql_perf_schema_transactions_remote_in_applier_queue"),
  },
});

const source = 'master_host="db-0",master_uuid="",channel_name="",connection_name=""';
/** The applier of a replication group, which has no source. */
const ofGroup =
  'master_host="<NULL>",master_uuid="",channel_name="group_replication_applier",connection_name=""';
const fromSource = { master_host: "db-0" };
const member = 'channel_name="group_replication_applier",member_id="m2",member_host="db-2"';

export const group = defineAlerts({ ...mysql, name: "mysql-replication" }, signals, {
  MySQLReplicationFetchStopped: {
    severity: "critical",
    when: ({ ioRunning }) => `${ioRunning} == 0`,
    for: "5m",
    summary: "{{ $labels.host }} fetches nothing from {{ $labels.master_host }}",
    description:
      "The receiver thread has been stopped or has tried to connect for five minutes; the replica drifts away.",
    fires: {
      series: { [`mysql_slave_status_replica_io_running{${source}}`]: "1 0x10" },
      from: "6m",
      labels: fromSource,
    },
    quiet: {
      series: {
        [`mysql_slave_status_slave_io_running{${source}}`]: "0x3 1x10",
        [`mysql_slave_status_slave_io_running{${ofGroup}}`]: "0x20",
        [`mysql_slave_status_replica_io_running{${ofGroup},instance="db-5:9104"}`]: "0x20",
      },
      at: "9m",
    },
  },
  MySQLReplicationApplyStopped: {
    severity: "critical",
    when: ({ sqlRunning }) => `${sqlRunning} == 0`,
    for: "2m",
    summary: "{{ $labels.host }} no longer applies changes of {{ $labels.master_host }}",
    description:
      "The applier stopped, usually at a statement that fails here. The replica stays where it is until somebody acts.",
    fires: {
      series: { [`mysql_slave_status_slave_sql_running{${source}}`]: "1 0x10" },
      from: "3m",
      labels: fromSource,
    },
    quiet: {
      series: {
        [`mysql_slave_status_replica_sql_running{${source}}`]: "0x1 1x10",
        [`mysql_slave_status_replica_sql_running{${ofGroup}}`]: "0x20",
        [`mysql_slave_status_slave_sql_running{${ofGroup},instance="db-5:9104"}`]: "0x20",
      },
      at: "7m",
    },
  },
  MySQLReplicationLag: {
    unit: "seconds behind the source",
    when: ({ lag }, threshold) => `${lag} > ${threshold}`,
    levels: {
      MySQLReplicationLag: {
        severity: "warning",
        threshold: 60,
        for: "10m",
        summary: "The replica {{ $labels.host }} is behind {{ $labels.master_host }}",
        description:
          "It has been {{ $value | humanizeDuration }} behind; whoever reads there sees old data.",
        fires: {
          series: { [`mysql_slave_status_seconds_behind_source{${source}}`]: "69x20" },
          from: "10m",
          value: "1m 9s",
        },
        quiet: {
          series: { [`mysql_slave_status_seconds_behind_master{${source}}`]: "52x20" },
          at: "15m",
        },
      },
      MySQLReplicationLagCritical: {
        severity: "critical",
        threshold: 600,
        for: "5m",
        summary: "The replica {{ $labels.host }} is far behind {{ $labels.master_host }}",
        description:
          "It is {{ $value | humanizeDuration }} behind: no candidate for failover, and not fit to be read from.",
        fires: {
          series: { [`mysql_slave_status_seconds_behind_master{${source}}`]: "690x10" },
          from: "5m",
          value: "11m 30s",
        },
        quiet: {
          series: { [`mysql_slave_status_seconds_behind_source{${source}}`]: "520x10" },
          at: "9m",
        },
      },
    },
    labels: fromSource,
  },
  MySQLHeartbeatLag: {
    severity: "warning",
    threshold: { value: 60, unit: "seconds since the heartbeat was written" },
    when: ({ heartbeatLag }, threshold) => `${heartbeatLag} > ${threshold}`,
    for: "10m",
    summary: "Heartbeats reach {{ $labels.host }} late",
    description:
      "The newest heartbeat has been {{ $value | humanizeDuration }} old; that is the lag over the whole chain.",
    fires: {
      series: {
        'mysql_heartbeat_now_timestamp_seconds{server_id="1"}': "1069+60x20",
        'mysql_heartbeat_stored_timestamp_seconds{server_id="1"}': "1000+60x20",
      },
      from: "10m",
      value: "1m 9s",
    },
    quiet: {
      series: {
        'mysql_heartbeat_now_timestamp_seconds{server_id="1"}': "1052+60x20",
        'mysql_heartbeat_stored_timestamp_seconds{server_id="1"}': "1000+60x20",
        'mysql_heartbeat_now_timestamp_seconds{server_id="2"}': "1052+60x20",
        'mysql_heartbeat_stored_timestamp_seconds{server_id="2"}': "1x20",
      },
      at: "15m",
    },
  },
  MySQLRelayLogLarge: {
    severity: "warning",
    threshold: { value: 10e9, unit: "bytes of relay log" },
    when: ({ relayLog }, threshold) => `${relayLog} > ${threshold}`,
    for: "30m",
    summary: "Relay logs pile up on {{ $labels.host }}",
    description:
      "{{ $value | humanize1024 }}B of changes from {{ $labels.master_host }} wait to be applied; the disk fills.",
    fires: {
      series: { [`mysql_slave_status_relay_log_space{${source}}`]: "12000000000x40" },
      from: "30m",
      labels: fromSource,
      value: "11.18Gi",
    },
    quiet: {
      series: { [`mysql_slave_status_relay_log_space{${source}}`]: "8700000000x40" },
      at: "36m",
    },
  },
  MySQLReplicaWritable: {
    severity: "warning",
    when: ({ readOnly, sqlRunning }) =>
      `${readOnly} == 0 and on (cluster, env, job, instance) max by (cluster, env, job, instance) (${sqlRunning}) == 1`,
    for: "30m",
    summary: "The replica {{ $labels.host }} takes writes",
    description:
      "It replicates, and read_only is off: whatever an application writes here is on this server only, and breaks replication later.",
    fires: {
      series: {
        mysql_global_variables_read_only: "1 0x40",
        [`mysql_slave_status_replica_sql_running{${source}}`]: "1x40",
      },
      from: "31m",
    },
    quiet: {
      series: {
        mysql_global_variables_read_only: "1x40",
        [`mysql_slave_status_replica_sql_running{${source}}`]: "1x40",
        'mysql_global_variables_read_only{instance="db-0:9104"}': "0x40",
        [`mysql_slave_status_replica_sql_running{instance="db-0:9104",${source}}`]: "0x40",
        // The primary of a replication group, and one of an older version.
        'mysql_global_variables_read_only{instance="db-5:9104"}': "0x40",
        [`mysql_slave_status_replica_sql_running{instance="db-5:9104",${ofGroup}}`]: "1x40",
        'mysql_global_variables_read_only{instance="db-6:9104"}': "0x40",
        [`mysql_slave_status_slave_sql_running{instance="db-6:9104",${ofGroup}}`]: "1x40",
      },
      at: "36m",
    },
  },
  MySQLReadOnlyWithoutSource: {
    severity: "warning",
    when: ({ inGroup, readOnly, sqlRunning, unasked }) =>
      `${readOnly} == 1 unless on (cluster, env, job, instance) group by (cluster, env, job, instance) (${sqlRunning}) unless on (cluster, env, job, instance) ${inGroup} unless on (cluster, env, job, instance) ${unasked} == 0`,
    for: "15m",
    summary: "MySQL on {{ $labels.host }} is read only and no replica",
    description:
      "Nobody can write, and nothing replicates to it: a failover was left halfway, or a node came back in safe mode.",
    fires: {
      series: {
        mysql_global_variables_read_only: "0 1x30",
        // It has left its group.
        [`mysql_perf_schema_replication_group_member_info{${member},member_state="OFFLINE"}`]:
          "1x30",
        [`mysql_slave_status_slave_sql_running{${ofGroup}}`]: "0x30",
        [`mysql_slave_status_replica_sql_running{${ofGroup}}`]: "0x30",
      },
      from: "16m",
    },
    quiet: {
      series: {
        mysql_global_variables_read_only: "1x30",
        [`mysql_slave_status_slave_sql_running{${source}}`]: "0x30",
        'mysql_global_variables_read_only{instance="db-0:9104"}': "0x30",
        // A secondary of a replication group.
        'mysql_global_variables_read_only{instance="db-5:9104"}': "1x30",
        [`mysql_perf_schema_replication_group_member_info{${member},member_state="ONLINE",instance="db-5:9104"}`]:
          "1x30",
        // Nobody knows what it replicates.
        'mysql_global_variables_read_only{instance="db-6:9104"}': "1x30",
        'mysql_exporter_collector_success{instance="db-6:9104",collector="collect.slave_status"}':
          "0x30",
        'mysql_exporter_collector_success{instance="db-6:9104",collector="collect.binlog_size"}':
          "1x30",
      },
      at: "20m",
    },
  },
  MySQLBinlogCacheOnDisk: {
    severity: "warning",
    threshold: { value: 0.2, unit: "share of transactions larger than the cache" },
    when: ({ binlogCache, binlogCacheDisk }, threshold) =>
      `${binlogCacheDisk} / (${binlogCache} > 1) > ${threshold}`,
    for: "30m",
    summary: "Transactions on {{ $labels.host }} outgrow the binlog cache",
    description:
      "{{ $value | humanizePercentage }} of transactions wrote their changes to a temporary file before the binlog, for half an hour.",
    fires: {
      series: {
        mysql_global_status_binlog_cache_disk_use: "0+138x60",
        mysql_global_status_binlog_cache_use: "0+600x60",
      },
      from: "31m",
      value: "23%",
    },
    quiet: {
      series: {
        mysql_global_status_binlog_cache_disk_use: "0+102x60",
        mysql_global_status_binlog_cache_use: "0+600x60",
        'mysql_global_status_binlog_cache_disk_use{instance="db-2:9104"}': "0+6x60",
        'mysql_global_status_binlog_cache_use{instance="db-2:9104"}': "0+6x60",
      },
      at: "40m",
    },
  },
  MySQLGroupMemberOut: {
    severity: "warning",
    board: estateBoard,
    when: ({ membersOut }) => `${membersOut} == 1`,
    for: "5m",
    summary: "{{ $labels.member_host }} is not online in the replication group",
    description:
      "It has been {{ $labels.member_state }} for five minutes: one less to lose before the group cannot write.",
    fires: {
      series: {
        [`mysql_perf_schema_replication_group_member_info{${member},member_state="UNREACHABLE"}`]:
          "_ 1x10",
      },
      from: "6m",
      labels: {
        instance: "",
        host: "",
        member_id: "m2",
        member_host: "db-2",
        member_state: "UNREACHABLE",
      },
    },
    quiet: {
      series: {
        [`mysql_perf_schema_replication_group_member_info{${member},member_state="RECOVERING"}`]:
          "1x10 stale",
        [`mysql_perf_schema_replication_group_member_info{${member},member_state="ONLINE"}`]:
          "_x11 1x10",
      },
      at: "12m",
    },
  },
  MySQLGroupQueueLong: {
    severity: "warning",
    threshold: { value: 1000, unit: "transactions that wait to be applied" },
    when: ({ groupQueue }, threshold) => `${groupQueue} > ${threshold}`,
    for: "10m",
    summary: "The group member {{ $labels.host }} applies too slowly",
    description:
      "{{ $value | humanize }} transactions of the group have waited here for ten minutes; flow control will slow down all members.",
    fires: {
      series: { mysql_perf_schema_transactions_remote_in_applier_queue: "1150x20" },
      from: "10m",
      value: "1.15k",
    },
    quiet: {
      series: { mysql_perf_schema_transactions_remote_in_applier_queue: "860x20" },
      at: "15m",
    },
  },
});
