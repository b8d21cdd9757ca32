/** Where Loki listens, and whom it tells. */
export interface LokiPorts {
  readonly http: number;
  readonly grpc: number;
  readonly gossip: number;
  readonly alertmanager: number;
  /** Nobody listens there. */
  readonly nobody: number;
}

/** A single Loki with everything in it, quick to flush, compact and evaluate. */
export const lokiConfig = (folder: string, ports: LokiPorts): unknown => ({
  auth_enabled: true,
  analytics: { reporting_enabled: false },
  server: {
    http_listen_address: "127.0.0.1",
    http_listen_port: ports.http,
    grpc_listen_address: "127.0.0.1",
    grpc_listen_port: ports.grpc,
  },
  common: {
    path_prefix: folder,
    replication_factor: 1,
    storage: { filesystem: { chunks_directory: `${folder}/chunks` } },
    ring: { instance_addr: "127.0.0.1", kvstore: { store: "memberlist" } },
  },
  frontend: { address: "127.0.0.1" },
  memberlist: {
    bind_addr: ["127.0.0.1"],
    advertise_addr: "127.0.0.1",
    bind_port: ports.gossip,
    join_members: [`127.0.0.1:${ports.gossip}`],
  },
  schema_config: {
    configs: [
      {
        from: "2024-01-01",
        store: "tsdb",
        object_store: "filesystem",
        schema: "v13",
        index: { prefix: "index_", period: "24h" },
      },
    ],
  },
  ingester: {
    chunk_idle_period: "1s",
    chunk_retain_period: "0s",
    flush_check_period: "1s",
    lifecycler: { min_ready_duration: "0s" },
  },
  limits_config: { max_line_size: "1KB", retention_period: "24h", volume_enabled: true },
  compactor: {
    retention_enabled: true,
    delete_request_store: "filesystem",
    compaction_interval: "5s",
    retention_delete_delay: "0s",
  },
  pattern_ingester: { enabled: true },
  query_range: {
    cache_results: true,
    results_cache: { cache: { embedded_cache: { enabled: true, max_size_mb: 1 } } },
  },
  chunk_store_config: {
    chunk_cache_config: { embedded_cache: { enabled: true, max_size_mb: 1 } },
  },
  ruler: {
    alertmanager_url: `http://127.0.0.1:${ports.alertmanager}`,
    enable_api: true,
    enable_sharding: true,
    evaluation_interval: "1s",
    poll_interval: "2s",
    storage: { type: "local", local: { directory: `${folder}/rules` } },
    rule_path: `${folder}/scratch`,
    wal: { dir: `${folder}/ruler-wal` },
    remote_write: {
      enabled: true,
      clients: { nobody: { url: `http://127.0.0.1:${ports.nobody}/api/v1/write` } },
    },
  },
});

/** A rule that records, one that fires and one whose query fails. */
export const rules = `groups:
  - name: capture
    interval: 1s
    rules:
      - record: capture:lines:count
        expr: sum(count_over_time({app="capture"}[1m]))
      - alert: Capture
        expr: sum(count_over_time({app="capture"}[1h])) > 0
      - alert: Fails
        expr: sum(sum_over_time({app="capture"} | unwrap none [1m]))
`;
