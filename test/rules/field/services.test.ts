/** Situations from public bug reports about services, their probes and what watches them. */
import { type Situations, tryAll } from "./situation.ts";

const prometheus = { job: "prometheus", instance: "p:9090", host: "p" };
const loki = { job: "loki", instance: "l:3100", host: "l" };
const dcgm = { job: "dcgm", instance: "g:9400", host: "g", gpu: "0", UUID: "GPU-0" };
const site = { job: "probe", instance: "https://example.com" };
const highest = "prometheus_remote_storage_highest_timestamp_in_seconds";
const highestSent =
  'prometheus_remote_storage_queue_highest_sent_timestamp_seconds{remote_name="r",url="u"}';
const pending = 'prometheus_remote_storage_samples_pending{remote_name="r",url="u"}';
const six = (text: string): string => Array<string>(6).fill(text).join(" ");

const situations: Situations = {
  "an error of a GPU that ends its pod, whose label goes": {
    alert: "GpuEccUncorrectable",
    target: dcgm,
    series: {
      'DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{pod="train-1"}': "0x20 stale",
      DCGM_FI_DEV_ECC_DBE_VOL_TOTAL: "_x21 1x60",
    },
    firing: { "20m": 0, "22m": 1 },
  },
  "an error of a GPU from days ago": {
    alert: "GpuXidFatal",
    target: { job: "dcgm", instance: "g:9400", host: "g", gpu: "0", UUID: "GPU-0" },
    step: "5m",
    series: { 'DCGM_FI_DEV_XID_ERRORS{err_code="79"}': "_x12 79x600" },
    firing: { "2h": 1, "26h": 0 },
  },
  "a Saturday": {
    alert: "ServiceTrafficDropped",
    target: { job: "shop", instance: "a:8080", code: "200" },
    step: "5m",
    // Weekdays, a weekend, weekdays, and the next Saturday.
    series: {
      http_requests_total: "0+1000x1440 1440000+100x576 1497600+1000x1440 2937600+100x270",
    },
    firing: { "300h": 0 },
  },
  "callers that do not reach a service": {
    alert: "ServiceTrafficDropped",
    target: { job: "shop", instance: "a:8080", code: "200" },
    step: "5m",
    series: { http_requests_total: "0+1000x3000 3000000+33x270" },
    firing: { "252h": 1 },
  },
  "remote storage that is sent one rule in half an hour": {
    alert: "PrometheusRemoteWriteBehind",
    target: prometheus,
    series: { [highest]: "0+60x120", [highestSent]: "0x29 1800x30 3600x60", [pending]: "0x120" },
    firing: { "20m": 0, "28m": 0, "80m": 0, "100m": 0 },
  },
  "remote storage that was never reached": {
    alert: "PrometheusRemoteWriteBehind",
    target: prometheus,
    series: { [highest]: "100000+60x120", [highestSent]: "0x120", [pending]: "2000x120" },
    firing: { "40m": 1 },
  },
  "a compactor of Loki that two services lead to": {
    alert: "LokiCompactorsSeveral",
    target: loki,
    series: {
      'loki_boltdb_shipper_compactor_running{service="loki"}': "1x30",
      'loki_boltdb_shipper_compactor_running{service="loki-headless"}': "1x30",
    },
    firing: { "20m": 0 },
  },
  "a compactor of Loki that has never come to its end": {
    alert: "LokiCompactionStale",
    target: loki,
    step: "5m",
    series: {
      loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds: "0x100",
      loki_boltdb_shipper_compactor_running: "1x100",
      process_start_time_seconds: "60x100",
    },
    firing: { "2h": 0, "6h": 1 },
  },
  "a certificate of a site of which every tenth probe fails": {
    alert: "TlsCertExpiresIn3d",
    target: site,
    series: { probe_ssl_earliest_cert_expiry: six("200000x8 stale"), probe_success: six("1x8 0") },
    firing: { "40m": 1, "49m": 1, "50m": 1 },
  },

  "a probe that asks for the 503 of a standby": {
    alert: "ProbeHttpServerError",
    target: site,
    series: { probe_http_status_code: "503x60", probe_success: "1x60" },
    firing: { "40m": 0 },
  },
  "a probe that waits for its answer in vain": {
    alert: "ScrapeSlow",
    target: site,
    series: { up: "1x60", scrape_duration_seconds: "9.6x60", probe_success: "0x60" },
    firing: { "40m": 0 },
  },
  "a probe that fails and has less to tell": {
    alert: "ScrapeSamplesDropped",
    target: site,
    step: "5m",
    series: {
      up: "1x600",
      scrape_samples_post_metric_relabeling: "24x400 9x100",
      probe_success: "1x400 0x100",
    },
    firing: { "35h": 0 },
  },
  "an exporter whose database is down": {
    alert: "ScrapeSamplesDropped",
    target: { job: "postgres", instance: "p:9187", host: "p" },
    step: "5m",
    series: {
      up: "1x600",
      scrape_samples_post_metric_relabeling: "424x400 39x100",
      pg_up: "1x400 0x100",
    },
    firing: { "35h": 0 },
  },
  "two servers behind one address, of which one was not told of the new certificate": {
    alert: "TlsCertExpiresIn7d",
    target: site,
    series: {
      probe_ssl_earliest_cert_expiry: Array<string>(100).fill("400000 7000000").join(" "),
      probe_success: "1x200",
    },
    firing: { "150m": 1, "151m": 1 },
  },
  "the same, three days before": {
    alert: "TlsCertExpiresIn3d",
    target: site,
    series: {
      probe_ssl_earliest_cert_expiry: Array<string>(100).fill("200000 7000000").join(" "),
      probe_success: "1x200",
    },
    firing: { "150m": 1, "151m": 1 },
  },
  "a probe that is a day old and was away for half an hour": {
    alert: "Probe30dUptimeBelowSla",
    target: { ...site, probe: "site" },
    series: { probe_success: "1x1000 0x29 1x800" },
    firing: { "20h": 0, "30h": 0 },
  },
  "a probe that is a day old and was away for an hour": {
    alert: "Probe30dUptimeBelowSla",
    target: { ...site, probe: "site" },
    series: { probe_success: "1x1000 0x59 1x800" },
    firing: { "16h": 0, "20h": 1 },
  },
  "a certificate that lives for a day": {
    alert: "TlsCertExpiresIn3d",
    target: site,
    step: "10m",
    series: { probe_ssl_earliest_cert_expiry: "86400x100 146400x100 206400x100" },
    firing: { "20h": 0, "30h": 0 },
  },
  "an agent, which has no Alertmanager": {
    alert: "PrometheusNotConnectedToAlertmanagers",
    target: prometheus,
    series: { prometheus_notifications_alertmanagers_discovered: "0x60" },
    firing: { "40m": 0 },
  },
  "a Loki of one that two services lead to": {
    alert: "LokiMemberlistSplit",
    target: loki,
    series: {
      'up{service="loki"}': "1x60",
      'up{service="loki-headless"}': "1x60",
      'loki_memberlist_client_cluster_members_count{service="loki"}': "1x60",
      'loki_memberlist_client_cluster_members_count{service="loki-headless"}': "1x60",
    },
    firing: { "40m": 0 },
  },
  "Alertmanagers that came back under other addresses": {
    alert: "AlertmanagerPeerLost",
    target: { job: "alertmanager", instance: "a:9093", host: "a" },
    series: {
      alertmanager_cluster_failed_peers: "0x20 2x100",
      alertmanager_cluster_members: "3x120",
    },
    firing: { "80m": 0 },
  },

  "a name that a probe expects nobody to know": {
    alert: "ProbeDnsFailed",
    target: site,
    series: { probe_dns_query_succeeded: "0x60", probe_success: "1x60" },
    firing: { "40m": 0 },
  },
  "a service of gRPC that a probe expects to be out of service": {
    alert: "ProbeGrpcNotServing",
    target: site,
    series: {
      'probe_grpc_healthcheck_response{serving_status="SERVING"}': "0x60",
      probe_success: "1x60",
    },
    firing: { "40m": 0 },
  },

  "a chain whose certificate lives for a day": {
    alert: "TlsChainExpiresSoon",
    target: site,
    step: "10m",
    series: {
      probe_ssl_last_chain_expiry_timestamp_seconds: "86400x100 146400x100 206400x100",
    },
    firing: { "20h": 0, "30h": 0 },
  },
  "a GPU that four pods share: it is told of for each": {
    alert: "GpuTemperatureCritical",
    target: dcgm,
    series: Object.fromEntries(
      ["a", "b", "c", "d"].map((pod) => [`DCGM_FI_DEV_GPU_TEMP{pod="${pod}"}`, "95x20"]),
    ),
    firing: { "10m": 1 },
  },
  "a GPU that is hot under jobs of five minutes, each a series of its own": {
    alert: "GpuTemperatureHigh",
    target: dcgm,
    series: Object.fromEntries(
      [0, 5, 10, 15, 20, 25].map((start) => [
        `DCGM_FI_DEV_GPU_TEMP{pod="job-${start}"}`,
        start === 0 ? "90x5 stale" : `_x${start} 90x5 stale`,
      ]),
    ),
    firing: { "25m": 1 },
  },
  "a Prometheus that restarts, to which all series of a large target are new": {
    alert: "TargetSeriesChurn",
    target: { job: "kube-state-metrics", instance: "k:8080" },
    series: {
      scrape_series_added: "0x30 26000 0x100",
      scrape_samples_post_metric_relabeling: "26000x131",
    },
    firing: { "60m": 0, "80m": 0 },
  },
  "two servers behind one address, of which the second is renewed as well": {
    alert: "TlsCertExpiresIn3d",
    target: site,
    series: {
      probe_ssl_earliest_cert_expiry: `${Array<string>(40).fill("200000 7000000").join(" ")} ${Array<string>(40).fill("7100000 7000000").join(" ")}`,
    },
    firing: { "60m": 1, "105m": 0 },
  },
};

tryAll(situations);
