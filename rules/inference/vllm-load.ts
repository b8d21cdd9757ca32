import { defineAlerts } from "../lib/alert.ts";
import { p95 } from "../lib/p95.ts";
import { defineSignals } from "../lib/signal.ts";
import { vllm } from "./common.ts";

/** One model on one server, all its engines together. */
const model = ["cluster", "env", "host", "instance", "job", "model_name"] as const;
const by = model.join(", ");

export const signals = defineSignals({
  finished: {
    unit: "opsPerSecond",
    about: "Requests finished per second, by model.",
    query: (q) => `sum by (${by}) (${q.rate("vllm:request_success_total")})`,
  },
  firstToken: {
    unit: "seconds",
    about: "Time within which 95 of 100 requests get their first token.",
    query: (q) => q.quantile(0.95, "vllm:time_to_first_token_seconds", model),
  },
  nextToken: {
    unit: "seconds",
    about: "Time between two tokens that 95 of 100 stay below.",
    query: (q) => q.quantile(0.95, "vllm:inter_token_latency_seconds", model),
  },
  wholeAnswer: {
    unit: "seconds",
    about: "Time within which 95 of 100 requests have their whole answer.",
    query: (q) => q.quantile(0.95, "vllm:e2e_request_latency_seconds", model),
  },
  queueTime: {
    unit: "seconds",
    about: "Time that 95 of 100 requests wait at most before the engine takes them.",
    query: (q) => q.quantile(0.95, "vllm:request_queue_time_seconds", model),
  },
  waiting: {
    unit: "count",
    about: "Requests that wait for the engine, by model.",
    query: (q) => `sum by (${by}) (${q.gauge("vllm:num_requests_waiting")})`,
  },
  kvCache: {
    unit: "ratio",
    about: "Share of the KV cache in use, of the fullest engine.",
    query: (q) => `max by (${by}) (${q.gauge("vllm:kv_cache_usage_perc")})`,
  },
  preemptions: {
    unit: "opsPerSecond",
    about: "Requests per second that lost their place in the KV cache and start over.",
    query: (q) => `sum by (${by}) (${q.rate("vllm:num_preemptions_total")})`,
  },
});

const ofChat = { model_name: "chat" };
const engine = (metric: string, number: number, name = "chat"): string =>
  `vllm:${metric}{engine="${number}",model_name="${name}"}`;
const finished = (name: string, perMinute: number): Record<string, string> => ({
  [`vllm:request_success_total{engine="0",finished_reason="stop",model_name="${name}"}`]: `0+${perMinute}x40`,
});
type Bounds = readonly [number, number];
/** A busy model with this 95th percentile. */
const busy = (metric: string, bounds: Bounds, value: number): Record<string, string> => ({
  ...p95(engine(metric, 0), bounds, value, 40),
  ...finished("chat", 1000),
});
/** A model that hardly anybody asks, far slower. */
const idle = (metric: string, bounds: Bounds): Record<string, string> => ({
  ...p95(engine(metric, 0, "idle"), bounds, bounds[1] - 1, 40, 1),
  ...finished("idle", 1),
});
const often = "0.05";

