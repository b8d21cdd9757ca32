import { free, like, oneOf, type ProgramValues } from "../values.ts";
import { grpcCodes, httpCodes, httpMethods, yesOrNo } from "./standards.ts";

const handler = like(/^\/[\w/:*.-]*$/, [
  "/",
  "/-/healthy",
  "/-/ready",
  "/-/reload",
  "/api/v1/query",
  "/api/v1/query_range",
  "/api/v1/labels",
  "/api/v1/label/:name/values",
  "/api/v1/series",
  "/api/v1/write",
  "/api/v1/rules",
  "/api/v1/targets",
  "/federate",
  "/metrics",
]);

export const prometheusFamily: ProgramValues = {
  source:
    "prometheus/prometheus@v3.5.3: rules/alerting.go, web/{web.go,api/v1/api.go}; prometheus/alertmanager@v0.33.1: alert/state.go; rules/lib/alert.ts",
  labels: {
    ALERTS: {
      alertstate: oneOf(["pending", "firing"]),
      severity: oneOf(["emergency", "critical", "warning", "info", "none"]),
    },
    alertmanager_http_concurrency_limit_exceeded_total: { method: oneOf(["get"]) },
    "alertmanager_notification*": {
      integration: oneOf([
        ...["webhook", "email", "pagerduty", "opsgenie", "wechat", "slack", "victorops"],
        ...["pushover", "sns", "telegram", "discord", "webex", "msteams", "msteamsv2", "jira"],
        ...["incidentio", "rocketchat", "mattermost"],
      ]),
    },
    alertmanager_notifications_failed_total: {
      reason: oneOf([
        "clientError",
        "serverError",
        "contextCanceled",
        "contextDeadlineExceeded",
        "other",
      ]),
    },
    alertmanager_silences: { state: oneOf(["active", "pending", "expired"]) },
    prometheus_sd_refresh_failures_total: {
      mechanism: like(/^[a-z0-9_]+$/, ["dns", "http", "ec2", "consul", "azure", "docker", "gce"]),
    },
    prometheus_tsdb_head_samples_appended_total: { type: oneOf(["float", "histogram"]) },
    alertmanager_alerts: {
      state: oneOf(["active", "suppressed", "unprocessed"], { notApplicable: ["unprocessed"] }),
    },
    prometheus_http_requests_total: { code: httpCodes, handler },
    prometheus_http_request_duration_seconds: { handler },
  },
};

export const blackbox: ProgramValues = {
  source:
    "prometheus/blackbox_exporter@v0.28.0: prober; grpc/grpc-go@v1: health/grpc_health_v1; golang/go@go1.25: src/crypto/tls",
  labels: {
    probe_grpc_healthcheck_response: {
      serving_status: oneOf(["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"], {
        unknown: ["UNKNOWN", "SERVICE_UNKNOWN"],
      }),
    },
    probe_http_duration_seconds: {
      phase: oneOf(["resolve", "connect", "tls", "processing", "transfer"]),
    },
    probe_ssl_last_chain_info: { subject: free("whom a certificate names") },
    probe_icmp_duration_seconds: { phase: oneOf(["resolve", "setup", "rtt"]) },
    // Only what Go's library can negotiate: nothing before TLS 1.0, no cipher without encryption.
    probe_tls_cipher_info: {
      cipher: like(/^(?:TLS_\w+|0x[0-9A-F]{4})$/, [
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
        "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
        "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
        "TLS_RSA_WITH_AES_128_CBC_SHA",
        "TLS_RSA_WITH_AES_128_CBC_SHA256",
        "TLS_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_RSA_WITH_AES_256_CBC_SHA",
        "TLS_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_RSA_WITH_RC4_128_SHA",
      ]),
    },
    probe_tls_version_info: {
      version: oneOf(["TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3", "unknown"], {
        unknown: ["unknown"],
        unheard: "It is a version that is newer than the prober knows.",
      }),
    },
  },
};

