import { free, like, oneOf, type ProgramValues } from "../values.ts";

/** What a session waits for; absent where it does not wait. */
const waitEventType = oneOf(
  [
    "Activity",
    "BufferPin",
    "Client",
    "Extension",
    "InjectionPoint",
    "IO",
    "IPC",
    "Lock",
    "LWLock",
    "Timeout",
    "",
  ],
  { notApplicable: [""] },
);
/** Extensions add types of their own; absent in a row that stands for a state without a session. */
const backendType = like(
  /^[\w ]*$/,
  [
    "client backend",
    "autovacuum launcher",
    "autovacuum worker",
    "background worker",
    "background writer",
    "checkpointer",
    "archiver",
    "io worker",
    "logical replication launcher",
    "logical replication worker",
    "parallel worker",
    "slotsync worker",
    "standalone backend",
    "startup",
    "walreceiver",
    "walsender",
    "walsummarizer",
    "walwriter",
    "",
  ],
  { notApplicable: [""] },
);
/** Server versions before 9.2 have no states. */
const sessionState = oneOf(
  [
    "active",
    "idle",
    "idle in transaction",
    "idle in transaction (aborted)",
    "fastpath function call",
    "disabled",
    "unknown",
  ],
  {
    unknown: ["unknown"],
    unheard: "It comes from servers before 9.2, which the exporter no longer supports.",
    notApplicable: ["disabled"],
  },
);
const walStatus = oneOf(["reserved", "extended", "unreserved", "lost", ""], {
  // A slot that was never used holds no log.
  notApplicable: [""],
});

export const postgres: ProgramValues = {
  source:
    "prometheus-community/postgres_exporter@v0.20.1: collector, cmd/postgres_exporter/queries.go; PostgreSQL 18's documentation: monitoring.html, view-pg-replication-slots.html",
  labels: {
    pg_locks_count: {
      mode: oneOf([
        "accesssharelock",
        "rowsharelock",
        "rowexclusivelock",
        "shareupdateexclusivelock",
        "sharelock",
        "sharerowexclusivelock",
        "exclusivelock",
        "accessexclusivelock",
        "sireadlock",
      ]),
    },
    "pg_replication_slot*": {
      slot_type: oneOf(["physical", "logical"]),
      wal_status: walStatus,
    },
    pg_scrape_collector_success: { collector: like(/^[a-z_]+$/, ["wal", "locks", "database"]) },
    pg_stat_wal_receiver_last_msg_receipt_time: {
      status: oneOf(["stopped", "starting", "streaming", "waiting", "restarting", "stopping"]),
      upstream_host: free("hosts of primaries"),
    },
    pg_stat_activity_count: {
      backend_type: backendType,
      state: sessionState,
      wait_event: free("what a session waits for, in hundreds"),
      wait_event_type: waitEventType,
    },
    pg_stat_activity_max_tx_duration: {
      application_name: like(/^.*$/, ["", "psql", "pg_dump", "pg_dumpall", "pg_restore"]),
      backend_type: backendType,
      state: sessionState,
    },
    pg_stat_progress_vacuum_phase: {
      phase: oneOf([
        "initializing",
        "scanning heap",
        "vacuuming indexes",
        "vacuuming heap",
        "cleaning up indexes",
        "truncating heap",
        "performing final cleanup",
      ]),
    },
    pg_stat_replication_pg_wal_lsn_diff: {
      state: oneOf(["startup", "catchup", "streaming", "backup", "stopping"]),
    },
  },
};

export const mysql: ProgramValues = {
  source:
    "prometheus/mysqld_exporter@v0.19.0: collector/global_status.go, collector/perf_schema_replication_group_members.go; MySQL 8.4's reference manual: replication-group-members-table",
  labels: {
    mysql_global_status_buffer_pool_pages: { state: oneOf(["data", "free", "misc", "old"]) },
    mysql_exporter_collector_success: {
      collector: like(/^[a-z_.]+$/, ["collect.global_status", "collect.slave_status"]),
    },
    mysql_global_status_buffer_pool_page_changes_total: {
      operation: like(/^[a-z_]+$/, [
        "flushed",
        "lru_flushed",
        "made_young",
        "made_not_young",
        "misc",
      ]),
    },
    mysql_global_status_commands_total: {
      command: like(/^[a-z_]+$/, [
        "select",
        "insert",
        "update",
        "delete",
        "replace",
        "commit",
        "rollback",
        "flush",
        "stmt_prepare",
        "stmt_execute",
        "stmt_close",
      ]),
    },
    mysql_global_status_handlers_total: {
      handler: like(/^[a-z_]+$/, [
        "read_first",
        "read_key",
        "read_next",
        "read_prev",
        "read_rnd",
        "read_rnd_next",
        "update",
        "write",
      ]),
    },
    mysql_global_status_connection_errors_total: {
      error: oneOf(["accept", "internal", "max_connections", "peer_address", "select", "tcpwrap"]),
    },
    // A channel that nobody named has no name.
    "mysql_slave_status_*": {
      channel_name: like(/^[\w-]*$/, [
        ...["", "source_1", "group_replication_applier", "group_replication_recovery"],
      ]),
    },
    mysql_perf_schema_replication_group_member_info: {
      channel_name: oneOf(["group_replication_applier"]),
      member_state: oneOf(["ONLINE", "RECOVERING", "OFFLINE", "ERROR", "UNREACHABLE"]),
    },
  },
};

