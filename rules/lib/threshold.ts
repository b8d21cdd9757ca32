import type { Threshold } from "./definition.ts";
import type { Matchers } from "./signal.ts";

/** Thresholds by alert name, of one instance each. */
export type InstanceThresholds = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The threshold that an alert has of one instance. */
export interface OwnThreshold {
  readonly instance: string;
  readonly value: number;
}

/** The instances that have a threshold of their own for an alert, in the order of their names. */
export function ownThresholds(alert: string, instances: InstanceThresholds): OwnThreshold[] {
  return Object.entries(instances)
    .flatMap(([instance, { [alert]: value }]) => (value === undefined ? [] : [{ instance, value }]))
    .sort((a, b) => (a.instance < b.instance ? -1 : 1));
}

const escapeRegex = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Matches every instance but these. */
export const allBut = (own: readonly OwnThreshold[]): Matchers => ({
  instance: { not: new RegExp(own.map(({ instance }) => escapeRegex(instance)).join("|")) },
});

/** Values a threshold may have, both ends included. */
export interface Range {
  readonly min: number;
  readonly max: number;
  /** Where a quantile's histogram ends: it is never seen above that, so no alert at or beyond it fires. */
  readonly below?: number | undefined;
}

/** The bounds of values by unit; the first that fits. */
const ranges: readonly (readonly [RegExp, Range])[] = [
  [/^share\b/, { min: 0, max: 1 }],
  [/^percent\b/, { min: 0, max: 100 }],
  [/^degrees Celsius\b/, { min: -50, max: 250 }],
  // Everything else is counted or measured from nothing on: seconds, bytes, how many, how often.
  [/^/, { min: 0, max: Infinity }],
];

/** Values a threshold may have: its own range, else what follows from its unit. */
export function rangeOf({ range, unit }: Threshold): Range {
  const [, derived] = ranges.find(([pattern]) => pattern.test(unit)) ?? [];
  return { min: 0, max: Infinity, ...derived, ...range };
}

const isShare = (threshold: Threshold): boolean => threshold.unit.startsWith("share");

/** Without the noise of binary fractions: 0.07 × 100 is 7. */
const rounded = (value: number): number => Number(value.toPrecision(12));

/** A value as it is configured and, where that is a share, as people say it: `0.85 (85 %)`. */
export function spelledThreshold(value: number, threshold: Threshold): string {
  return isShare(threshold) ? `${value} (${rounded(value * 100)} %)` : String(value);
}

/** A value that is out of range, with what is in range and was probably meant. */
export interface OutOfRange {
  readonly reason: string;
  readonly instead: number;
}

/** The problem with a value of a threshold; undefined where it is possible. */
export function outOfRange(value: number, threshold: Threshold): OutOfRange | undefined {
  const { below = Infinity, max, min } = rangeOf(threshold);
  if (value >= min && value <= max && value < below) return undefined;
  const upTo = below === Infinity ? "" : `, and below ${below}, where its histogram ends`;
  const bounds = max === Infinity ? `at least ${min}${upTo}` : `${min} to ${max}`;
  const share = rounded(value / 100);
  // A share is often written in per cent.
  const instead = isShare(threshold) && share >= min && share <= max ? share : threshold.value;
  return {
    reason: `is ${value}, which can never be: ${threshold.unit} is ${bounds}`,
    instead,
  };
}
