/**
 * What every model of your own can be held to, whatever serves it, once its service exposes the
 * metrics that the runbook names.
 */
import { defineAlerts, type Owner } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { p95 } from "../lib/p95.ts";
import { defineSignals, type Query } from "../lib/signal.ts";

const model = ["cluster", "env", "job", "model"] as const;
const by = model.join(", ");

const requests = (q: Query): string =>
  `sum by (${by}) (${q.rate("inference_requests_total")}) > 0.1`;

export const signals = defineSignals({
  requests: {
    unit: "opsPerSecond",
    about: "Predictions asked for per second, where there are enough to judge by.",
    query: requests,
  },
  errorRatio: {
    unit: "ratio",
    about: "Share of predictions that failed.",
    query: (q) =>
      `sum by (${by}) (${q.rate("inference_requests_total", { status: "error" })}) / (${requests(q)})`,
  },
  latency: {
    unit: "seconds",
    about: "Time within which 95 of 100 predictions are made.",
    query: (q) => q.quantile(0.95, "inference_duration_seconds", model),
  },
  requestsNow: {
    unit: "opsPerSecond",
    about: "Predictions asked for per second in the last quarter of an hour.",
    query: (q) => `sum by (${by}) (${q.rate("inference_requests_total", {}, "15m")})`,
  },
  requestsBefore: {
    unit: "opsPerSecond",
    about: "Predictions asked for per second in the hour that ended half an hour ago.",
    query: (q) => `sum by (${by}) (rate(${q.counter("inference_requests_total")}[1h] offset 30m))`,
  },
  restBefore: {
    unit: "opsPerSecond",
    about: "Least that was asked for per second a day ago, an hour earlier or later.",
    query: (q) => {
      const asked = `sum by (${by}) (${q.rate("inference_requests_total", {}, "15m")})`;
      return `min_over_time((${asked})[2h:5m] offset 23h)`;
    },
  },
  drift: {
    unit: "count",
    about: "How far what the model is asked today is from what it learned; 0 is the same.",
    query: (q) => `max by (${by}) (${q.gauge("model_drift_score")})`,
  },
  driftLately: {
    unit: "bool",
    about: "1 for each model whose drift was measured within a day.",
    query: (q) => `group by (${by}) (present_over_time(${q.gauge("model_drift_score")}[1d]))`,
  },
  driftNow: {
    unit: "bool",
    about: "1 for each model whose drift is measured.",
    query: (q) => `group by (${by}) (present_over_time(${q.gauge("model_drift_score")}[15m]))`,
  },
  age: {
    unit: "seconds",
    about: "Time since the model was trained.",
    query: (q) => `min by (${by}) (${q.age("model_last_trained_timestamp_seconds")})`,
  },
});

const owner: Owner = {
  name: "inference-models",
  service: "inference",
  team: "mlops",
  scope: "model",
  layer: "business",
  needs: "inference metrics",
  board: estateBoard,
  // No job: the contract is for every service.
  target: { instance: "a:8080", host: "a" },
};

const ofFraud = { job: "shop", model: "fraud", instance: "", host: "" };
const asked = (status: string, name = "fraud"): string =>
  `inference_requests_total{job="shop",model="${name}",status="${status}"}`;
const fraud = 'job="shop",model="fraud"';
const took = (name: string): string => `inference_duration_seconds{job="shop",model="${name}"}`;
/** A model that hardly anybody asks, far slower. */
const idle = { ...p95(took("idle"), [5, 10], 9, 40, 1), [asked("ok", "idle")]: "0+1x40" };