export const group = defineAlerts({ ...vllm, name: "inference-vllm-load" }, signals, {
  VllmFirstToken: {
    unit: "seconds to the first token for 95 %",
    range: { below: 2560 },
    when: ({ finished, firstToken }, threshold) =>
      `${firstToken} > ${threshold} and ${finished} > ${often}`,
    levels: {
      VllmFirstTokenSlow: {
        severity: "warning",
        threshold: 2.5,
        for: "10m",
        summary: "{{ $labels.model_name }} on {{ $labels.host }} starts its answers late",
        description:
          "One request in twenty has waited longer than {{ $value | humanizeDuration }} for its first token for ten minutes.",
        fires: {
          series: busy("time_to_first_token_seconds", [2.5, 5], 2.75),
          from: "11m",
          value: "2.75s",
        },
        quiet: { series: busy("time_to_first_token_seconds", [1, 2.5], 2.2), at: "20m" },
      },
      VllmFirstTokenVerySlow: {
        severity: "critical",
        threshold: 10,
        for: "7m",
        summary: "{{ $labels.model_name }} on {{ $labels.host }} keeps people waiting",
        description:
          "One request in twenty waits longer than {{ $value | humanizeDuration }} for its first token: people leave and clients time out.",
        fires: {
          series: busy("time_to_first_token_seconds", [10, 20], 11),
          from: "8m",
          value: "11s",
        },
        quiet: { series: busy("time_to_first_token_seconds", [7.5, 10], 8.5), at: "15m" },
      },
    },
    beside: idle("time_to_first_token_seconds", [160, 640]),
    labels: ofChat,
  },
  VllmTokensSlow: {
    severity: "warning",
    threshold: { value: 0.2, unit: "seconds between two tokens for 95 %", range: { below: 80 } },
    when: ({ finished, nextToken }, threshold) =>
      `${nextToken} > ${threshold} and ${finished} > ${often}`,
    for: "10m",
    summary: "{{ $labels.model_name }} on {{ $labels.host }} writes slowly",
    description:
      "One token in twenty has come later than {{ $value | humanizeDuration }} after the one before for ten minutes; answers stutter.",
    fires: {
      series: busy("inter_token_latency_seconds", [0.2, 0.3], 0.22),
      from: "11m",
      labels: ofChat,
      value: "220ms",
    },
    quiet: {
      series: {
        ...busy("inter_token_latency_seconds", [0.15, 0.2], 0.17),
        ...idle("inter_token_latency_seconds", [40, 80]),
      },
      at: "20m",
    },
  },
  VllmRequestsSlow: {
    severity: "warning",
    threshold: { value: 30, unit: "seconds to the whole answer for 95 %", range: { below: 7680 } },
    when: ({ finished, wholeAnswer }, threshold) =>
      `${wholeAnswer} > ${threshold} and ${finished} > ${often}`,
    for: "10m",
    summary: "Answers of {{ $labels.model_name }} on {{ $labels.host }} take long",
    description:
      "One answer in twenty has taken longer than {{ $value | humanizeDuration }} in all for ten minutes.",
    fires: {
      series: busy("e2e_request_latency_seconds", [30, 40], 34),
      from: "11m",
      labels: ofChat,
      value: "34s",
    },
    quiet: {
      series: {
        ...busy("e2e_request_latency_seconds", [20, 30], 26),
        ...idle("e2e_request_latency_seconds", [480, 960]),
      },
      at: "20m",
    },
  },
  VllmQueueLong: {
    severity: "warning",
    family: "VllmQueue",
    threshold: { value: 20, unit: "requests that wait" },
    when: ({ waiting }, threshold) => `${waiting} > ${threshold}`,
    for: "10m",
    summary: "Requests queue for {{ $labels.model_name }} on {{ $labels.host }}",
    description:
      '{{ $value | printf "%.0f" }} requests wait; the engine has been behind for ten minutes.',
    fires: {
      series: {
        [engine("num_requests_waiting", 0)]: "12x20",
        [engine("num_requests_waiting", 1)]: "11x20",
      },
      from: "10m",
      labels: ofChat,
      value: "23",
    },
    quiet: {
      series: {
        [engine("num_requests_waiting", 0)]: "9x20",
        [engine("num_requests_waiting", 1)]: "8x20",
      },
      at: "15m",
    },
  },
  VllmQueueTimeHigh: {
    severity: "warning",
    family: "VllmQueue",
    threshold: { value: 30, unit: "seconds in the queue for 95 %", range: { below: 7680 } },
    when: ({ finished, queueTime }, threshold) =>
      `${queueTime} > ${threshold} and ${finished} > ${often}`,
    for: "5m",
    summary: "The queue for {{ $labels.model_name }} on {{ $labels.host }} is far too long",
    description:
      "One request in twenty waits longer than {{ $value | humanizeDuration }} before the engine even looks at it.",
    fires: {
      series: busy("request_queue_time_seconds", [30, 40], 34),
      from: "6m",
      labels: ofChat,
      value: "34s",
    },
    quiet: {
      series: {
        ...busy("request_queue_time_seconds", [20, 30], 26),
        ...idle("request_queue_time_seconds", [480, 960]),
      },
      at: "15m",
    },
  },
  VllmKvCacheHigh: {
    severity: "warning",
    family: "VllmKvCache",
    threshold: { value: 0.9, unit: "share of the KV cache in use" },
    when: ({ kvCache }, threshold) => `${kvCache} > ${threshold}`,
    for: "15m",
    summary: "The KV cache of {{ $labels.model_name }} on {{ $labels.host }} fills",
    description:
      "{{ $value | humanizePercentage }} of the cache of one engine have been taken for 15 minutes; long prompts will soon have to wait.",
    fires: {
      series: {
        [engine("kv_cache_usage_perc", 0)]: "0.95x30",
        [engine("kv_cache_usage_perc", 1)]: "0.3x30",
      },
      from: "15m",
      labels: ofChat,
      value: "95%",
    },
    quiet: {
      series: {
        [engine("kv_cache_usage_perc", 0)]: "0.8x30",
        [engine("kv_cache_usage_perc", 1)]: "0.3x30",
      },
      at: "20m",
    },
  },
  VllmKvCacheFull: {
    severity: "warning",
    family: "VllmKvCache",
    threshold: { value: 0.98, unit: "share of the KV cache in use" },
    when: ({ kvCache, waiting }, threshold) => `${kvCache} > ${threshold} and ${waiting} > 0`,
    for: "5m",
    summary: "The KV cache of {{ $labels.model_name }} on {{ $labels.host }} is full",
    description:
      "{{ $value | humanizePercentage }} of the cache are taken and requests wait for room: what is asked now is more than this server can hold.",
    fires: {
      series: {
        [engine("kv_cache_usage_perc", 0)]: "0.99x20",
        [engine("num_requests_waiting", 0)]: "1x20",
      },
      from: "5m",
      labels: ofChat,
      value: "99%",
    },
    quiet: {
      series: {
        [engine("kv_cache_usage_perc", 0)]: "0.95x20",
        [engine("num_requests_waiting", 0)]: "1x20",
        // Full, and nobody waits.
        [engine("kv_cache_usage_perc", 0, "batch")]: "1x20",
        [engine("num_requests_waiting", 0, "batch")]: "0x20",
      },
      at: "10m",
    },
  },
  VllmPreemptionsHigh: {
    severity: "warning",
    threshold: { value: 0.5, unit: "preemptions per second" },
    when: ({ preemptions }, threshold) => `${preemptions} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.model_name }} on {{ $labels.host }} throws work away",
    description:
      '{{ $value | printf "%.1f" }} requests a second have been pushed out of the KV cache for ten minutes; each is computed again.',
    fires: {
      series: { [engine("num_preemptions_total", 0)]: "0+36x30" },
      from: "15m",
      labels: ofChat,
      value: "0.6",
    },
    quiet: { series: { [engine("num_preemptions_total", 0)]: "0+25.5x40" }, at: "20m" },
  },
});