export const mongodb: ProgramValues = {
  source:
    "percona/mongodb_exporter@v0.43.1: exporter/metrics.go, exporter/testdata/get_diagnostic_data.json; MongoDB 8's manual: replSetGetStatus, serverStatus",
  labels: {
    // A member that does not answer has this text for a state.
    mongodb_rs_members_optimeDate: {
      member_state: oneOf(
        [
          "STARTUP",
          "PRIMARY",
          "SECONDARY",
          "RECOVERING",
          "STARTUP2",
          "UNKNOWN",
          "ARBITER",
          "DOWN",
          "ROLLBACK",
          "REMOVED",
          "(not reachable/healthy)",
        ],
        {
          unknown: ["UNKNOWN", "(not reachable/healthy)"],
          unheard: "A member that does not answer has an alert of its own, by its health.",
        },
      ),
    },
    mongodb_ss_asserts: {
      assert_type: oneOf(["regular", "warning", "msg", "user", "tripwire", "rollovers"]),
    },
    mongodb_ss_connections: {
      conn_type: like(/^[a-z]\w+$/, [
        "current",
        "available",
        "totalCreated",
        "active",
        "rejected",
        "threaded",
        "exhaustHello",
        "awaitingTopologyChanges",
      ]),
    },
    mongodb_ss_globalLock_currentQueue: { count_type: oneOf(["total", "readers", "writers"]) },
    "mongodb_ss_opLatencies_*": {
      op_type: oneOf(["reads", "writes", "commands", "transactions"]),
    },
    "mongodb_ss_wt_concurrentTransactions_*": { txn_rw: oneOf(["read", "write"]) },
    mongodb_ss_metrics_cursor_open: {
      csr_type: oneOf(["total", "pinned", "noTimeout", "singleTarget", "multiTarget"]),
    },
  },
};

export const redis: ProgramValues = {
  source:
    "oliver006/redis_exporter@v1.86.0: exporter/sentinels.go, exporter/info.go; redis/redis@7.4: src/sentinel.c, src/server.c",
  labels: {
    // The first word of an error reply; modules and scripts add their own.
    redis_errors_total: {
      err: like(/^\S+$/, [
        "ERR",
        "NOAUTH",
        "NOPERM",
        "WRONGPASS",
        "WRONGTYPE",
        "OOM",
        "LOADING",
        "MISCONF",
        "READONLY",
        "MASTERDOWN",
        "CLUSTERDOWN",
        "MOVED",
        "ASK",
        "BUSY",
        "EXECABORT",
        "NOSCRIPT",
      ]),
    },
    redis_connected_slave_lag_seconds: {
      slave_state: oneOf(["wait_bgsave", "send_bulk", "online", "send_bulk_and_stream"]),
    },
    // https://redis.io/docs/latest/operate/oss_and_stack/management/config/: maxmemory-policy.
    redis_instance_info: {
      role: oneOf(["master", "slave"]),
      maxmemory_policy: oneOf([
        "allkeys-lfu",
        "allkeys-lrm",
        "allkeys-lru",
        "allkeys-random",
        "noeviction",
        "volatile-lfu",
        "volatile-lrm",
        "volatile-lru",
        "volatile-random",
        "volatile-ttl",
      ]),
    },
    redis_exporter_last_scrape_error: { err: free("messages of the client") },
    redis_sentinel_master_ckquorum_status: { message: free("what Sentinel answers, in words") },
    "redis_commands_*": { cmd: free("commands; modules add their own") },
    redis_sentinel_master_status: { master_status: oneOf(["ok", "odown", "sdown"]) },
  },
};
