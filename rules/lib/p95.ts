import type { Series } from "./alert.ts";

/**
 * Buckets of a histogram whose 95th percentile is `value`, for fixtures. The observation that decides
 * lies between two bounds of the real program.
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
