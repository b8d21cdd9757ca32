/**
 * Labels whose values those who run things choose, or that only tell one of many apart, wherever they
 * occur. A label that means something in one program and is a name in another stands with the programs.
 */
const freeByKind: Readonly<Record<string, readonly string[]>> = {
  "a name that somebody gave": [
    ...["alertname", "app", "application", "application_name", "channel", "column", "component_id"],
    ...["component_path", "container", "controller_path", "cronjob", "daemonset", "database"],
    ...["datasource", "datname", "db", "deployment"],
    ...["flow_schema", "group", "horizontalpodautoscaler", "image", "issuer_name"],
    ...["job_name", "journey", "key", "master_name", "model", "model_name", "name", "namespace"],
    ...["node", "owner_name", "persistentvolume", "persistentvolumeclaim", "pod"],
    ...["poddisruptionbudget", "pool", "priority_level", "probe", "profile", "provider", "queue"],
    ...["queue_name", "relname", "remote_name", "replicaset", "resourcequota", "rs_nm"],
    ...["rule_group", "schema", "schemaname", "scrape_job", "site", "slot_name", "statefulset"],
    ...["step", "stream", "table", "tenant", "topic", "usename", "user", "vhost", "volume", "zone"],
    ...["consumergroup", "jail", "slo", "slo_group", "task"],
  ],
  "a thing among others of its kind": [
    ...["UUID", "GpuIndex", "SessionName", "chip", "controller", "core", "cpu", "datid", "device"],
    ...["disk", "engine", "fingerprint_sha256", "gpu", "gpu_uuid", "handle", "id", "interface"],
    ...["master", "member_id", "member_idx", "mountpoint", "mount_point", "nic"],
    ...["package", "partition", "peer", "pod_uid", "power_supply", "queryid", "replica"],
    ...["sensor", "server_id", "uid", "clientId", "org"],
  ],
  "an address or a path": [
    ...["alertmanager", "client_addr", "exported_host", "file", "hostname"],
    ...["master_address", "master_host", "master_port", "member_host", "metrics_path", "port"],
    ...["server", "slave_ip", "slave_port", "to", "To", "url"],
  ],
  "a version, or a part of it": ["major", "minor", "rabbitmq_version", "release", "version"],
};

export const freeLabels: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(freeByKind).flatMap(([what, labels]) => labels.map((label) => [label, what])),
);
