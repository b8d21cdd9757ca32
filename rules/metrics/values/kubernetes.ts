import { free, like, oneOf, type ProgramValues, share } from "../values.ts";
import { dnsCodes, httpCodes, httpMethods, yesOrNo } from "./standards.ts";

const verb = oneOf([
  "GET",
  "LIST",
  "WATCH",
  "WATCHLIST",
  "POST",
  "PUT",
  "PATCH",
  "APPLY",
  "DELETE",
  "DELETECOLLECTION",
  "CREATE",
  "UPDATE",
  "CONNECT",
  "PROXY",
  "HEAD",
  "other",
]);
/** How much a request asks for; absent for what is about no resource. */
const scope = oneOf(["resource", "namespace", "cluster", ""], { notApplicable: [""] });
const subresource = like(/^[a-z/]*$/, [
  "",
  "status",
  "scale",
  "binding",
  "eviction",
  "log",
  "exec",
  "attach",
  "portforward",
  "proxy",
  "token",
]);
/** Plural names of kinds of objects; each cluster has its own beside those of Kubernetes. */
const kinds = like(/^(?:[a-z][\w.-]*)?$/, [
  "",
  "pods",
  "nodes",
  "leases",
  "events",
  "poddisruptionbudgets",
  "componentstatuses",
]);
const admissionType = oneOf(["validating", "admit"]);
const operation = oneOf(["CREATE", "UPDATE", "DELETE", "CONNECT"]);
const requests = { verb, scope, subresource };

export const kubernetes: ProgramValues = {
  source:
    "kubernetes/apiserver@v0.36.3: pkg/{admission/metrics,authentication/request/x509,endpoints/{filters,metrics}}; kubernetes/client-go@v0.36.3: rest; kubernetes/kubernetes@v1.36.3: pkg/{kubelet/prober,scheduler/metrics,volume/util}",
  labels: {
    apiserver_admission_webhook_rejection_count: {
      error_type: oneOf(["calling_webhook_error", "apiserver_internal_error", "no_error"]),
      operation,
      rejection_code: like(/^(?:0|[1-5]\d\d|600)$/, ["0", "400", "403", "422", "500", "600"]),
      type: admissionType,
    },
    apiserver_admission_webhook_admission_duration_seconds: {
      operation,
      rejected: yesOrNo,
      type: admissionType,
    },
    apiserver_admission_webhook_fail_open_count: { type: admissionType },
    apiserver_audit_error_total: {
      plugin: oneOf(["audit_truncate", "buffered", "log", "truncate", "webhook"]),
    },
    apiserver_flowcontrol_rejected_requests_total: {
      reason: oneOf(["queue-full", "concurrency-limit", "time-out", "cancelled"]),
    },
    apiserver_request_sli_duration_seconds: { ...requests, resource: kinds },
    apiserver_request_terminations_total: { code: httpCodes },
    apiserver_request_total: { code: httpCodes, verb },
    aggregator_unavailable_apiservice_total: {
      reason: oneOf([
        "EndpointsNotFound",
        "FailedDiscoveryCheck",
        "MissingEndpoints",
        "ServiceNotFound",
        "ServicePortError",
      ]),
    },
    etcd_request_duration_seconds: {
      operation: oneOf(["create", "delete", "get", "list", "listWithCount", "update"]),
      resource: kinds,
    },
    kubelet_evictions: {
      eviction_signal: oneOf([
        "memory.available",
        "nodefs.available",
        "nodefs.inodesFree",
        "imagefs.available",
        "imagefs.inodesFree",
        "containerfs.available",
        "containerfs.inodesFree",
        "allocatableMemory.available",
        "pid.available",
      ]),
    },
    kubelet_running_containers: {
      container_state: oneOf(["created", "running", "exited", "unknown"], { unknown: ["unknown"] }),
    },
    // Methods of the runtime's interface, as the kubelet calls them.
    "kubelet_runtime_operations_*": {
      operation_type: like(/^[a-z_]+$/, [
        "version",
        "status",
        "run_podsandbox",
        "stop_podsandbox",
        "remove_podsandbox",
        "create_container",
        "start_container",
        "stop_container",
        "remove_container",
        "list_containers",
        "container_status",
        "exec_sync",
        "pull_image",
      ]),
    },
    "kubeproxy_*": { ip_family: oneOf(["IPv4", "IPv6"]) },
    apiserver_requested_deprecated_apis: {
      removed_release: like(/^(?:\d+\.\d+)?$/, ["1.25", ""]),
      resource: kinds,
    },
    authentication_attempts: { result: oneOf(["success", "failure", "error"]) },
    prober_probe_total: {
      probe_type: oneOf(["Liveness", "Readiness", "Startup"]),
      result: oneOf(["successful", "failed", "unknown"], {
        unknown: ["unknown"],
        unheard: "A probe that the kubelet could not run ends no container.",
      }),
    },
    // Requests that got no answer have no code.
    rest_client_requests_total: {
      method: httpMethods,
      code: like(/^(?:[1-5]\d\d|<error>)$/, [...httpCodes.values, "<error>"], {
        unknown: ["<error>"],
        unheard:
          "Every watch that ends after its time is one; who reaches no API server at all is missed by what it no longer does.",
      }),
    },
    scheduler_plugin_execution_duration_seconds: {
      status: oneOf([
        "Success",
        "Error",
        "Unschedulable",
        "UnschedulableAndUnresolvable",
        "Wait",
        "Skip",
        "Pending",
      ]),
    },
    scheduler_pending_pods: { queue: oneOf(["active", "backoff", "unschedulable", "gated"]) },
    scheduler_schedule_attempts_total: { result: oneOf(["scheduled", "unschedulable", "error"]) },
    storage_operation_duration_seconds: {
      migrated: yesOrNo,
      operation_name: like(/^[a-z_]+$/, [
        "volume_attach",
        "volume_detach",
        "volume_mount",
        "volume_unmount",
        "unmount_device",
        "verify_controller_attached_volume",
        "expand_volume",
      ]),
      status: oneOf(["success", "fail-unknown"]),
      volume_plugin: free("drivers that a cluster has"),
    },
    // Queues of controllers; those of Kubernetes have the names of what they look after.
    "workqueue_*": {
      name: like(/^[\w.:/-]+$/, [
        "deployment",
        "replicaset",
        "statefulset",
        "daemonset",
        "job",
        "cronjob",
        "endpoint",
        "node_lifecycle_controller",
        "crd_openapi_controller",
      ]),
    },
    // Each component that elects a leader does so under a name; these are the ones of Kubernetes.
    leader_election_master_status: {
      name: like(/^[a-z][a-z0-9.-]*$/, [
        "kube-controller-manager",
        "kube-scheduler",
        "cloud-controller-manager",
      ]),
    },
  },
};

