import type { Metric, Metrics } from "../../rules/metrics/format.ts";

/** Fields of SHOW GLOBAL STATUS that are amounts, settings or states of now. */
const amounts = [
  "acl_\\w+|(?:aria_pagecache|key)_blocks_\\w+|binlog_snapshot_position|compression|last_query_cost",
  "delayed_insert_threads|max_used_connections|memory_used\\w*|not_flushed_delayed_rows|open_\\w+",
  "innodb_(?:available_undo_logs|buffer_pool_(?:bytes_\\w+|load_incomplete)|checkpoint_\\w+)",
  "innodb_(?:data_pending_\\w+|encryption_rotation_estimated_iops|have_\\w+|history_list_length)",
  "innodb_(?:ibuf_(?:free_list|segment_size|size)|lsn_\\w+|max_trx_id|mem_\\w+|num_open_files)",
  "innodb_(?:onlineddl_\\w+|page_size|redo_log_\\w+|row_lock_(?:current_waits|time_avg|time_max))",
  "prepared_stmt_count|qcache_(?:free_\\w+|queries_in_cache|total_blocks)|slaves_\\w+|stack_usage",
  "rpl_semi_sync_(?:master|source)_(?:clients|status|(?:net|tx)_avg_wait_time|wait_sessions)",
  "rpl_semi_sync_(?:replica|slave)_status|slave_(?:heartbeat_period|open_temp_tables|running)",
  "ssl_(?:(?:ctx_)?verify_\\w+|default_timeout|session_cache_size|used_\\w+)|threadpool_\\w+",
  "table_open_cache_active_instances|tc_log_(?:max_pages_used|page_size)|uptime\\w*",
  "threads_(?:cached|connected|running)",
  "wsrep(?!_(?:apply_waits|causal_reads|received|repl_|replicated)|_local_(?:bf_aborts|cert_failures|commits|replays)|_flow_control_(?:paused_ns|recv|sent))\\w*",
];

type Row = readonly [pattern: RegExp, semantics: "counter" | "gauge", why: string];

/** What metrics without a type are, and why; the first row that fits counts. */
const untyped: readonly Row[] = [
  [
    /^node_netstat_(?:Tcp_CurrEstab|Ip6?_Forwarding)$/,
    "gauge",
    "a number of now, or a setting, among the counters of /proc/net/snmp",
  ],
  [/^node_netstat_/, "counter", "the fields of /proc/net/snmp and netstat count since boot"],
  [/^node_vmstat_(?:nr_|workingset_nodes$)/, "gauge", "amounts of now in /proc/vmstat"],
  [/^node_vmstat_/, "counter", "the other fields of /proc/vmstat count events since boot"],
  [/^node_ethtool_/, "counter", "statistics of drivers count since the driver was loaded"],
  [/^node_sysctl_/, "gauge", "settings and amounts of the kernel as they are now"],
  [
    /^node_zfs_arc_(?:c|c_max|c_min|p|(?:\w+_)?size|arc_meta_(?:limit|max|min|used)|memory_available_bytes)$/,
    "gauge",
    "sizes of the cache as they are now",
  ],
  [/^node_zfs_\w+_(?:hits|misses)$/, "counter", "these count since the module was loaded"],
  [/^pg_stat_database_conflicts_confl_/, "counter", "conflicts since the statistics were reset"],
  [/^pg_(?:stat_replication_reply_time|static)$/, "gauge", "a point in time, and a fact"],
  [
    new RegExp(`^mysql_global_status_(?:${amounts.join("|")})$`),
    "gauge",
    "amounts, settings and states of now among the counters of SHOW GLOBAL STATUS",
  ],
  [/^mysql_global_status_/, "counter", "the other fields count since the server started"],
  [
    /^mysql_slave_status_(?:retried_transactions|slave_(?:\w+_groups|received_heartbeats)|executed_log_entries)$/,
    "counter",
    "these fields of SHOW REPLICA STATUS count",
  ],
  [/^mysql_slave_status_/, "gauge", "positions, settings and states of now"],
  [/^mysql_info_schema_user_statistics_/, "counter", "counts as its neighbours do"],
  [
    /^(?:rabbitmq_(?:alarms_|identity_info|build_info)|erlang_vm_(?:smp_support|threads|time_correction)$)/,
    "gauge",
    "states and facts",
  ],
];

/** What metrics with a wrong type really are. */
const mistyped: readonly Row[] = [
  [
    /^redis_(?:aof_delayed_fsync|cluster_messages_\w+_total|defrag_\w*(?:hits|misses)|rdb_saves_total|replica_(?:partial_resync_\w+|resyncs_full))$/,
    "counter",
    "INFO counts these since the server started; the exporter declares gauges",
  ],
  [
    /^pg_stat_(?:\w+_stats_reset(?:_total)?|statements_query_id)$/,
    "gauge",
    "points in time and identifiers; the exporter declares counters",
  ],
  [
    /^kafka_(?:log_log_log(?:end|start)offset|server_\w+_linux_disk_(?:read|write)_bytes|consumergroup_current_offset(?:_sum)?|topic_partition_(?:current|oldest)_offset)$/,
    "counter",
    "offsets and amounts that only grow; both exporters declare gauges",
  ],
  [
    /^ray_(?:gcs_task_manager_task_events_(?:dropped|reported)|internal_num_spilled_tasks|node_(?:disk_io_(?:read|write)(?:_count)?|network_(?:received|sent))|object_manager_(?:bytes|received_chunks)|pull_manager_retries_total|scheduler_failed_worker_startup_total|spill_manager_request_total)$/,
    "counter",
    "counted since the process or the system started; Ray declares gauges",
  ],
];

/** Says of each metric in the tables what it is, where its own type does not. */
export function withSemantics(metrics: Metrics): Metrics {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, metric]): [string, Metric] => {
      const rows = metric.type === "untyped" ? untyped : mistyped;
      const semantics = rows.find(([pattern]) => pattern.test(name))?.[1];
      const needed = semantics !== undefined && semantics !== metric.type;
      return [name, needed ? { ...metric, semantics } : metric];
    }),
  );
}
