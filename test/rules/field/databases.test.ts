/** Situations from public bug reports about databases. */
import { type Situations, tryAll } from "./situation.ts";

const postgres = { job: "postgres", instance: "db-1:9187", host: "db-1" };
const mysql = { job: "mysql", instance: "db-1:9104", host: "db-1" };
const mongodb = { job: "mongodb", cl_id: "c", cl_role: "", rs_nm: "rs" };
const member = (metric: string, instance: string, memberState: string): string =>
  `mongodb_rs_members_${metric}{instance="${instance}:9216",host="${instance}",rs_state="1",member_idx="db-3",member_state="${memberState}"}`;
/** Rows that a database of a server has written. */
const rows = (instance: string, inserted: string) =>
  Object.fromEntries(
    ["inserted", "updated", "deleted"].map((what) => [
      `pg_stat_database_tup_${what}{instance="${instance}",datid="16384",datname="shop"}`,
      what === "inserted" ? inserted : "0x300",
    ]),
  );
const channel = (name: string): string =>
  `mysql_slave_status_slave_io_running{channel_name="group_replication_${name}",connection_name="",master_host="<NULL>",master_uuid=""}`;
const secondary =
  'mysql_perf_schema_replication_group_member_info{channel_name="group_replication_applier",member_id="i",member_host="db-1",member_state="ONLINE"}';

