import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { triton } from "./common.ts";

/** One model on one server, all its versions and GPUs together. */
const model = "cluster, env, host, instance, job, model";
/** Each version has instances of its own, which may hang while those of another work. */
const version = `${model}, version`;

/** Clients that hang up are not failures of the model. */
const failed = (q: Query): string =>
  `sum by (${model}) (${q.rate("nv_inference_request_failure", { reason: { not: "CANCELED" } })})`;
const succeeded = (q: Query, by = model): string =>
  `sum by (${by}) (${q.rate("nv_inference_request_success")})`;

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while the server answers its scrape.",
    query: (q) => q.gauge("up", { job: "triton" }),
  },
  failureRatio: {
    unit: "ratio",
    about: "Share of requests that failed, without those their client cancelled.",
    query: (q) => `${failed(q)} / (${succeeded(q)} + ${failed(q)} > 0.1)`,
  },
  rejected: {
    unit: "opsPerSecond",
    about: "Requests per second that were refused because the model's queue was full.",
    query: (q) =>
      `sum by (${model}) (${q.rate("nv_inference_request_failure", { reason: "REJECTED" })})`,
  },
  latency: {
    unit: "seconds",
    about: "How long a request takes on average, its wait included.",
    query: (q) =>
      `sum by (${model}) (${q.rate("nv_inference_request_duration_us")}) / (${succeeded(q)} > 0.1) / 1e6`,
  },
  queueTime: {
    unit: "seconds",
    about: "How long a request waits on average before the model takes it.",
    query: (q) =>
      `sum by (${model}) (${q.rate("nv_inference_queue_duration_us")}) / (${succeeded(q)} > 0.1) / 1e6`,
  },
  pending: {
    unit: "count",
    about: "Requests that wait for an instance of the model.",
    query: (q) => `sum by (${model}) (${q.gauge("nv_inference_pending_request_count")})`,
  },
  succeededOfVersion: {
    unit: "opsPerSecond",
    about: "Requests answered per second, by version of a model.",
    query: (q) => succeeded(q, version),
  },
  pendingOfVersion: {
    unit: "count",
    about: "Requests that wait for an instance of a version of a model.",
    query: (q) => `sum by (${version}) (${q.gauge("nv_inference_pending_request_count")})`,
  },
  loadedLately: {
    unit: "bool",
    about: "1 for each model that was loaded at some time of the last hour.",
    query: (q) =>
      `group by (${model}) (present_over_time(${q.gauge("nv_model_load_duration_secs")}[1h]))`,
  },
  loaded: {
    unit: "bool",
    about: "1 for each model that is loaded.",
    query: (q) =>
      `group by (${model}) (present_over_time(${q.gauge("nv_model_load_duration_secs")}[10m]))`,
  },
  gpuMemory: {
    unit: "ratio",
    about: "Share of each GPU's memory in use, by Triton and whoever shares it.",
    query: (q) =>
      `${q.gauge("nv_gpu_memory_used_bytes")} / (${q.gauge("nv_gpu_memory_total_bytes")} > 0)`,
  },
});

const ofRanker = { model: "ranker" };
const one = (metric: string, name = "ranker"): string =>
  `nv_inference_${metric}{gpu_uuid="GPU-1",model="${name}",version="1"}`;
const second = 'gpu_uuid="GPU-1",model="ranker",version="2"';
const failure = (reason: string, name = "ranker"): string =>
  `nv_inference_request_failure{gpu_uuid="GPU-1",model="${name}",reason="${reason}",version="1"}`;
const loaded = (name: string, target = ""): string =>
  `nv_model_load_duration_secs{model="${name}",version="1"${target}}`;
const gpu = (used: number): Record<string, string> => ({
  'nv_gpu_memory_used_bytes{gpu_uuid="GPU-1"}': `${used}e9x30`,
  'nv_gpu_memory_total_bytes{gpu_uuid="GPU-1"}': "80e9x30",
});