/** Kubelets name a container's control group by its pod, engines by the container. */
const controlGroup = like(/^\//, [
  "/",
  "/docker/4f2ac01d77aa",
  `/apps/${"4f2ac01d77aa0b1c".repeat(4)}`,
  "/apps.slice/docker-4f2ac01d77aa.scope",
  "/system.slice/docker-4f2ac01d77aa.scope",
  "/machine.slice/libpod-4f2ac01d77aa.scope",
  "/user.slice/user-1000.slice/docker-4f2ac01d77aa.scope",
  "/user.slice/user-1000.slice/libpod-4f2ac01d77aa.scope",
  "/system.slice/cron.service",
  "/user.slice/user-1000.slice",
  "/kubepods/burstable/pod0c1e/4f2ac01d77aa",
  "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0c1e.slice",
]);

export const containers: ProgramValues = {
  source: "google/cadvisor@v0.57.0: container/{docker,podman,raw,systemd}",
  labels: { "container_*": { id: controlGroup } },
};

export const addOns: ProgramValues = {
  source:
    "coredns/coredns@v1.15.0: plugin/{metrics,forward,pkg/proxy,pkg/rcode}; cert-manager/cert-manager@v1.21.2: internal/collectors, pkg/acme/client",
  labels: {
    coredns_dns_responses_total: {
      plugin: like(/^\w*$/, ["", "kubernetes", "forward", "cache", "errors", "hosts", "file"]),
      rcode: dnsCodes,
    },
    coredns_proxy_request_duration_seconds: {
      // A plugin from elsewhere that uses the same library has its own name here.
      proxy_name: like(/^[a-z]\w*$/, ["forward"]),
      rcode: dnsCodes,
    },
    ...share(
      [
        "certmanager_certificate_ready_status",
        "certmanager_clusterissuer_ready_status",
        "certmanager_issuer_ready_status",
      ],
      { condition: oneOf(["True", "False", "Unknown"], { unknown: ["Unknown"] }) },
    ),
    // A request without an answer is counted as 999.
    certmanager_http_acme_client_request_count: {
      method: httpMethods,
      status: like(/^(?:[1-5]\d\d|999)$/, [...httpCodes.values, "999"], {
        unknown: ["999"],
        unheard: "It is tried again, and a certificate that is not renewed has alerts of its own.",
      }),
    },
  },
};