export const grafana: ProgramValues = {
  source:
    "grafana/grafana, files of the time of 12: pkg/middleware/{request_metrics.go,requestmeta}, pkg/infra/httpclient; grafana/alloy@v1.18.0: internal/component/component_health.go, internal/runtime",
  labels: {
    "grafana_datasource_request_*": {
      code: httpCodes,
      datasource_type: free("kinds of data sources; plugins add theirs"),
      method: httpMethods,
    },
    "grafana_alerting_notifications_*": { integration: free("kinds of contact points") },
    grafana_http_request_duration_seconds: {
      handler: like(/^[\w/:*.-]+$/, [
        "/",
        "/login",
        "/logout",
        "/api/search",
        "/api/ds/query",
        "/api/dashboards/uid/:uid",
        "/api/live/ws",
        "/api/live/push/:streamId",
        "/d/:uid/:slug",
        "notfound",
        "public-assets",
      ]),
      method: httpMethods,
      status_code: httpCodes,
      status_source: oneOf(["server", "downstream"]),
    },
    alloy_component_controller_running_components: {
      health_type: oneOf(["unknown", "healthy", "unhealthy", "exited"], {
        unknown: ["unknown"],
        unheard: "A component says so until it is first evaluated.",
      }),
    },
    loki_write_request_duration_seconds: { status_code: httpCodes },
    loki_write_dropped_entries_total: {
      reason: oneOf(["ingester_error", "rate_limited", "stream_limited", "line_too_long"]),
    },
  },
};

/** Calls of gRPC have a word. */
const lokiCode = like(/^(?:[1-5]\d\d|success|error|cancel)$/, [
  ...httpCodes.values,
  "success",
  "error",
  "cancel",
]);

export const loki: ProgramValues = {
  source:
    "grafana/dskit@8d1c6d34bb5a: ring/ring.go, middleware/instrument.go; grafana/loki@v3.7.8: pkg/loki/modules.go",
  labels: {
    loki_ring_members: {
      name: like(/^[a-z-]+$/, [
        "ingester",
        "distributor",
        "compactor",
        "scheduler",
        "ruler",
        "index-gateway",
      ]),
      state: oneOf(["ACTIVE", "LEAVING", "PENDING", "JOINING", "Unhealthy"]),
    },
    // A path with the separators made underscores, or the method of gRPC.
    loki_request_duration_seconds: {
      method: like(/^[A-Za-z]+$/, [...httpMethods.values, "gRPC"]),
      ws: yesOrNo,
      route: like(/^[\w/.-]+$/, [
        "loki_api_v1_push",
        "loki_api_v1_query",
        "loki_api_v1_query_range",
        "loki_api_v1_labels",
        "loki_api_v1_tail",
        "ready",
        "metrics",
        "/logproto.Pusher/Push",
        "/logproto.Querier/Tail",
        "/frontendv2pb.FrontendForQuerier/QueryResult",
        "/schedulerpb.SchedulerForFrontend/FrontendLoop",
        "/schedulerpb.SchedulerForQuerier/QuerierLoop",
        "/frontend.Frontend/Process",
      ]),
      status_code: lokiCode,
    },
    loki_discarded_samples_total: {
      reason: like(/^[a-z_]+$/, ["rate_limited", "per_stream_rate_limit", "line_too_long"]),
    },
    loki_ingester_wal_corruptions_total: { type: oneOf(["segment", "checkpoint"]) },
    loki_s3_request_duration_seconds: { status_code: lokiCode },
  },
};

/** Also in Thanos, whose services have other methods. */
export const etcd: ProgramValues = {
  source: "etcd-io/etcd@v3.5.30: api/etcdserverpb/rpc.proto; grpc-ecosystem/go-grpc-prometheus@v1",
  labels: {
    "grpc_server_*": {
      grpc_code: grpcCodes,
      grpc_service: free("services, in their packages"),
      grpc_type: oneOf(["unary", "client_stream", "server_stream", "bidi_stream"]),
      grpc_method: like(/^[A-Z]\w+$/, [
        "Range",
        "Put",
        "DeleteRange",
        "Txn",
        "Compact",
        "Watch",
        "LeaseGrant",
        "LeaseKeepAlive",
        "Alarm",
        "Status",
        "Defragment",
        "Snapshot",
        "MemberList",
      ]),
    },
  },
};

export const processor: ProgramValues = {
  source: "services/alert-processor/service: app.ts, metrics.ts, routes/hooks.ts, worker.ts",
  labels: {
    vigil_processor_alerts_received_total: { result: oneOf(["changed", "repeated", "poisoned"]) },
    vigil_processor_heartbeats_total: { result: oneOf(["sent", "failed"]) },
    vigil_processor_hooks_total: {
      result: oneOf([
        ...["done", "noted", "nothing", "unknown", "repeated"],
        ...["forged", "senseless", "old"],
      ]),
    },
    vigil_processor_http_requests_total: {
      code: httpCodes,
      method: httpMethods,
      route: like(/^\/[\w/:.*-]*$|^unknown$/, ["/v1/alerts", "/-/ready", "/-/healthy", "/metrics"]),
    },
    vigil_processor_notifications_total: { result: oneOf(["sent", "again", "refused", "dead"]) },
    vigil_processor_reconciled_total: { result: oneOf(["found", "lost", "failed"]) },
  },
};
