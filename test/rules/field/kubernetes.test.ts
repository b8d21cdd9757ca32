/** Situations from public bug reports about Kubernetes. */
import { type Situations, tryAll } from "./situation.ts";

const state = { job: "kube-state-metrics", instance: "10.0.0.9:8080" };
const claim = {
  job: "kubelet",
  instance: "10.0.0.1:10250",
  namespace: "m",
  persistentvolumeclaim: "c",
};
const api = { job: "apiserver", instance: "10.0.0.1:6443" };
const waiting = (uid: string): string =>
  `kube_pod_container_status_waiting_reason{namespace="m",pod="am-0",container="c",reason="CrashLoopBackOff",uid="${uid}"}`;

/** Two in five minutes, both slower than an alert bears. */
const few = (base: string, quick: string, slow: string) => ({
  [`${base}_bucket{le="${quick}"}`]: "0x60",
  [`${base}_bucket{le="${slow}"}`]: "0+0.4x60",
  [`${base}_bucket{le="+Inf"}`]: "0+0.4x60",
});

const situations: Situations = {
  "a pod of one name on two nodes, in a drain": {
    alert: "KubePodCrashLooping",
    target: state,
    series: {
      'kube_pod_info{namespace="m",pod="am-0",node="node-01",uid="1"}': "1x60",
      'kube_pod_info{namespace="m",pod="am-0",node="node-02",uid="2"}': "1x60",
      [waiting("2")]: "1x60",
    },
    firing: { "16m": 1, "60m": 1 },
  },
  "a second kube-state-metrics that does not know the node yet": {
    alert: "KubePodCrashLooping",
    target: { job: "kube-state-metrics" },
    series: {
      'kube_pod_info{namespace="m",pod="am-0",instance="a:8080"}': "_x10 1 stale",
      'kube_pod_info{namespace="m",pod="am-0",instance="b:8080",node="n1"}': "_x10 1x60",
      'kube_pod_container_status_waiting_reason{namespace="m",pod="am-0",container="c",reason="CrashLoopBackOff",instance="b:8080"}':
        "1x70",
    },
    firing: { "40m": 1 },
  },
  "kube-state-metrics moves while a StatefulSet lacks a replica": {
    alert: "KubeStatefulSetReplicasMismatch",
    target: { job: "kube-state-metrics", namespace: "shop", statefulset: "db" },
    series: {
      'kube_statefulset_replicas{instance="a",pod="ksm-1"}': "3x36 stale",
      'kube_statefulset_status_replicas_ready{instance="a",pod="ksm-1"}': "2x36 stale",
      'kube_statefulset_status_replicas_updated{instance="a",pod="ksm-1"}': "3x36 stale",
      'kube_statefulset_replicas{instance="b",pod="ksm-2"}': "_x37 3x40",
      'kube_statefulset_status_replicas_ready{instance="b",pod="ksm-2"}': "_x37 2x40",
      'kube_statefulset_status_replicas_updated{instance="b",pod="ksm-2"}': "_x37 3x40",
    },
    firing: { "30m": 1, "38m": 1, "45m": 1 },
  },
  "clients whose certificates live for six hours": {
    alert: "KubeClientCertificateExpiresToday",
    target: { job: "apiserver", instance: "10.0.0.1:6443" },
    series: {
      'apiserver_client_certificate_expiration_seconds_bucket{le="0"}': "0x60",
      'apiserver_client_certificate_expiration_seconds_bucket{le="1800"}': "0x60",
      'apiserver_client_certificate_expiration_seconds_bucket{le="3600"}': "0x60",
      'apiserver_client_certificate_expiration_seconds_bucket{le="7200"}': "0x60",
      'apiserver_client_certificate_expiration_seconds_bucket{le="21600"}': "0+60x60",
      'apiserver_client_certificate_expiration_seconds_bucket{le="+Inf"}': "0+60x60",
    },
    firing: { "50m": 0 },
  },
  "the first audit event that is lost": {
    alert: "KubeAuditEventsLost",
    target: { job: "apiserver", instance: "10.0.0.1:6443" },
    series: { 'apiserver_audit_error_total{plugin="log"}': "_x30 40x60" },
    firing: { "32m": 1 },
  },
  "a raw block volume, of which the kubelet knows no space": {
    alert: "KubePersistentVolumeFull",
    target: { job: "kubelet", instance: "10.0.0.1:10250", namespace: "m" },
    series: {
      'kubelet_volume_stats_available_bytes{persistentvolumeclaim="raw"}': "0x600",
      'kubelet_volume_stats_capacity_bytes{persistentvolumeclaim="raw"}': "107374182400x600",
      'kubelet_volume_stats_used_bytes{persistentvolumeclaim="raw"}': "0x600",
    },
    firing: { "5h": 0 },
  },
  "a certificate that lives for a day and is renewed every sixteen hours": {
    alert: "CertManagerCertExpiring",
    target: { job: "cert-manager", instance: "cm:9402" },
    series: {
      'certmanager_certificate_expiration_timestamp_seconds{namespace="m",name="c"}': "86400x240",
      'certmanager_certificate_renewal_timestamp_seconds{namespace="m",name="c"}': "57600x240",
    },
    firing: { "3h": 0 },
  },
  "a volume of CephFS, which calls all inodes used": {
    alert: "KubePersistentVolumeInodesUsedUp",
    target: claim,
    series: {
      kubelet_volume_stats_inodes: "33290x600",
      kubelet_volume_stats_inodes_free: "0x600",
      kubelet_volume_stats_inodes_used: "33290x600",
      kubelet_volume_stats_used_bytes: "1000x600",
    },
    firing: { "5h": 0 },
  },
  "a StatefulSet of which a new revision reaches one pod of three": {
    alert: "KubeStatefulSetUpdateNotRolledOut",
    target: { ...state, namespace: "m", statefulset: "db" },
    series: {
      'kube_statefulset_status_current_revision{revision="a"}': "1x60",
      'kube_statefulset_status_update_revision{revision="b"}': "1x60",
      kube_statefulset_replicas: "3x60",
      kube_statefulset_status_replicas_updated: "1x60",
    },
    firing: { "40m": 1 },
  },
  "watches that the API server ends after their time": {
    alert: "KubeClientErrors",
    target: api,
    series: {
      'rest_client_requests_total{code="200",method="GET",host="h"}': "0+10x60",
      'rest_client_requests_total{code="<error>",method="GET",host="h"}': "0+0.5x60",
    },
    firing: { "40m": 0 },
  },
  "a job that failed three times and then completed": {
    alert: "KubeJobFailed",
    target: { ...state, namespace: "m", job_name: "j" },
    series: {
      kube_job_status_failed: "3x60",
      'kube_job_complete{condition="true"}': "1x60",
      'kube_job_failed{condition="true"}': "0x60",
      kube_job_status_start_time: "60x60",
    },
    firing: { "40m": 0 },
  },
  "a certificate that is not ready: its end is zero": {
    alert: "CertManagerCertExpiring",
    target: { job: "cert-manager", instance: "c:9402", namespace: "n", name: "c" },
    series: {
      certmanager_certificate_expiration_timestamp_seconds: "0x240",
      certmanager_certificate_renewal_timestamp_seconds: "0x240",
    },
    firing: { "3h": 0 },
  },
  "calls that etcd refuses for a minute, while it is rolled out": {
    alert: "EtcdFailedCallsMany",
    target: { job: "etcd", instance: "e:2379", host: "e" },
    step: "15s",
    series: {
      'grpc_server_handled_total{grpc_type="unary",grpc_service="etcdserverpb.KV",grpc_method="Range",grpc_code="Unavailable"}':
        "0x80 0+150x4 600x160",
      'grpc_server_handled_total{grpc_type="unary",grpc_service="etcdserverpb.KV",grpc_method="Range",grpc_code="OK"}':
        "0+150x80 12000x4 12000+150x160",
    },
    firing: { "25m30s": 0, "26m": 0, "27m": 0, "28m": 0 },
  },
  "watches of etcd that their clients leave": {
    alert: "EtcdFailedCallsMany",
    target: { job: "etcd", instance: "e:2379", host: "e" },
    series: {
      'grpc_server_handled_total{grpc_type="bidi_stream",grpc_service="etcdserverpb.Watch",grpc_method="Watch",grpc_code="Unavailable"}':
        "0+600x60",
      'grpc_server_handled_total{grpc_type="unary",grpc_service="etcdserverpb.KV",grpc_method="Range",grpc_code="OK"}':
        "0+600x60",
    },
    firing: { "40m": 0 },
  },

  "a disruption budget whose pods were scaled away": {
    alert: "KubePdbNotEnoughHealthyPods",
    target: { ...state, namespace: "m", poddisruptionbudget: "b" },
    series: {
      kube_poddisruptionbudget_status_desired_healthy: "1x60",
      kube_poddisruptionbudget_status_current_healthy: "0x60",
      kube_poddisruptionbudget_status_expected_pods: "0x60",
    },
    firing: { "40m": 0 },
  },
  "a provider whose API server is of version 30+ and whose kubelets are of 30": {
    alert: "KubeVersionMismatch",
    step: "10m",
    series: {
      'kubernetes_build_info{job="apiserver",instance="a",major="1",minor="30+"}': "1x200",
      'kubernetes_build_info{job="kubelet",instance="b",major="1",minor="30"}': "1x200",
    },
    firing: { "30h": 0 },
  },
  "namespaces that are deleted, one in three minutes": {
    alert: "KubeAPILatencyHigh",
    target: { ...api, verb: "DELETECOLLECTION", scope: "namespace" },
    series: {
      'apiserver_request_sli_duration_seconds_bucket{le="1"}': "0x60",
      'apiserver_request_sli_duration_seconds_bucket{le="5"}': "0+0.34x60",
      'apiserver_request_sli_duration_seconds_bucket{le="+Inf"}': "0+0.34x60",
    },
    firing: { "40m": 0 },
  },

  "a store of which something large is asked now and then": {
    alert: "KubeAPIEtcdRequestsSlow",
    target: { ...api, operation: "listWithCount" },
    series: few("etcd_request_duration_seconds", "0.5", "2"),
    firing: { "40m": 0 },
  },
  "an etcd that is compacted every few minutes": {
    alert: "EtcdCallsSlow",
    target: {
      job: "etcd",
      instance: "e:2379",
      host: "e",
      grpc_type: "unary",
      grpc_service: "etcdserverpb.KV",
      grpc_method: "Compact",
    },
    series: few("grpc_server_handling_seconds", "0.5", "2"),
    firing: { "40m": 0 },
  },
  "a webhook that is called seldom and starts from cold": {
    alert: "KubeAdmissionWebhookSlow",
    target: { ...api, name: "w" },
    series: few("apiserver_admission_webhook_admission_duration_seconds", "2", "5"),
    firing: { "40m": 0 },
  },
  "a name server that is asked for hardly anything": {
    alert: "CoreDNSLatencyHigh",
    target: { job: "coredns", instance: "c:9153" },
    series: few("coredns_dns_request_duration_seconds", "1", "4"),
    firing: { "40m": 0 },
  },
  "an upstream of a name server that is asked for hardly anything": {
    alert: "CoreDNSForwardLatencyHigh",
    target: { job: "coredns", instance: "c:9153", to: "10.0.0.2:53", proxy_name: "forward" },
    series: few("coredns_proxy_request_duration_seconds", "2", "4"),
    firing: { "40m": 0 },
  },
  "a StatefulSet that was scaled to nothing": {
    alert: "KubeStatefulSetUnavailable",
    target: { ...state, namespace: "m", statefulset: "s" },
    series: {
      kube_statefulset_replicas: "3x20 0x60",
      kube_statefulset_status_replicas_ready: "3x20 0x60",
    },
    firing: { "60m": 0 },
  },
  "a kubelet whose certificate never ends": {
    alert: "KubeletClientCertificateExpiration",
    target: { job: "kubelet", instance: "n:10250" },
    step: "1h",
    series: {
      kubelet_certificate_manager_client_ttl_seconds: "+Infx300",
      'kubelet_node_name{node="n"}': "1x300",
    },
    firing: { "200h": 0 },
  },
  "a pod of Tekton, whose first step is done and whose second takes long": {
    alert: "KubePodNotReady",
    target: { ...state, namespace: "ci", pod: "build-1" },
    series: {
      'kube_pod_info{node="n1"}': "1x60",
      'kube_pod_owner{owner_kind="TaskRun",owner_name="build",owner_is_controller="true"}': "1x60",
      'kube_pod_restart_policy{type="Never"}': "1x60",
      'kube_pod_status_phase{phase="Running"}': "1x60",
      'kube_pod_status_ready{condition="false"}': "_x5 1x55",
    },
    firing: { "40m": 0 },
  },
  "an aggregated API whose server is replaced and away for two minutes": {
    alert: "KubeAggregatedAPIDown",
    target: { ...api, name: "v1beta1.metrics.k8s.io" },
    series: { aggregator_unavailable_apiservice: "0x20 1x1 0x40" },
    firing: { "26m": 0, "28m": 0, "30m": 0 },
  },
  "a volume that moves to another node while it is full": {
    alert: "KubePersistentVolumeFull",
    target: { job: "kubelet", namespace: "m", persistentvolumeclaim: "c" },
    series: Object.fromEntries(
      Object.entries({ available: 1, capacity: 100, used: 99 }).flatMap(([what, bytes]) => [
        [`kubelet_volume_stats_${what}_bytes{instance="a:10250"}`, `${bytes}x30 stale`],
        [`kubelet_volume_stats_${what}_bytes{instance="b:10250"}`, `_x32 ${bytes}x30`],
      ]),
    ),
    firing: { "20m": 1, "50m": 1 },
  },
};

tryAll(situations);
