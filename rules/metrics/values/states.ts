/**
 * Gauges that say which of a few states something is in. A rule that waits for a number that its
 * program never writes is deaf, and fixtures by the rule's author cannot show it. The lint asks for
 * every gauge that a rule compares by `==` or `!=` with anything but 0.
 */

/** The numbers that occur; `amount` for a gauge that counts, of which any number may be asked. */
export type States = readonly number[] | "amount";

const flag = [0, 1] as const;
const flags = (...metrics: readonly string[]): Record<string, States> =>
  Object.fromEntries(metrics.map((metric) => [metric, flag]));

/** By the source of each program that the tables beside this file name. */
export const states: Readonly<Record<string, States>> = {
  up: flag,

  // Hosts. An alarm is 1 in the kernel, which the exporter takes for a thousandth of a degree.
  node_hwmon_temp_crit_alarm_celsius: [0, 0.001],
  ...flags(
    "node_cpu_vulnerabilities_info",
    "node_filesystem_device_error",
    "node_filesystem_readonly",
    "node_md_state",
    "node_network_carrier",
    "node_power_supply_internal_failure",
    "node_power_supply_power_source_state",
    "node_reboot_required",
    "node_selinux_enabled",
    "node_systemd_unit_state",
    "node_textfile_scrape_error",
    "node_timex_sync_status",
    "windows_logical_disk_readonly",
    "windows_scheduled_task_state",
    "windows_service_start_mode",
  ),

  // Databases. Galera: 1 joining, 2 donor, 3 joined, 4 synced; 0 and 5 before and after.
  mysql_global_status_wsrep_local_state: [0, 1, 2, 3, 4, 5],
  mysql_global_variables_innodb_flush_log_at_trx_commit: [0, 1, 2, 3],
  // https://www.mongodb.com/docs/manual/reference/replica-states/
  mongodb_rs_members_state: [0, 1, 2, 3, 5, 6, 7, 8, 9, 10],
  ...flags(
    "mongodb_ss_flowControl_isLagged",
    "mysql_global_variables_read_only",
    "mysql_perf_schema_replication_group_member_info",
    "mysql_slave_status_replica_sql_running",
    "mysql_slave_status_slave_sql_running",
    "pg_exporter_last_scrape_error",
    "pg_replication_is_replica",
    "pg_replication_slot_wal_status",
    "pg_replication_slots_wal_status",
    "pg_stat_progress_vacuum_phase",
    "pgbouncer_databases_disabled",
    "pgbouncer_databases_paused",
    "redis_aof_enabled",
    "redis_cluster_enabled",
    "redis_exporter_last_scrape_error",
    "redis_loading_dump_file",
    "redis_master_sync_in_progress",
    "redis_up",
  ),
  redis_cluster_known_nodes: "amount",

  // Queues. Of a broker: 0 not running, 1 starting, 2 recovering, 3 running, 6 and 7 shutting down.
  kafka_server_kafkaserver_brokerstate: [0, 1, 2, 3, 6, 7],
  kafka_controller_kafkacontroller_activecontrollercount: [0, 1],
  kafka_topic_partition_in_sync_replica: "amount",
  // 1 connecting, 2 waiting, 3 up.
  erlang_vm_dist_node_state: [1, 2, 3],
  ...flags(
    "rabbitmq_alarms_file_descriptor_limit",
    "rabbitmq_alarms_free_disk_space_watermark",
    "rabbitmq_alarms_memory_used_watermark",
  ),

  // Everything else. A GPU's health: 0 good, 10 warning, 20 failed.
  DCGM_EXP_GPU_HEALTH_STATUS: [0, 10, 20],
  // Of a deployment of Ray Serve: unknown, failed, unhealthy, updated, scaled up, scaled down, healthy.
  ray_serve_deployment_status: [0, 1, 2, 3, 4, 5, 6],
  // −1 where a container has no health check.
  container_health_state: [-1, 0, 1],
  ...flags(
    "container_scrape_error",
    "f2b_up",
    "loki_boltdb_shipper_compactor_running",
    "probe_failed_due_to_cel",
    "probe_failed_due_to_regex",
    "probe_success",
    "probe_tls_cipher_info",
    "probe_tls_version_info",
    "vault_core_active",
  ),
};