export const group = defineAlerts({ ...triton, name: "inference-triton" }, signals, {
  TritonDown: {
    severity: "critical",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "3m",
    summary: "Triton on {{ $labels.host }} does not answer",
    description:
      "The server {{ $labels.instance }} has not answered its scrape for three minutes: none of its models can be asked.",
    fires: { series: { up: "1 0x10" }, from: "4m" },
    quiet: { series: { up: "1 0 0 1 0 0 1x10", 'up{job="other"}': "0x20" }, at: "10m" },
  },
  TritonFailures: {
    unit: "share of requests that failed",
    when: ({ failureRatio }, threshold) => `${failureRatio} > ${threshold}`,
    levels: {
      TritonFailureRatioHigh: {
        severity: "critical",
        threshold: 0.05,
        for: "7m",
        summary: "{{ $labels.model }} on {{ $labels.host }} fails many requests",
        description:
          "{{ $value | humanizePercentage }} of the requests to {{ $labels.model }} have failed for seven minutes.",
        fires: { series: 60, from: "8m", value: "6%" },
        quiet: { series: 44, at: "15m" },
      },
      TritonFailureRatioElevated: {
        severity: "warning",
        threshold: 0.01,
        for: "15m",
        summary: "{{ $labels.model }} on {{ $labels.host }} fails some requests",
        description:
          "{{ $value | humanizePercentage }} of the requests to {{ $labels.model }} have failed for a quarter of an hour.",
        fires: { series: 12, from: "16m", value: "1.2%" },
        quiet: { series: 9, at: "30m" },
      },
    },
    series: (failed) => ({
      [one("request_success")]: `0+${1000 - failed}x40`,
      [failure("BACKEND")]: `0+${failed / 2}x40`,
      [failure("OTHER")]: `0+${failed / 2}x40`,
    }),
    beside: {
      [failure("CANCELED")]: "0+200x40",
      [one("request_success", "idle")]: "0x40",
      [failure("BACKEND", "idle")]: "0+5x40",
    },
    labels: ofRanker,
  },
  TritonRequestsRejected: {
    severity: "warning",
    threshold: { value: 0.1, unit: "requests refused per second" },
    when: ({ rejected }, threshold) => `${rejected} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.model }} on {{ $labels.host }} refuses requests",
    description:
      '{{ $value | printf "%.2f" }} requests a second have found the queue of {{ $labels.model }} full for ten minutes.',
    fires: {
      series: { [failure("REJECTED")]: "0+7.2x30" },
      from: "15m",
      labels: ofRanker,
      value: "0.12",
    },
    quiet: {
      series: { [failure("REJECTED")]: "0+5.1x40", [failure("OTHER")]: "0+60x40" },
      at: "20m",
    },
    byNature: {
      relabelled: "A model of another version is another model: its requests are counted again.",
    },
  },
  TritonLatencyHigh: {
    severity: "warning",
    threshold: { value: 1, unit: "seconds a request takes on average" },
    when: ({ latency }, threshold) => `${latency} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.model }} on {{ $labels.host }} is slow",
    description:
      "A request to {{ $labels.model }} has taken {{ $value | humanizeDuration }} on average for ten minutes, its wait included.",
    fires: {
      series: {
        [one("request_duration_us")]: "0+660000000x30",
        [one("request_success")]: "0+600x30",
      },
      from: "11m",
      labels: ofRanker,
      value: "1.1s",
    },
    quiet: {
      series: {
        [one("request_duration_us")]: "0+510000000x40",
        [one("request_success")]: "0+600x40",
        [one("request_duration_us", "idle")]: "0+9000000x40",
        [one("request_success", "idle")]: "0+3x40",
      },
      at: "20m",
    },
  },
  TritonQueueTimeHigh: {
    severity: "warning",
    family: "TritonQueue",
    threshold: { value: 0.2, unit: "seconds a request waits on average" },
    when: ({ queueTime }, threshold) => `${queueTime} > ${threshold}`,
    for: "10m",
    summary: "Requests wait long for {{ $labels.model }} on {{ $labels.host }}",
    description:
      "A request has waited {{ $value | humanizeDuration }} on average for ten minutes before {{ $labels.model }} took it.",
    fires: {
      series: {
        [one("queue_duration_us")]: "0+132000000x30",
        [one("request_success")]: "0+600x30",
      },
      from: "11m",
      labels: ofRanker,
      value: "220ms",
    },
    quiet: {
      series: {
        [one("queue_duration_us")]: "0+102000000x40",
        [one("request_success")]: "0+600x40",
        [one("queue_duration_us", "idle")]: "0+3000000x40",
        [one("request_success", "idle")]: "0+3x40",
      },
      at: "20m",
    },
  },
  TritonPendingHigh: {
    severity: "warning",
    family: "TritonQueue",
    threshold: { value: 50, unit: "requests that wait" },
    when: ({ pending }, threshold) => `${pending} > ${threshold}`,
    for: "10m",
    summary: "Requests pile up before {{ $labels.model }} on {{ $labels.host }}",
    description:
      '{{ $value | printf "%.0f" }} requests wait for an instance of {{ $labels.model }}; it has been behind for ten minutes.',
    fires: {
      series: { [one("pending_request_count")]: "55x20" },
      from: "10m",
      labels: ofRanker,
      value: "55",
    },
    quiet: { series: { [one("pending_request_count")]: "42x20" }, at: "15m" },
  },
  TritonStalled: {
    severity: "critical",
    family: "TritonQueue",
    when: ({ pendingOfVersion, succeededOfVersion }) =>
      `sum without (version) (${pendingOfVersion} > 0 unless ${succeededOfVersion} > 0)`,
    for: "5m",
    summary: "{{ $labels.model }} on {{ $labels.host }} answers nobody",
    description:
      "Requests wait for a version of {{ $labels.model }} of which not one was answered for ten minutes: its instances hang.",
    fires: {
      series: {
        [one("request_success")]: "900x20",
        [one("pending_request_count")]: "1x20",
        [`nv_inference_request_success{${second}}`]: "0+9x20",
        [`nv_inference_pending_request_count{${second}}`]: "1x20",
      },
      from: "5m",
      labels: ofRanker,
    },
    quiet: {
      series: {
        [one("request_success")]: "0+1x20",
        [one("pending_request_count")]: "1x20",
        // Nobody asks.
        [one("request_success", "night")]: "900x20",
        [one("pending_request_count", "night")]: "0x20",
      },
      at: "15m",
    },
  },
  TritonModelGone: {
    severity: "warning",
    when: ({ loaded, loadedLately, up }) =>
      `${loadedLately} unless ${loaded} and on (cluster, env, job, instance) ${up} == 1`,
    for: "5m",
    summary: "{{ $labels.model }} is no longer loaded on {{ $labels.host }}",
    description:
      "Triton at {{ $labels.instance }} runs and had {{ $labels.model }} within the last hour; now it is not ready there.",
    fires: {
      series: { [loaded("ranker")]: "12x3 _x40", up: "1x40" },
      from: "18m",
      labels: ofRanker,
    },
    quiet: {
      series: {
        [loaded("ranker")]: "12x40",
        up: "1x40",
        // A server that is down has an alert of its own.
        [loaded("ranker", ',instance="gpu-2:8002"')]: "12x3 _x40",
        'up{instance="gpu-2:8002"}': "1x3 0x40",
        'up{instance="gpu-2:8002",job="probe"}': "1x40",
      },
      at: "30m",
    },
    byNature: { removed: "Whether a model was unloaded on purpose is not told; see its runbook." },
  },
  TritonGpuMemoryHigh: {
    severity: "warning",
    threshold: { value: 0.95, unit: "share of the GPU's memory in use" },
    when: ({ gpuMemory }, threshold) => `${gpuMemory} > ${threshold}`,
    for: "15m",
    summary: "Memory of a GPU of Triton on {{ $labels.host }} runs out",
    description:
      "{{ $value | humanizePercentage }} of {{ $labels.gpu_uuid }} have been taken for 15 minutes; the next model or a large batch will not fit.",
    fires: { series: gpu(78.4), from: "15m", labels: { gpu_uuid: "GPU-1" }, value: "98%" },
    quiet: { series: gpu(68), at: "20m" },
  },
});
