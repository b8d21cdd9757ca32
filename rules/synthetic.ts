/** Journeys: scripts that do what people do, and push what they met. */
import { defineAlerts, type Owner } from "./lib/alert.ts";
import { estateBoard } from "./lib/boards.ts";
import { defineSignals } from "./lib/signal.ts";

export const signals = defineSignals({
  journeySuccess: {
    unit: "bool",
    about: "1 where the last run of a journey got to its end.",
    query: (q) => `max by (cluster, env, job, journey) (${q.gauge("synthetic_journey_success")})`,
  },
  journeyShare: {
    unit: "ratio",
    about: "Share of the runs of half an hour that got to the end.",
    query: (q) =>
      `avg by (cluster, env, job, journey) (avg_over_time(${q.gauge("synthetic_journey_success")}[30m]))`,
  },
  journeyDuration: {
    unit: "seconds",
    about: "Time a whole journey takes.",
    query: (q) =>
      `avg by (cluster, env, job, journey) (avg_over_time(${q.gauge("synthetic_journey_duration_seconds")}[15m]))`,
  },
  journeyDurationUsual: {
    unit: "seconds",
    about: "Time a journey took on average of the day before.",
    query: (q) =>
      `avg by (cluster, env, job, journey) (avg_over_time(${q.gauge("synthetic_journey_duration_seconds")}[1d] offset 1h))`,
  },
  stepDuration: {
    unit: "seconds",
    about: "Time one step of a journey takes.",
    query: (q) =>
      `avg by (cluster, env, job, journey, step) (avg_over_time(${q.gauge("synthetic_step_duration_seconds")}[15m]))`,
  },
  lastRunAge: {
    unit: "seconds",
    about: "Time since a journey last ran.",
    query: (q) =>
      `min by (cluster, env, job, journey) (${q.age("synthetic_last_run_timestamp_seconds")})`,
  },
});

const owner: Owner = {
  name: "synthetic",
  service: "probe",
  team: "sre",
  scope: "probe",
  layer: "business",
  needs: "journey metrics",
  board: estateBoard,
  // No job: journeys come from wherever they are run.
  target: { instance: "a", host: "a" },
};
const labels = { journey: "buy", instance: "", host: "" };
const of = (metric: string, instance = "a"): string =>
  `synthetic_${metric}{journey="buy",instance="${instance}"}`;
const step = 'synthetic_step_duration_seconds{journey="buy",step="pay"}';

export const group = defineAlerts(owner, signals, {
  SyntheticJourneyFailed: {
    severity: "critical",
    when: ({ journeySuccess }) => `${journeySuccess} == 0`,
    for: "5m",
    summary: "Nobody can {{ $labels.journey }}",
    description:
      "Journey {{ $labels.journey }} has not got to its end from anywhere for five minutes.",
    fires: {
      series: { [of("journey_success")]: "1x4 0x20", [of("journey_success", "b")]: "1x4 0x20" },
      from: "10m",
      labels,
    },
    quiet: {
      series: { [of("journey_success")]: "1x4 0x20", [of("journey_success", "b")]: "1x4 0x2 1x20" },
      at: "15m",
    },
    resolves: { series: { [of("journey_success")]: "1x5" }, at: "3m" },
  },
  SyntheticJourneyDegraded: {
    severity: "warning",
    threshold: { value: 0.9, unit: "share of runs that got to the end" },
    when: ({ journeyShare }, threshold) => `${journeyShare} < ${threshold}`,
    for: "10m",
    summary: "Journey {{ $labels.journey }} fails now and then",
    description: "{{ $value | humanizePercentage }} of the runs of half an hour got to the end.",
    fires: {
      series: { [of("journey_success")]: "1x29 0 0 0 0 1x30" },
      from: "43m",
      labels,
      value: "86.67%",
    },
    quiet: { series: { [of("journey_success")]: "1x29 0 0 1x60" }, at: "55m" },
    resolves: { series: { [of("journey_success")]: "1x60" }, at: "35m" },
  },
  SyntheticJourneySlow: {
    severity: "warning",
    threshold: { value: 2, unit: "duration against the day before" },
    when: ({ journeyDuration, journeyDurationUsual }, threshold) =>
      `${journeyDuration} / (${journeyDurationUsual} > 1) > ${threshold}`,
    for: "10m",
    summary: "Journey {{ $labels.journey }} takes much longer than usual",
    description:
      'It takes {{ $value | printf "%.1f" }} times as long as on average of the day before.',
    fires: {
      series: { [of("journey_duration_seconds")]: "4x80 9x60" },
      from: "1h43m",
      labels,
      value: "2.2",
    },
    quiet: {
      series: {
        [of("journey_duration_seconds")]: "4x80 7x60",
        'synthetic_journey_duration_seconds{journey="ping"}': "0.9x80 3x60",
      },
      at: "1h55m",
    },
    resolves: { series: { [of("journey_duration_seconds")]: "4x60" }, at: "20m" },
  },
  SyntheticStepSlow: {
    severity: "warning",
    threshold: { value: 5, unit: "seconds one step takes" },
    when: ({ stepDuration }, threshold) => `${stepDuration} > ${threshold}`,
    for: "10m",
    summary: "Step {{ $labels.step }} of {{ $labels.journey }} is slow",
    description:
      "{{ $labels.step }} takes {{ $value | humanizeDuration }}; people leave before that.",
    fires: {
      series: { [step]: "6x60" },
      from: "10m",
      labels: { ...labels, step: "pay" },
      value: "6s",
    },
    quiet: { series: { [step]: "4.2x60" }, at: "25m" },
    resolves: { series: { [step]: "4x60" }, at: "25m" },
  },
  SyntheticStale: {
    severity: "warning",
    threshold: { value: 1800, unit: "seconds since the last run" },
    when: ({ lastRunAge }, threshold) => `${lastRunAge} > ${threshold}`,
    for: "5m",
    summary: "Journey {{ $labels.journey }} no longer runs",
    description:
      "It last ran {{ $value | humanizeDuration }} ago: that nothing fails means nothing now.",
    fires: {
      series: { [of("last_run_timestamp_seconds")]: "60x60" },
      from: "37m",
      labels,
      value: "36m 0s",
    },
    quiet: { series: { [of("last_run_timestamp_seconds")]: "600x60" }, at: "37m" },
    resolves: { series: { [of("last_run_timestamp_seconds")]: "2280+60x20" }, at: "5m" },
  },
});
