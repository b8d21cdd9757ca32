/**
 * Values of gauges that are not amounts but say that it is unknown, or that there is none. In the
 * variants of fixtures every alert that reads such a gauge must stay quiet with it. NaN, times that were
 * never set, and limits of 0 and −1 are tried for every gauge that is one, so they do not stand here.
 */
import type { SpecialNumbers } from "../values.ts";

/** By the source of each program that the tables beside this file name. */
export const specialNumbers: readonly SpecialNumbers[] = [
  {
    says: "A link that is down, or a device that has no speed: the kernel says −1 Mbit/s.",
    values: { node_network_speed_bytes: -125_000 },
  },
  {
    says: "A sensor whose driver knows no limit.",
    values: { node_hwmon_temp_max_celsius: 0 },
  },
  {
    says: "An NVMe sensor without a limit: the greatest number in Kelvin.",
    values: { node_hwmon_temp_max_celsius: 65_261.85 },
  },
  {
    says: "A fan that is not connected, or stands still by design.",
    values: { node_hwmon_fan_rpm: 0 },
  },
  {
    says: "A file system that makes inodes as they are needed.",
    values: { node_filesystem_files: 0, node_filesystem_files_free: 0 },
  },
  {
    says: "A volume whose file system makes inodes as they are needed.",
    values: { kubelet_volume_stats_inodes: 0, kubelet_volume_stats_inodes_free: 0 },
  },
  {
    says: "A volume of CephFS by an older driver, which calls all inodes used that there are.",
    values: {
      kubelet_volume_stats_inodes: 33_290,
      kubelet_volume_stats_inodes_free: 0,
      kubelet_volume_stats_inodes_used: 33_290,
    },
  },
  {
    says: "A raw block volume: there is no file system to ask.",
    values: { kubelet_volume_stats_available_bytes: 0, kubelet_volume_stats_used_bytes: 0 },
  },
  {
    says: "A kubelet that has no certificate of its own.",
    values: {
      kubelet_certificate_manager_client_ttl_seconds: Infinity,
      kubelet_certificate_manager_server_ttl_seconds: Infinity,
    },
  },
  {
    says: "A group that has not committed an offset.",
    values: { kafka_consumergroup_lag: -1, kafka_consumergroup_lag_sum: -1 },
  },
  {
    says: "A database whose removal was interrupted.",
    values: { pg_database_connection_limit: -2 },
  },
  {
    says: "A process that may open as many files as it likes.",
    values: { process_max_fds: 2 ** 64 },
  },
  {
    says: "No limit of time.",
    values: { prometheus_tsdb_retention_limit_seconds: 0 },
  },
  { says: "No limit of size.", values: { prometheus_tsdb_retention_limit_bytes: 0 } },
  {
    says: "A probe that got no answer.",
    values: { probe_http_status_code: 0 },
  },
  {
    says: "A zone whose firmware reads nothing: absolute zero.",
    values: { windows_thermalzone_temperature_celsius: -273.15 },
  },
];