const situations: Situations = {
  "a base backup that streams its log beside it": {
    alert: "PostgresStandbyLost",
    target: { job: "postgres", instance: "db-1:9187", host: "db-1" },
    series: {
      pg_replication_is_replica: "0x300",
      'pg_stat_replication_pg_wal_lsn_diff{application_name="b",client_addr="10.0.0.2",state="streaming"}':
        "0x300",
      'pg_stat_replication_pg_wal_lsn_diff{application_name="pg_basebackup",client_addr="10.0.0.9",state="streaming"}':
        "_x60 0x20 stale",
    },
    firing: { "90m": 0, "120m": 0 },
  },
  "a primary that Sentinel finds down: the state is a label": {
    alert: "RedisNoMaster",
    target: { job: "redis", instance: "s:9121", host: "s" },
    series: {
      'redis_sentinel_master_status{master_name="m",master_address="10.0.0.1:6379",master_status="ok"}':
        "1x10 stale",
      'redis_sentinel_master_status{master_name="m",master_address="10.0.0.1:6379",master_status="odown"}':
        "_x11 0x200",
    },
    firing: { "10m": 0, "13m": 1 },
  },
  "three Sentinels that agree that a primary is down": {
    alert: "RedisNoMaster",
    target: { job: "redis", master_name: "m", master_address: "10.0.0.1:6379" },
    series: Object.fromEntries(
      ["a", "b", "c"].flatMap((one) => [
        [
          `redis_sentinel_master_status{instance="${one}",host="${one}",master_status="ok"}`,
          "1x10 stale",
        ],
        [
          `redis_sentinel_master_status{instance="${one}",host="${one}",master_status="odown"}`,
          "_x11 0x60",
        ],
      ]),
    ),
    firing: { "30m": 1 },
  },
  "a Sentinel of three that the two others miss": {
    alert: "RedisSentinelsMissing",
    target: { job: "redis", master_name: "m", master_address: "10.0.0.1:6379" },
    series: Object.fromEntries(
      ["a", "b"].flatMap((one) => [
        [`redis_sentinel_master_ok_sentinels{instance="${one}",host="${one}"}`, "2x20"],
        [`redis_sentinel_master_sentinels{instance="${one}",host="${one}"}`, "3x20"],
      ]),
    ),
    firing: { "15m": 1 },
  },
  "an idle standby whose exporter does not ask its receiver": {
    alert: "PostgresReplicaStale",
    target: { job: "postgres" },
    series: {
      'pg_replication_is_replica{instance="a:9187"}': "0x300",
      ...rows("a:9187", "0+5x60 300x240"),
      'pg_replication_is_replica{instance="b:9187"}': "1x300",
      'pg_replication_last_replay_seconds{instance="b:9187"}': "5x60 5+60x240",
    },
    firing: { "150m": 0, "280m": 0 },
  },
  "a standby that was cut off from a primary that is written to": {
    alert: "PostgresReplicaStale",
    target: { job: "postgres" },
    series: {
      'pg_replication_is_replica{instance="a:9187"}': "0x300",
      ...rows("a:9187", "0+5x300"),
      'pg_replication_is_replica{instance="b:9187"}': "1x300",
      'pg_replication_last_replay_seconds{instance="b:9187"}': "5x60 5+60x240",
    },
    firing: { "120m": 0, "140m": 1, "280m": 1 },
  },
  "a primary that makes a checkpoint every two hours, as it is told to": {
    alert: "PostgresCheckpointsStopped",
    target: postgres,
    step: "5m",
    series: {
      pg_replication_is_replica: "0x96",
      pg_stat_bgwriter_checkpoints_req_total: "0x96",
      pg_stat_bgwriter_checkpoints_timed_total: "0x23 1x23 2x23 3x24",
      'pg_settings_checkpoint_timeout_seconds{server="db-1:5432"}': "7200x96",
    },
    firing: { "110m": 0, "230m": 0, "350m": 0 },
  },
  "an idle primary that makes a checkpoint every hour": {
    alert: "PostgresCheckpointsStopped",
    target: postgres,
    series: {
      pg_replication_is_replica: "0x300",
      pg_stat_checkpointer_num_requested_total: "0x300",
      // A checkpoint that is skipped because nothing was written counts all the same.
      pg_stat_checkpointer_num_timed_total: "0x59 1x60 2x60 3x60 4x56",
      'pg_settings_checkpoint_timeout_seconds{server="db-1:5432"}': "3600x300",
    },
    firing: { "110m": 0, "230m": 0, "290m": 0 },
  },
  "slots that Patroni keeps in step on a standby": {
    alert: "PostgresReplicationSlotInactive",
    target: postgres,
    series: {
      pg_replication_is_replica: "1x90",
      'pg_replication_slots_active{slot_name="cdc",database="d"}': "0x90",
    },
    firing: { "60m": 0 },
  },
  "a donor of Galera, for as long as a backup takes": {
    alert: "MySQLGaleraOutOfSync",
    target: mysql,
    series: {
      mysql_global_status_wsrep_local_state: "4x5 2x120 4x30",
      mysql_global_variables_wsrep_desync: "0x160",
    },
    firing: { "60m": 0, "120m": 0 },
  },
  "the channels that group replication has beside those of a source": {
    alert: "MySQLReplicationFetchStopped",
    target: mysql,
    series: { [channel("recovery")]: "0x60", [channel("applier")]: "0x60" },
    firing: { "30m": 0 },
  },
  "a secondary of group replication, which is read only": {
    alert: "MySQLReadOnlyWithoutSource",
    target: mysql,
    series: { mysql_global_variables_read_only: "1x60", [secondary]: "1x60" },
    firing: { "30m": 0 },
  },
  "a member of a replica set that two others find away": {
    alert: "MongoDBMemberUnhealthy",
    target: mongodb,
    series: {
      [member("health", "db-1", "(not reachable/healthy)")]: "0x30",
      [member("health", "db-2", "(not reachable/healthy)")]: "0x30",
    },
    firing: { "20m": 1 },
  },
  "a member that went away: its last change is from 1970": {
    alert: "MongoDBReplicationLagCritical",
    target: mongodb,
    series: {
      'mongodb_rs_members_optimeDate{instance="db-1:9216",member_idx="db-1",member_state="PRIMARY"}':
        "1000000000+60000x60",
      [member("optimeDate", "db-1", "SECONDARY")]: "1000000000+60000x10 stale",
      [member("optimeDate", "db-1", "(not reachable/healthy)")]: "_x11 0x50",
    },
    firing: { "30m": 0 },
  },
  "a member that is an hour behind on purpose": {
    alert: "MongoDBReplicationLagCritical",
    target: mongodb,
    series: {
      'mongodb_rs_members_optimeDate{instance="db-1:9216",member_idx="db-1",member_state="PRIMARY"}':
        "1000000000+60000x60",
      [member("optimeDate", "db-1", "SECONDARY")]: "996400000+60000x60",
      'mongodb_rs_cfg_members_secondaryDelaySecs{instance="db-1:9216",host="db-1",rs_state="1",member_idx="db-3"}':
        "3600x60",
    },
    firing: { "30m": 0 },
  },
  "a member that is more behind than it is to be": {
    alert: "MongoDBReplicationLagCritical",
    target: mongodb,
    series: {
      'mongodb_rs_members_optimeDate{instance="db-1:9216",member_idx="db-1",member_state="PRIMARY"}':
        "1000000000+60000x60",
      [member("optimeDate", "db-1", "SECONDARY")]: "996000000+60000x60",
      'mongodb_rs_cfg_members_slaveDelay{instance="db-1:9216",host="db-1",rs_state="1",member_idx="db-3"}':
        "3600x60",
    },
    firing: { "30m": 1 },
  },
  "a partitioned table, of which only the parts are ever vacuumed": {
    alert: "PostgresVacuumOverdue",
    target: { ...postgres, datname: "d", schemaname: "public", relname: "p" },
    series: {
      pg_stat_user_tables_last_autovacuum: "0x120",
      pg_stat_user_tables_last_vacuum: "0x120",
      pg_stat_user_tables_n_dead_tup: "0x120",
      pg_stat_user_tables_n_live_tup: "0x120",
    },
    firing: { "100m": 0 },
  },
};

tryAll(situations);
