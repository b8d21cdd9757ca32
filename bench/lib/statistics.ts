/**
 * Quantile by linear interpolation between the two nearest samples.
 *
 * @param q - 0 to 1.
 * @throws RangeError where there are no samples.
 */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  if (low === undefined || high === undefined) throw new RangeError("no samples");
  return low + (high - low) * (at - Math.floor(at));
}

/** The middle one: on a shared machine a few rounds are always disturbed. */
export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

/** Lower and upper quartile. */
export const quartiles = (samples: readonly number[]): [number, number] => [
  quantile(samples, 0.25),
  quantile(samples, 0.75),
];

/** Round by round, how much more the first took than the second; both ran under the same load. */
export function differences(a: readonly number[], b: readonly number[]): number[] {
  return a.flatMap((value, round) => {
    const other = b[round];
    return other === undefined ? [] : [value - other];
  });
}
