/** Ordinary days of databases: what is done on purpose, and what fails beside them. */
import { type Situations, tryAll } from "./situation.ts";

const postgres = { job: "postgres", instance: "db-1:9187", host: "db-1" };
const mysql = { job: "mysql", instance: "db-1:9104", host: "db-1" };
const redis = { job: "redis", instance: "cache-1:9121", host: "cache-1" };
const mongodb = { job: "mongodb", instance: "db-1:9216", host: "db-1", rs_nm: "rs0" };
const replicaOf = 'master_host="db-0",master_uuid="u",channel_name="",connection_name=""';
const standby = (name: string): string =>
  `pg_stat_replication_pg_wal_lsn_diff{application_name="${name}",client_addr="10.0.0.2",state="streaming"}`;
const sessions = (kind: string): string =>
  `pg_stat_activity_count{datname="shop",usename="u",application_name="a",state="active",backend_type="${kind}",wait_event="",wait_event_type=""}`;

const situations: Situations = {
  "parallel workers, which need no connection": {
    alert: "PostgresConnectionsExhausted",
    target: postgres,
    series: {
      [sessions("client backend")]: "60x20",
      [sessions("parallel worker")]: "40x20",
      pg_settings_max_connections: "103x20",
      pg_settings_superuser_reserved_connections: "3x20",
    },
    firing: { "15m": 0 },
  },
  "a standby that is an hour behind on purpose": {
    alert: "PostgresReplicationLagCritical",
    target: postgres,
    series: {
      pg_replication_lag_seconds: "3620x60",
      'pg_settings_recovery_min_apply_delay_seconds{server="s"}': "3600x60",
    },
    firing: { "30m": 0 },
  },
  "a standby that is more behind than it was told to be": {
    alert: "PostgresReplicationLagCritical",
    target: postgres,
    series: {
      pg_replication_lag_seconds: "4000x60",
      'pg_settings_recovery_min_apply_delay_seconds{server="s"}': "3600x60",
    },
    firing: { "30m": 1 },
  },
  "a standby that replays late on purpose": {
    alert: "PostgresReplicaStale",
    target: postgres,
    series: {
      pg_replication_last_replay_seconds: "7210x60",
      pg_replication_is_replica: "1x60",
      'pg_settings_recovery_min_apply_delay_seconds{server="s"}': "7200x60",
    },
    firing: { "30m": 0 },
  },
  "a replica an hour behind on purpose": {
    alert: "MySQLReplicationLagCritical",
    target: mysql,
    series: {
      [`mysql_slave_status_seconds_behind_master{${replicaOf}}`]: "3605x60",
      [`mysql_slave_status_sql_delay{${replicaOf}}`]: "3600x60",
    },
    firing: { "30m": 0 },
  },
  "a database whose replication cannot be asked": {
    alert: "PostgresStandbyLost",
    target: postgres,
    series: {
      pg_replication_is_replica: "0x120",
      [standby("b")]: "0x60 stale",
      pg_exporter_last_scrape_error: "0x60 1x60",
    },
    firing: { "80m": 0 },
  },
  "a receiver of an archive beside the standby, under its own name": {
    alert: "PostgresStandbyLost",
    target: postgres,
    series: {
      pg_replication_is_replica: "0x200",
      [standby("b")]: "0x200",
      'pg_stat_replication_pg_wal_lsn_diff{application_name="pg_16389_sync_16385_7",client_addr="10.0.0.3",state="streaming"}':
        "_x100 0x10 stale",
    },
    firing: { "125m": 0 },
  },
  "a former primary, which archives nothing any more": {
    alert: "PostgresArchiveStale",
    target: postgres,
    series: {
      pg_replication_is_replica: "1x120",
      'pg_stat_archiver_last_archive_age{server="s"}': "3000+60x120",
    },
    firing: { "100m": 0 },
  },
  "a slot of a database that may keep half a gigabyte": {
    alert: "PostgresSlotAtRisk",
    target: postgres,
    series: {
      'pg_replication_slot_safe_wal_size_bytes{slot_name="s",slot_type="physical"}': "5e8x30",
      'pg_settings_max_slot_wal_keep_size_bytes{server="s"}': "536870912x30",
    },
    firing: { "20m": 0 },
  },
  "a database that freezes at a billion": {
    alert: "PostgresXidAgeHigh",
    target: postgres,
    series: {
      'pg_database_wraparound_age_datfrozenxid_seconds{datname="shop"}': "9e8x120",
      'pg_settings_autovacuum_freeze_max_age{server="s"}': "1e9x120",
    },
    firing: { "100m": 0 },
  },
  "a database that was restored an hour ago": {
    alert: "PostgresDatabaseGrowing",
    target: postgres,
    series: { 'pg_database_size_bytes{datname="new"}': "_x30 1e9+1e8x60 7e9x120" },
    firing: { "100m": 0, "150m": 0 },
  },
  "replicas that nobody may ask for their state": {
    alert: "MySQLReadOnlyWithoutSource",
    target: mysql,
    series: {
      mysql_global_variables_read_only: "1x60",
      'mysql_exporter_collector_success{collector="collect.slave_status"}': "0x60",
    },
    firing: { "40m": 0 },
  },
  "heartbeats of a source that was replaced long ago": {
    alert: "MySQLHeartbeatLag",
    target: mysql,
    series: {
      'mysql_heartbeat_now_timestamp_seconds{server_id="1"}': "100000+60x60",
      'mysql_heartbeat_stored_timestamp_seconds{server_id="1"}': "90000x60",
      'mysql_heartbeat_now_timestamp_seconds{server_id="2"}': "100000+60x60",
      'mysql_heartbeat_stored_timestamp_seconds{server_id="2"}': "99999+60x60",
    },
    firing: { "40m": 0 },
  },
  "a backup that joins the cluster for ten minutes": {
    alert: "MySQLGaleraClusterShrunk",
    target: mysql,
    series: { mysql_global_status_wsrep_cluster_size: "3x90 4x10 3x100" },
    firing: { "110m": 0, "130m": 0 },
  },
  "a member of a group that copies what it lacks": {
    alert: "MySQLGroupMemberOut",
    target: mysql,
    series: {
      'mysql_perf_schema_replication_group_member_info{member_id="m2",member_host="db-2",member_state="RECOVERING"}':
        "1x60",
    },
    firing: { "30m": 0 },
  },
  "a cache that is full, as a cache is": {
    alert: "RedisMemoryCritical",
    target: redis,
    series: {
      redis_memory_used_bytes: "999x60",
      redis_memory_max_bytes: "1000x60",
      'redis_instance_info{role="master",maxmemory_policy="allkeys-lru"}': "1x60",
    },
    firing: { "30m": 0 },
  },
  "a store that is full": {
    alert: "RedisMemoryCritical",
    target: redis,
    series: {
      redis_memory_used_bytes: "999x60",
      redis_memory_max_bytes: "1000x60",
      'redis_instance_info{role="master",maxmemory_policy="noeviction"}': "1x60",
    },
    firing: { "30m": 1 },
  },
  "a cache that is never saved": {
    alert: "RedisBackupStale",
    target: redis,
    step: "30m",
    series: {
      'redis_instance_info{role="master",maxmemory_policy="allkeys-lfu"}': "1x80",
      redis_rdb_last_save_timestamp_seconds: "1000x80",
      redis_rdb_changes_since_last_save: "5+5x80",
      redis_aof_enabled: "0x80",
    },
    firing: { "30h": 0 },
  },
  "a store that keeps an append-only file and no snapshots": {
    alert: "RedisBackupStale",
    target: redis,
    step: "30m",
    series: {
      redis_rdb_last_save_timestamp_seconds: "1000x80",
      redis_rdb_changes_since_last_save: "5+5x80",
      redis_aof_enabled: "1x80",
    },
    firing: { "30h": 0 },
  },
  "a backup that asks Redis for its data as a replica does": {
    alert: "RedisReplicaLost",
    target: redis,
    series: { redis_connected_slaves: "1x90 2x10 1x100" },
    firing: { "110m": 0, "130m": 0 },
  },
  "a primary that became a replica": {
    alert: "RedisReplicaLost",
    target: redis,
    series: {
      redis_connected_slaves: "2x90 0x60",
      redis_master_link_up: "_x91 1x60",
    },
    firing: { "100m": 0, "130m": 0 },
  },
  "a new replica, which copies for a while": {
    alert: "RedisMasterLinkDown",
    target: redis,
    series: {
      'redis_master_link_up{master_host="p",master_port="6379"}': "0x10 1x30",
      'redis_master_sync_in_progress{master_host="p",master_port="6379"}': "1x10 0x30",
    },
    firing: { "8m": 0 },
  },
  "five replicas of a primary that was started again": {
    alert: "RedisFullSyncsRepeated",
    target: redis,
    series: { redis_replica_resyncs_full: "0x20 5x60", redis_connected_slaves: "5x80" },
    firing: { "30m": 0 },
  },
  "a node that no cluster was made of yet": {
    alert: "RedisClusterStateDown",
    target: redis,
    series: {
      redis_cluster_state: "0x60",
      redis_cluster_enabled: "1x60",
      redis_cluster_known_nodes: "1x60",
      redis_cluster_slots_assigned: "0x60",
    },
    firing: { "30m": 0 },
  },
  "an idle server that MongoDB gives few tickets": {
    alert: "MongoDBTicketsExhausted",
    target: mongodb,
    series: {
      'mongodb_ss_wt_concurrentTransactions_available{txn_rw="write"}': "6x30",
      'mongodb_ss_wt_concurrentTransactions_out{txn_rw="write"}': "1x30",
      'mongodb_ss_wt_concurrentTransactions_totalTickets{txn_rw="write"}': "7x30",
      'mongodb_ss_globalLock_currentQueue{count_type="total"}': "0x30",
    },
    firing: { "20m": 0 },
  },
  "a replica set without a primary beside another cluster's of the same name": {
    alert: "MongoDBNoPrimary",
    target: mongodb,
    series: {
      'mongodb_rs_members_state{cl_id="one",instance="a",member_idx="a"}': "2x30",
      'mongodb_rs_members_state{cl_id="two",instance="b",member_idx="b"}': "1x30",
    },
    firing: { "20m": 1 },
  },
  "a primary to which nothing is written, and which has nothing to archive": {
    alert: "PostgresArchiveStale",
    target: postgres,
    series: {
      'pg_stat_archiver_last_archive_age{server="s"}': "0+60x200",
      pg_replication_is_replica: "0x200",
      ...Object.fromEntries(
        ["inserted", "updated", "deleted"].map((done) => [
          `pg_stat_database_tup_${done}{datid="1",datname="shop"}`,
          "7x100 7+1x100",
        ]),
      ),
    },
    firing: { "95m": 0, "180m": 1 },
  },
  "a restore and a vacuum of all databases, which take hours": {
    alert: "PostgresLongTransaction",
    target: { ...postgres, server: "s", datname: "shop", usename: "postgres", state: "active" },
    series: Object.fromEntries(
      ["pg_restore", "vacuumdb", "reindexdb"].map((tool) => [
        `pg_stat_activity_max_tx_duration{application_name="${tool}",backend_type="client backend"}`,
        "0+60x200",
      ]),
    ),
    firing: { "150m": 0 },
  },
  "workers that wait for jobs, as they do all day": {
    alert: "RedisBlockedClients",
    target: redis,
    step: "5m",
    series: { redis_blocked_clients: "374x300 420x300" },
    firing: { "20h": 0, "30h": 0 },
  },
};

tryAll(situations);
