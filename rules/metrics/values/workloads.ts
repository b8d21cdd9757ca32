import { free, like, oneOf, type ProgramValues } from "../values.ts";
import { httpClasses, httpCodes, httpMethods, yesOrNo } from "./standards.ts";

export const contracts: ProgramValues = {
  source: "docs: the application contract; vllm-project/vllm@v0.33.0: vllm/entrypoints",
  labels: {
    http_request_duration_seconds: { le: free("bounds that an application chooses") },
    inference_duration_seconds: { le: free("bounds that an application chooses") },
    orders_failed_total: { reason: free("reasons that an application has") },
    http_requests_total: {
      handler: free("routes of an application"),
      method: httpMethods,
      code: httpCodes,
      // vLLM's library puts the codes of a hundred together.
      status: httpClasses,
    },
    inference_requests_total: { status: oneOf(["ok", "error"]) },
    payments_total: { outcome: oneOf(["success", "declined", "error"]) },
  },
};

export const inference: ProgramValues = {
  source:
    "vllm-project/vllm@v0.33.0: vllm/v1/engine/__init__.py; triton-inference-server/core@main of June 2026: src/metric_model_reporter.cc",
  labels: {
    nv_inference_request_failure: {
      reason: oneOf(["REJECTED", "CANCELED", "BACKEND", "OTHER"], { unknown: ["OTHER"] }),
    },
    "vllm:admission_rejections_total": { reason: like(/^[a-z_]+$/, ["queue_full"]) },
    "vllm:request_success_total": {
      finished_reason: oneOf(["stop", "length", "abort", "error", "repetition"]),
    },
  },
};

export const gpus: ProgramValues = {
  source: "NVIDIA's XID errors, r580; NVIDIA/dcgm-exporter@4.5.3-4.8.2: internal/pkg/collector",
  labels: {
    DCGM_EXP_GPU_HEALTH_STATUS: {
      health_watch: oneOf([
        ...["PCIE", "NVLINK", "PMU", "MCU", "MEM", "SM", "INFOROM", "THERMAL", "POWER"],
        ...["DRIVER", "NVSWITCH_NONFATAL", "NVSWITCH_FATAL"],
      ]),
    },
    DCGM_EXP_XID_ERRORS_COUNT: { xid: like(/^\d+$/, ["13", "31", "79"]) },
    DCGM_FI_DEV_XID_ERRORS: {
      err_code: like(
        /^\d+$/,
        "0 13 31 32 43 45 46 48 61 62 63 64 68 69 74 79 92 94 95 109 119 120 121 136 137 140 143 154".split(
          " ",
        ),
        { notApplicable: ["0"] },
      ),
    },
  },
};

const nodeType = free("kinds of nodes in the cluster's configuration");

export const ray: ProgramValues = {
  source:
    "ray-project/ray@2.60.0: src/ray/protobuf/{common,gcs}.proto, src/ray/stats/metric_defs.cc, src/ray/raylet/scheduling",
  labels: {
    ray_actors: {
      Name: free("classes"),
      State: oneOf([
        "DEPENDENCIES_UNREADY",
        "PENDING_CREATION",
        "ALIVE",
        "ALIVE_IDLE",
        "ALIVE_RUNNING_TASKS",
        "RESTARTING",
        "DEAD",
      ]),
    },
    ray_node_cpu_count: { IsHeadNode: yesOrNo },
    ray_object_store_memory: {
      Location: oneOf(["MMAP_SHM", "MMAP_DISK", "WORKER_HEAP", "SPILLED"]),
    },
    ray_placement_groups: {
      State: oneOf(["PENDING", "PREPARED", "CREATED", "REMOVED", "RESCHEDULING"]),
    },
    ray_scheduler_unscheduleable_tasks: {
      Reason: oneOf([
        "Infeasible",
        "WaitingForResources",
        "WaitingForPlasmaMemory",
        "WaitingForRemoteResources",
        "WaitingForWorkers",
      ]),
    },
    ray_serve_num_http_error_requests_total: { error_code: httpCodes },
    autoscaler_pending_nodes: { NodeType: nodeType },
    ray_cluster_failed_nodes: { node_type: nodeType },
    ray_gcs_storage_operation_latency_ms: {
      Operation: oneOf(["Put", "Get", "GetAll", "MultiGet", "Delete", "BatchDelete", "Exists"]),
    },
    ray_io_context_event_loop_lag_ms: {
      Component: like(/^\w+$/, ["gcs_server", "raylet", "core_worker"]),
      Name: free("loops"),
    },
    ray_memory_manager_worker_eviction_total: {
      Name: free("tasks and classes"),
      Type: oneOf(["Actor", "Task", "Driver"]),
    },
    // Custom resources have names of their own.
    ray_resources: {
      Name: like(/^[\w.:-]+$/, ["CPU", "GPU", "memory", "object_store_memory"]),
      State: oneOf(["AVAILABLE", "USED"]),
    },
    ray_tasks: {
      Name: free("functions"),
      State: oneOf([
        "NIL",
        "PENDING_ARGS_AVAIL",
        "PENDING_NODE_ASSIGNMENT",
        "PENDING_OBJ_STORE_MEM_AVAIL",
        "PENDING_ARGS_FETCH",
        "SUBMITTED_TO_WORKER",
        "PENDING_ACTOR_TASK_ARGS_FETCH",
        "PENDING_ACTOR_TASK_ORDERING_OR_CONCURRENCY",
        "RUNNING",
        "RUNNING_IN_RAY_GET",
        "RUNNING_IN_RAY_WAIT",
        "GETTING_AND_PINNING_ARGS",
        "FINISHED",
        "FAILED",
      ]),
    },
  },
};

export const vault: ProgramValues = {
  source: "hashicorp/vault@v1.21.2: vault/core_metrics.go, vault/token_store.go",
  labels: {
    vault_token_creation: {
      auth_method: free("methods of signing in that are mounted"),
      creation_ttl: oneOf(["1m", "10m", "20m", "1h", "2h", "1d", "2d", "7d", "30d", "+Inf"]),
      token_type: oneOf(["service", "batch"]),
    },
  },
};
