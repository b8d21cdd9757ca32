/** Quantiles where what they are of may be rare. */
import type { Matchers, Query } from "./signal.ts";

/**
 * A quantile of a histogram, where its range saw enough: of 15 observations in five minutes the 99th
 * percentile is the worst already, and of two or three it is what any single slow one makes of it.
 */
export function quantileOfMany(
  q: Query,
  quantile: number,
  metric: string,
  by: readonly string[],
  matchers: Matchers = {},
): string {
  const seen = q.rate(`${metric}_bucket`, { ...matchers, le: "+Inf" });
  const value = q.quantile(quantile, metric, by, matchers);
  return `(${value} and sum by (${by.join(", ")}) (${seen}) > 0.05)`;
}
