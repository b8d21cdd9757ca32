import { type LabelValues, type ProgramValues, share } from "../values.ts";
import { bounds } from "./standards.ts";

/** Go's `prometheus.DefBuckets`. */
const defaults = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Bounds that double, or grow by another factor. */
const growing = (start: number, factor: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => Number((start * factor ** index).toPrecision(12)));

const le = (...numbers: readonly number[]): Readonly<Record<string, LabelValues>> => ({
  le: bounds(...numbers),
});

const apiserverLatency = [
  ...[0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60],
];

/**
 * Upper bounds of the histograms whose quantiles rules compute. A quantile above the greatest one is
 * never seen, and between two of them it is a guess.
 */
export const histograms: ProgramValues = {
  source:
    "the sources that the other tables name; vllm-project/vllm@v0.33.0: vllm/v1/metrics/loggers.py; ray-project/ray@2.60.0: python/ray/serve/_private/constants.py",
  labels: {
    alertmanager_notification_latency_seconds: le(1, 5, 10, 15, 20),
    apiserver_admission_webhook_admission_duration_seconds: le(
      ...[0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25],
    ),
    apiserver_client_certificate_expiration_seconds: le(
      ...[0, 1800, 3600, 7200, 21_600, 43_200, 86_400, 172_800, 345_600, 604_800],
      ...[2_592_000, 7_776_000, 15_552_000, 31_104_000],
    ),
    apiserver_request_sli_duration_seconds: le(...apiserverLatency),
    etcd_request_duration_seconds: le(0.005, 0.025, ...apiserverLatency),
    ...share(
      ["coredns_dns_request_duration_seconds", "coredns_proxy_request_duration_seconds"],
      le(...growing(0.000_25, 2, 16)),
    ),
    ...share(
      ["etcd_disk_backend_commit_duration_seconds", "etcd_disk_wal_fsync_duration_seconds"],
      le(...growing(0.001, 2, 14)),
    ),
    etcd_network_peer_round_trip_time_seconds: le(...growing(0.0001, 2, 16)),
    grafana_alerting_rule_evaluation_duration_seconds: le(
      ...[0.01, 0.1, 0.5, 1, 5, 10, 15, 30, 60, 120, 180, 240, 300],
    ),
    ...share(
      ["grafana_datasource_request_duration_seconds", "loki_request_duration_seconds"],
      le(...defaults, 25, 50, 100),
    ),
    grafana_http_request_duration_seconds: le(...defaults, 25),
    grpc_server_handling_seconds: le(...defaults),
    kubelet_pleg_relist_duration_seconds: le(...defaults),
    kubelet_pod_start_sli_duration_seconds: le(
      ...[0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600],
      ...[900, 1200, 1800, 2700, 3600],
    ),
    kubeproxy_sync_proxy_rules_duration_seconds: le(...growing(0.001, 2, 15)),
    prometheus_http_request_duration_seconds: le(0.1, 0.2, 0.4, 1, 3, 8, 20, 60, 120),
    ray_serve_http_request_latency_ms: le(
      ...[1, 2, 5, 10, 20, 50, 100, 200, 300, 400, 500, 1000, 2000, 5000, 10_000, 60_000],
      ...[120_000, 300_000, 600_000],
    ),
    vigil_processor_commit_seconds: le(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
    ...share(
      ["vllm:e2e_request_latency_seconds", "vllm:request_queue_time_seconds"],
      le(
        ...[0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960],
        ...[1920, 7680],
      ),
    ),
    "vllm:inter_token_latency_seconds": le(
      ...[0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
      ...[20, 40, 80],
    ),
    "vllm:time_to_first_token_seconds": le(
      ...[0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
      ...[20, 40, 80, 160, 640, 2560],
    ),
  },
};
