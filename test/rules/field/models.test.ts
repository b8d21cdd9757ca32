/** Ordinary days of Ray and of Windows. */
import { type Situations, tryAll } from "./situation.ts";

const ray = { job: "ray", instance: "ray-1:8080", host: "ray-1", SessionName: "s" };
const windows = { job: "windows", instance: "w:9182", host: "w" };
const situations: Situations = {
  "tasks that wait for a node that is being made": {
    alert: "RayTasksStuck",
    target: ray,
    series: {
      'ray_tasks{State="PENDING_NODE_ASSIGNMENT",Name="t"}': "8x30",
      'autoscaler_pending_nodes{NodeType="gpu"}': "1x30",
    },
    firing: { "12m": 0 },
  },
  "an engine of vLLM that hangs beside one that works": {
    alert: "VllmStalled",
    target: { job: "vllm", instance: "gpu-1:8000", host: "gpu-1", model_name: "chat" },
    series: {
      'vllm:prompt_tokens_total{engine="0"}': "0+900x30",
      'vllm:generation_tokens_total{engine="0"}': "0+600x30",
      'vllm:num_requests_running{engine="0"}': "4x30",
      'vllm:num_requests_waiting{engine="0"}': "0x30",
      'vllm:prompt_tokens_total{engine="1"}': "9000x30",
      'vllm:generation_tokens_total{engine="1"}': "5000x30",
      'vllm:num_requests_running{engine="1"}': "4x30",
      'vllm:num_requests_waiting{engine="1"}': "2x30",
    },
    firing: { "15m": 1 },
  },
  "a version of a model that hangs beside one that answers": {
    alert: "TritonStalled",
    target: { job: "triton", instance: "gpu-1:8002", host: "gpu-1", model: "ranker" },
    series: {
      'nv_inference_request_success{version="1"}': "0+90x30",
      'nv_inference_pending_request_count{version="1"}': "2x30",
      'nv_inference_request_success{version="2"}': "900x30",
      'nv_inference_pending_request_count{version="2"}': "2x30",
    },
    firing: { "15m": 1 },
  },
  "a guest that has its time from its host": {
    alert: "WindowsTimeSourceLost",
    target: windows,
    series: { windows_time_ntp_client_time_sources: "0x90" },
    firing: { "80m": 0 },
  },
  "a disk that nobody can write to": {
    alert: "WindowsDiskSpaceCritical",
    target: { ...windows, volume: "E:" },
    series: {
      windows_logical_disk_free_bytes: "0x60",
      windows_logical_disk_size_bytes: "5e9x60",
      windows_logical_disk_readonly: "1x60",
    },
    firing: { "30m": 0 },
  },
};

tryAll(situations);
