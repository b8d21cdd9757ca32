/** Ordinary days of Ray and of Windows. */
import { type Situations, tryAll } from "./situation.ts";

const ray = { job: "ray", instance: "ray-1:8080", host: "ray-1", SessionName: "s" };
const windows = { job: "windows", instance: "w:9182", host: "w" };
/** Twelve replicas, what counts their starts and whether they are healthy. */
const replicas = (name: string, starts: string, healthy: string): Record<string, string> =>
  Object.fromEntries<string>(
    Array.from({ length: 12 }, (_, index) => `{replica="${name}${index}"}`).flatMap((replica) => [
      [`ray_serve_deployment_replica_starts_total${replica}`, starts],
      [`ray_serve_deployment_replica_healthy${replica}`, healthy],
    ]),
  );
const situations: Situations = {
  "a deployment of twelve replicas that is rolled out": {
    alert: "RayServeReplicasRestarting",
    target: { ...ray, application: "chat", deployment: "llm" },
    series: {
      up: "1x90",
      ray_serve_deployment_status: "6x30 3x12 6x48",
      ...replicas("old", "1x90", "1x35 stale"),
      ...replicas("new", "_x31 1x59", "_x33 1x57"),
    },
    firing: { "40m": 0, "46m": 0, "52m": 0 },
  },
  "a rollout whose replicas die again and again": {
    alert: "RayServeReplicasRestarting",
    target: { ...ray, application: "chat", deployment: "llm" },
    series: {
      up: "1x90",
      ray_serve_deployment_status: "6x30 3x60",
      ...replicas("old", "1x90", "1x90"),
      ...replicas("1st", "_x31 1x59", "_x90"),
      ...replicas("2nd", "_x35 1x55", "_x90"),
      ...replicas("3rd", "_x39 1x51", "_x90"),
    },
    firing: { "36m": 0, "48m": 1 },
  },
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
  "a model that is asked for an hour a day, now earlier and now later": {
    alert: "InferenceTrafficStopped",
    target: { job: "shop", instance: "a:8080", model: "forecast", status: "ok" },
    step: "5m",
    // From 1:00 to 2:00, the next day from 0:40 to 1:40, and then from 1:20 to 2:20.
    series: {
      inference_requests_total: "0x11 0+90x12 1080x272 1170+90x11 2160x296 2250+90x11 3240x30",
    },
    firing: { "26h": 0, "26h15m": 0, "51h": 0, "51h15m": 0 },
  },
  "a model that is asked all day, until nobody asks any more": {
    alert: "InferenceTrafficStopped",
    target: { job: "shop", instance: "a:8080", model: "fraud", status: "ok" },
    step: "5m",
    series: { inference_requests_total: "0+90x360 32400x30" },
    firing: { "30h": 0, "30h40m": 1 },
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
  "a model on its first day, which rests in the evening": {
    alert: "InferenceTrafficStopped",
    target: { job: "shop", instance: "a:8080", model: "new", status: "ok" },
    step: "5m",
    series: { inference_requests_total: "0+90x100 9000x30" },
    firing: { "8h50m": 0, "9h10m": 0 },
  },
};

tryAll(situations);
