import { free, like, oneOf, type ProgramValues, share } from "../values.ts";

/** A condition has a series for each of these; the one that holds is 1. */
const conditionStatus = oneOf(["true", "false", "unknown"], { unknown: ["unknown"] });

/** Extended resources have names of their own: `nvidia_com_gpu`. */
const resource = like(/^[a-z]\w*$/, [
  "cpu",
  "memory",
  "ephemeral_storage",
  "storage",
  "pods",
  "hugepages_2Mi",
  "nvidia_com_gpu",
]);

const accessMode = oneOf(["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]);

/** Why a container does not run yet, or again: the kubelet and the runtime write it, others may. */
const waitingReason = like(/^[A-Z]\w+$/, [
  "ContainerCreating",
  "PodInitializing",
  "CrashLoopBackOff",
  "ErrImagePull",
  "ImagePullBackOff",
  "ErrImageNeverPull",
  "ImageInspectError",
  "InvalidImageName",
  "RegistryUnavailable",
  "SignatureValidationFailed",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "PreCreateHookError",
  "PreStartHookError",
  "PostStartHookError",
]);

/** What owns an object; absent where nothing does. */
const ownerKind = like(
  /^(?:[A-Z]\w+)?$/,
  [
    "ReplicaSet",
    "StatefulSet",
    "DaemonSet",
    "Deployment",
    "Job",
    "CronJob",
    "Node",
    "ReplicationController",
    "",
  ],
  { notApplicable: [""] },
);

export const kubeStateMetrics: ProgramValues = {
  source:
    "kubernetes/kube-state-metrics@v2.20.0: internal/store, pkg/watch; kubernetes/api@v0.36.3: core/v1, apps/v1, autoscaling/v2; kubernetes/kubernetes@v1.36.3: pkg/kubelet; kubernetes/cri-api@v0.36.3: pkg/errors",
  labels: {
    kube_deployment_status_condition: {
      condition: oneOf(["Available", "Progressing", "ReplicaFailure"]),
      status: { ...conditionStatus, unheard: "It is so while somebody has paused the deployment." },
    },
    kube_horizontalpodautoscaler_status_condition: {
      condition: oneOf(["ScalingActive", "AbleToScale", "ScalingLimited", "ScaledToZero"]),
      status: { ...conditionStatus, unheard: "The controller writes only true and false." },
    },
    kube_job_failed: {
      condition: {
        ...conditionStatus,
        unheard: "The controller adds the condition once it is true.",
      },
    },
    kube_node_spec_taint: {
      effect: oneOf(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
      // Whoever sets a taint names it; these are set by programs.
      key: like(/^.+$/, [
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
        "node.kubernetes.io/unschedulable",
        "node.kubernetes.io/memory-pressure",
        "ToBeDeletedByClusterAutoscaler",
        "DeletionCandidateOfClusterAutoscaler",
        "karpenter.sh/disrupted",
        "cloud.google.com/impending-node-termination",
        "aws-node-termination-handler/spot-itn",
      ]),
    },
    ...share(["kube_node_status_allocatable", "kube_node_status_capacity"], {
      resource,
    }),
    kube_node_status_condition: {
      // Node problem detectors add conditions of their own.
      condition: like(/^[A-Z]\w+$/, [
        "Ready",
        "MemoryPressure",
        "DiskPressure",
        "PIDPressure",
        "NetworkUnavailable",
      ]),
      status: conditionStatus,
    },
    kube_persistentvolume_status_phase: {
      phase: oneOf(["Pending", "Available", "Bound", "Released", "Failed"]),
    },
    kube_persistentvolumeclaim_access_mode: { access_mode: accessMode },
    kube_persistentvolumeclaim_status_phase: { phase: oneOf(["Pending", "Bound", "Lost"]) },
    ...share(["kube_pod_container_resource_limits", "kube_pod_container_resource_requests"], {
      resource,
    }),
    kube_pod_container_status_last_terminated_reason: {
      reason: like(
        /^[A-Z]\w+$/,
        [
          "Completed",
          "Error",
          "OOMKilled",
          "ContainerCannotRun",
          "StartError",
          "DeadlineExceeded",
          "ContainerStatusUnknown",
        ],
        {
          unknown: ["ContainerStatusUnknown"],
          unheard: "Restarts are counted whatever ended the container.",
        },
      ),
    },
    ...share(
      ["kube_pod_container_status_waiting_reason", "kube_pod_init_container_status_waiting_reason"],
      { reason: waitingReason },
    ),
    kube_job_owner: { owner_kind: ownerKind },
    ...share(["kube_pod_owner", "kube_replicaset_owner"], {
      owner_kind: ownerKind,
      owner_is_controller: oneOf(["true", "false", ""], { notApplicable: [""] }),
    }),
    kube_pod_restart_policy: { type: oneOf(["Always", "OnFailure", "Never"]) },
    kube_pod_status_phase: {
      phase: oneOf(["Pending", "Running", "Succeeded", "Failed", "Unknown"], {
        unknown: ["Unknown"],
      }),
    },
    kube_pod_status_ready: { condition: conditionStatus },
    kube_pod_status_reason: {
      reason: oneOf(
        [
          "Evicted",
          "NodeAffinity",
          "NodeLost",
          "PreemptionByScheduler",
          "SchedulingGated",
          "Shutdown",
          "TerminationByKubelet",
          "UnexpectedAdmissionError",
          "Other",
        ],
        {
          unknown: ["Other"],
          unheard:
            "The reason only takes out pods that are held on purpose; the rest is looked at.",
        },
      ),
    },
    kube_resourcequota: {
      // Unlike that of nodes and containers it is written as in the quota.
      resource: like(/^[a-z][a-z0-9./_-]*$/, [
        "cpu",
        "memory",
        "pods",
        "requests.cpu",
        "requests.memory",
        "limits.cpu",
        "limits.memory",
        "requests.storage",
        "persistentvolumeclaims",
        "services",
        "secrets",
        "configmaps",
        "count/deployments.apps",
      ]),
      type: oneOf(["hard", "used"]),
    },
    ...share(
      ["kube_statefulset_status_current_revision", "kube_statefulset_status_update_revision"],
      { revision: free("hashes of templates") },
    ),
    ...share(["kube_state_metrics_list_total", "kube_state_metrics_watch_total"], {
      resource: free("kinds of objects that it was told to watch"),
      result: oneOf(["success", "error"]),
    }),
  },
};
