import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { vllm } from "./common.ts";

/** One model on one server, all its engines together. */
const model = "cluster, env, host, instance, job, model_name";
/** One engine of several that share its requests. */
const engine = `${model}, engine`;
const server = "cluster, env, host, instance, job";

const finished = (q: Query): string =>
  `sum by (${model}) (${q.rate("vllm:request_success_total")}) > 0.05`;
const answered = (q: Query): string =>
  `sum by (${server}) (${q.rate("http_requests_total", { job: "vllm" })}) > 0.1`;

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while the API server answers its scrape.",
    query: (q) => q.gauge("up", { job: "vllm" }),
  },
  errorRatio: {
    unit: "ratio",
    about: "Share of requests that the API server answered with 5xx, where there are enough.",
    query: (q) =>
      `sum by (${server}) (${q.rate("http_requests_total", { job: "vllm", status: "5xx" })}) / (${answered(q)})`,
  },
  tokens: {
    unit: "opsPerSecond",
    about: "Tokens read and written per second, by engine.",
    query: (q) =>
      `sum by (${engine}) (${q.rate("vllm:prompt_tokens_total")}) + sum by (${engine}) (${q.rate("vllm:generation_tokens_total")})`,
  },
  unfinished: {
    unit: "count",
    about: "Requests that run or wait, by engine.",
    query: (q) =>
      `sum by (${engine}) (${q.gauge("vllm:num_requests_running")}) + sum by (${engine}) (${q.gauge("vllm:num_requests_waiting")})`,
  },
  abortRatio: {
    unit: "ratio",
    about: "Share of requests that their client gave up, where there are enough.",
    query: (q) =>
      `sum by (${model}) (${q.rate("vllm:request_success_total", { finished_reason: "abort" })}) / (${finished(q)})`,
  },
  failedRatio: {
    unit: "ratio",
    about: "Share of requests that the engine ended with an error, where there are enough.",
    query: (q) =>
      `sum by (${model}) (${q.rate("vllm:request_success_total", { finished_reason: "error" })}) / (${finished(q)})`,
  },
  rejected: {
    unit: "opsPerSecond",
    about: "Requests per second that were refused before they reached the engine.",
    query: (q) => `sum by (${model}) (${q.rate("vllm:admission_rejections_total")})`,
  },
  corrupted: {
    unit: "count",
    about: "Requests of 15 minutes whose output was computed from values that are not numbers.",
    query: (q) => `sum by (${model}) (${q.events("vllm:corrupted_requests_total", "15m")})`,
  },
});

const chat = 'engine="0",model_name="chat"';
const ofChat = { model_name: "chat" };
const requests = (status: string, target = ""): string =>
  `http_requests_total{handler="/v1/completions",method="POST",status="${status}"${target}}`;
const other = ',job="shop",instance="a:80"';
const idle = ',instance="gpu-2:8000"';
const ended = (reason: string, name = "chat"): string =>
  `vllm:request_success_total{engine="0",finished_reason="${reason}",model_name="${name}"}`;
const load = (
  name: string,
  tokens: string,
  running: string,
  number = 0,
): Record<string, string> => ({
  [`vllm:prompt_tokens_total{engine="${number}",model_name="${name}"}`]: "9000x30",
  [`vllm:generation_tokens_total{engine="${number}",model_name="${name}"}`]: tokens,
  [`vllm:num_requests_running{engine="${number}",model_name="${name}"}`]: running,
  [`vllm:num_requests_waiting{engine="${number}",model_name="${name}"}`]: "0x30",
});

