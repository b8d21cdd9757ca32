import type { Owner, Series } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";

/** What all alerts on model serving share. */
const serving = {
  service: "inference",
  team: "mlops",
  scope: "model",
  layer: "service",
  board: hostBoard,
} as const;

/** vLLM, scraped from its API server. */
export const vllm: Owner = {
  ...serving,
  target: { job: "vllm", instance: "gpu-1:8000", host: "gpu-1" },
};

/** Triton, scraped from its metrics port. */
export const triton: Owner = {
  ...serving,
  target: { job: "triton", instance: "gpu-1:8002", host: "gpu-1" },
};

/**
 * Buckets of a histogram whose 95th percentile is `value`, for tests. A thousand observations a
 * minute, of which the one that decides lies between two bounds of the real program.
 */
export function p95(
  series: string,
  [low, high]: readonly [number, number],
  value: number,
  minutes: number,
  perMinute = 1000,
): Series {
  const above = 0.05 * ((value - low) / (high - low));
  const bucket = (le: number | string, share: number): [string, string] => [
    series.replace("{", "_bucket{").replace("}", `,le="${le}"}`),
    `0+${(perMinute * share).toFixed(3)}x${minutes}`,
  ];
  return Object.fromEntries([
    bucket(low, 0.95 - above),
    bucket(high, 1 - above),
    bucket("+Inf", 1),
  ]);
}