export const group = defineAlerts(owner, signals, {
  InferenceErrors: {
    unit: "share of predictions that failed",
    when: ({ errorRatio }, threshold) => `${errorRatio} > ${threshold}`,
    levels: {
      InferenceErrorRatioHigh: {
        severity: "critical",
        threshold: 0.05,
        for: "7m",
        summary: "{{ $labels.model }} fails many predictions",
        description:
          "{{ $value | humanizePercentage }} of the predictions of {{ $labels.model }} in {{ $labels.job }} have failed for seven minutes.",
        fires: { series: 60, from: "8m", value: "6%" },
        quiet: { series: 44, at: "15m" },
      },
      InferenceErrorRatioElevated: {
        severity: "warning",
        threshold: 0.01,
        for: "15m",
        summary: "{{ $labels.model }} fails some predictions",
        description:
          "{{ $value | humanizePercentage }} of the predictions of {{ $labels.model }} in {{ $labels.job }} have failed for a quarter of an hour.",
        fires: { series: 12, from: "16m", value: "1.2%" },
        quiet: { series: 9, at: "30m" },
      },
    },
    series: (failed) => ({
      [asked("ok")]: `0+${1000 - failed}x40`,
      [asked("error")]: `0+${failed}x40`,
    }),
    beside: { [asked("error", "idle")]: "0+5x40" },
    labels: ofFraud,
  },
  InferenceLatency: {
    unit: "seconds within which 95 % are predicted",
    when: ({ latency, requests }, threshold) => `${latency} > ${threshold} and ${requests}`,
    levels: {
      InferenceSlow: {
        severity: "warning",
        threshold: 0.5,
        for: "10m",
        summary: "{{ $labels.model }} predicts slowly",
        description:
          "One prediction in twenty of {{ $labels.model }} in {{ $labels.job }} has taken longer than {{ $value | humanizeDuration }} for ten minutes.",
        fires: {
          series: { ...p95(took("fraud"), [0.5, 1], 0.55, 30), [asked("ok")]: "0+1000x30" },
          from: "11m",
          value: "550ms",
        },
        quiet: {
          series: { ...p95(took("fraud"), [0.25, 0.5], 0.42, 40), [asked("ok")]: "0+1000x40" },
          at: "20m",
        },
      },
      InferenceVerySlow: {
        severity: "critical",
        threshold: 2.5,
        for: "7m",
        summary: "{{ $labels.model }} predicts too late to be of use",
        description:
          "One prediction in twenty of {{ $labels.model }} in {{ $labels.job }} takes longer than {{ $value | humanizeDuration }}: callers time out.",
        fires: {
          series: { ...p95(took("fraud"), [2.5, 5], 2.75, 30), [asked("ok")]: "0+1000x30" },
          from: "8m",
          value: "2.75s",
        },
        quiet: {
          series: { ...p95(took("fraud"), [1, 2.5], 2.2, 40), [asked("ok")]: "0+1000x40" },
          at: "15m",
        },
      },
    },
    beside: idle,
    labels: ofFraud,
  },
  InferenceTrafficStopped: {
    severity: "warning",
    threshold: { value: 0.1, unit: "predictions per second an hour ago" },
    // One that rests at this time of the day, as a job's does that is done, is not stopped; on its first
    // day nobody knows when it rests.
    when: ({ requestsBefore, requestsNow, restBefore }, threshold) =>
      `${requestsNow} == 0 and ${requestsBefore} > ${threshold} and ${restBefore} > 0`,
    for: "10m",
    summary: "Nobody asks {{ $labels.model }} any more",
    description:
      "{{ $labels.model }} in {{ $labels.job }} was asked steadily an hour ago and has had no request for 25 minutes: a caller, a route or a switch broke.",
    step: "5m",
    fires: { series: { [asked("ok")]: "0+35x315 11025x20" }, from: "26h35m", labels: ofFraud },
    quiet: {
      series: {
        [asked("ok")]: "0+25.5x315 8032.5x20",
        [asked("ok", "busy")]: "0+35x336",
        [asked("ok", "daily")]: "0x12 0+35x12 420x276 420+35x12 840x20",
        [asked("ok", "new")]: "_x250 0+35x65 2275x20",
      },
      at: "26h45m",
    },
  },
  ModelDriftHigh: {
    severity: "warning",
    threshold: { value: 0.3, unit: "drift score" },
    when: ({ drift }, threshold) => `${drift} > ${threshold}`,
    for: "1h",
    summary: "The inputs of {{ $labels.model }} have drifted",
    description:
      'The drift score of {{ $labels.model }} has been above its limit for an hour, now {{ $value | printf "%.2f" }}: it is asked about a world it did not learn.',
    fires: {
      series: { [`model_drift_score{${fraud}}`]: "0.35x80" },
      from: "60m",
      labels: ofFraud,
      value: "0.35",
    },
    quiet: { series: { [`model_drift_score{${fraud}}`]: "0.25x80" }, at: "70m" },
  },
  ModelDriftUnmeasured: {
    severity: "warning",
    when: ({ driftLately, driftNow, requests }) =>
      `${driftLately} unless ${driftNow} and on (cluster, env, job, model) ${requests}`,
    for: "30m",
    summary: "Nobody measures the drift of {{ $labels.model }}",
    description:
      "{{ $labels.model }} in {{ $labels.job }} makes predictions, and its drift score has been missing for three quarters of an hour: the job that computes it has stopped.",
    fires: {
      series: { [`model_drift_score{${fraud}}`]: "0.1x3 _x80", [asked("ok")]: "0+7.2x80" },
      from: "48m",
      labels: ofFraud,
    },
    quiet: {
      series: {
        [`model_drift_score{${fraud}}`]: "0.1x80",
        [asked("ok")]: "0+8x80",
        // Retired: nobody asks it.
        'model_drift_score{job="shop",model="old"}': "0.1x3 _x80",
        [asked("ok", "old")]: "0+4.8x80",
      },
      at: "60m",
    },
  },
  ModelStale: {
    severity: "info",
    threshold: { value: 2592000, unit: "seconds since the last training" },
    when: ({ age }, threshold) => `${age} > ${threshold}`,
    for: "1h",
    summary: "{{ $labels.model }} was trained long ago",
    description:
      "{{ $labels.model }} in {{ $labels.job }} was last trained {{ $value | humanizeDuration }} ago: its retraining has stopped, or nobody planned one.",
    fires: {
      series: { [`model_last_trained_timestamp_seconds{${fraud}}`]: "-2851200x90" },
      from: "60m",
      labels: ofFraud,
      value: "33d 1h 0m 0s",
    },
    quiet: {
      series: { [`model_last_trained_timestamp_seconds{${fraud}}`]: "-2160000x90" },
      at: "75m",
    },
  },
});