export const group = defineAlerts({ ...vllm, name: "inference-vllm" }, signals, {
  VllmDown: {
    severity: "critical",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "3m",
    summary: "vLLM on {{ $labels.host }} does not answer",
    description:
      "The server {{ $labels.instance }} has not answered its scrape for three minutes: its models serve nobody.",
    fires: { series: { up: "1 0x10" }, from: "4m" },
    quiet: { series: { up: "1 0 0 1 0 0 1x10", 'up{job="other"}': "0x20" }, at: "10m" },
  },
  VllmErrors: {
    unit: "share of requests answered with 5xx",
    when: ({ errorRatio }, threshold) => `${errorRatio} > ${threshold}`,
    levels: {
      VllmErrorRatioHigh: {
        severity: "critical",
        threshold: 0.05,
        for: "7m",
        summary: "vLLM on {{ $labels.host }} fails many requests",
        description:
          "{{ $value | humanizePercentage }} of the requests to {{ $labels.instance }} have ended with an error of the server for seven minutes.",
        fires: { series: 60, from: "8m", value: "6%" },
        quiet: { series: 44, at: "15m" },
      },
      VllmErrorRatioElevated: {
        severity: "warning",
        threshold: 0.01,
        for: "15m",
        summary: "vLLM on {{ $labels.host }} fails some requests",
        description:
          "{{ $value | humanizePercentage }} of the requests to {{ $labels.instance }} have failed for a quarter of an hour.",
        fires: { series: 12, from: "16m", value: "1.2%" },
        quiet: { series: 9, at: "30m" },
      },
    },
    series: (failed) => ({
      [requests("2xx")]: `0+${1000 - failed}x40`,
      [requests("5xx")]: `0+${failed}x40`,
    }),
    beside: { [requests("5xx", other)]: "0+100x40", [requests("5xx", idle)]: "0+5x40" },
  },
  VllmStalled: {
    severity: "critical",
    when: ({ tokens, unfinished }) => `${tokens} == 0 and ${unfinished} > 0`,
    for: "5m",
    summary: "{{ $labels.model_name }} on {{ $labels.host }} makes no tokens",
    description:
      "Requests wait at engine {{ $labels.engine }} of {{ $labels.instance }} and not one token was read or written for ten minutes: it hangs though the server answers.",
    fires: {
      series: { ...load("chat", "5000x30", "1x30"), ...load("chat", "0+9x30", "1x30", 1) },
      from: "6m",
      labels: { ...ofChat, engine: "0" },
    },
    quiet: {
      series: {
        ...load("chat", "0+1x30", "1x30"),
        // Nobody asks.
        ...load("night", "5000x30", "0x30"),
      },
      at: "20m",
    },
  },
  VllmAbortsHigh: {
    severity: "warning",
    threshold: { value: 0.05, unit: "share of requests given up by their client" },
    when: ({ abortRatio }, threshold) => `${abortRatio} > ${threshold}`,
    for: "15m",
    summary: "Clients of {{ $labels.model_name }} on {{ $labels.host }} give up",
    description:
      "{{ $value | humanizePercentage }} of the requests have been aborted for 15 minutes: answers come too late, or a proxy cuts them.",
    fires: {
      series: { [ended("stop")]: "0+94x30", [ended("abort")]: "0+6x30" },
      from: "16m",
      labels: ofChat,
      value: "6%",
    },
    quiet: {
      series: {
        [ended("stop")]: "0+956x40",
        [ended("abort")]: "0+44x40",
        [ended("abort", "idle")]: "0+2x40",
      },
      at: "30m",
    },
  },
  VllmRequestsFailing: {
    severity: "warning",
    threshold: { value: 0.02, unit: "share of requests that the engine ended with an error" },
    when: ({ failedRatio }, threshold) => `${failedRatio} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.model_name }} on {{ $labels.host }} ends requests with an error",
    description:
      "{{ $value | humanizePercentage }} of the requests have ended with an error inside the engine for ten minutes: an answer that had begun breaks off, though its status was 200.",
    fires: {
      series: { [ended("stop")]: "0+97x30", [ended("error")]: "0+3x30" },
      from: "11m",
      labels: ofChat,
      value: "3%",
    },
    quiet: {
      series: {
        [ended("stop")]: "0+983x40",
        [ended("error")]: "0+17x40",
        [ended("abort")]: "0+90x40",
        [ended("error", "idle")]: "0+2x40",
      },
      at: "30m",
    },
  },
  VllmRequestsRejected: {
    severity: "warning",
    threshold: { value: 0.1, unit: "requests refused per second" },
    when: ({ rejected }, threshold) => `${rejected} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.model_name }} on {{ $labels.host }} refuses requests",
    description:
      '{{ $value | printf "%.2f" }} requests a second have been turned away at the door for ten minutes.',
    fires: {
      series: {
        'vllm:admission_rejections_total{model_name="chat",reason="queue_full"}': "0+7.2x30",
      },
      from: "15m",
      labels: ofChat,
      value: "0.12",
    },
    quiet: {
      series: {
        'vllm:admission_rejections_total{model_name="chat",reason="queue_full"}': "0+5.1x40",
      },
      at: "20m",
    },
  },
  VllmOutputCorrupted: {
    severity: "critical",
    when: ({ corrupted }) => `${corrupted} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "{{ $labels.model_name }} on {{ $labels.host }} computes nonsense",
    description:
      "Within 15 minutes at least one answer was made of values that are not numbers: weights, kernel or GPU are broken.",
    fires: {
      series: { [`vllm:corrupted_requests_total{${chat}}`]: "0x20 1x10" },
      from: "21m",
      labels: ofChat,
    },
    quiet: { series: { [`vllm:corrupted_requests_total{${chat}}`]: "7x40" }, at: "30m" },
  },
});
