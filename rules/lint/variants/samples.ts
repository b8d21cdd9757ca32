/** What happens to series: pure changes of samples by name, for the variants of fixtures. */
import type { Labels } from "../../lib/alert.ts";
import { type Sample, type Samples, nameOf, partsOfName } from "../../lib/fixture.ts";
import type { Kind } from "../../lib/signal.ts";

/** A series with its name taken apart. */
export interface One {
  readonly metric: string;
  readonly labels: Labels;
  readonly values: readonly Sample[];
}

/** The series one by one. */
export const each = (samples: Samples): One[] =>
  [...samples].map(([name, values]) => ({ ...partsOfName(name), values }));

/** Series by name; of two with one name the later holds. */
export const together = (series: readonly One[]): Samples =>
  new Map(series.map((one) => [nameOf(one), one.values]));

/** Several sets of series as one. */
export const union = (...sets: readonly Samples[]): Samples =>
  new Map(sets.flatMap((set) => [...set]));

/** The same series with labels added or changed; an empty value takes a label away. */
export const relabel = (samples: Samples, change: (one: One) => Labels): Samples =>
  together(each(samples).map((one) => ({ ...one, labels: { ...one.labels, ...change(one) } })));

/** As Prometheus stores it: a series that a scrape no longer brings gets a mark, not a mere gap. */
export const marked = (values: readonly Sample[]): Sample[] =>
  values.map((value, index) => {
    const before = values[index - 1];
    return value === "_" && before !== undefined && before !== "_" && before !== "stale"
      ? "stale"
      : value;
  });

const isNumber = (value: Sample | undefined): value is number => typeof value === "number";

/** Samples that go on to this length as they were going: counters grow, gauges stay, what ended has ended. */
export function extended(
  samples: Samples,
  length: number,
  kindOf: (metric: string) => Kind,
): Samples {
  return together(
    each(samples).map((one) => {
      const more = length - one.values.length;
      if (more <= 0) return { ...one, values: one.values.slice(0, length) };
      const last = one.values.at(-1);
      const before = one.values.at(-2);
      const grows = kindOf(one.metric) === "counter" && isNumber(last) && isNumber(before);
      const by = grows ? Math.max(last - before, 0) : 0;
      const next = (index: number): Sample => (isNumber(last) ? last + by * (index + 1) : "_");
      return {
        ...one,
        values: [...one.values, ...Array.from({ length: more }, (_, i) => next(i))],
      };
    }),
  );
}

/** Without samples before this step. */
export const since = (values: readonly Sample[], step: number): Sample[] =>
  values.map((value, index) => (index < step ? "_" : value));

/** Ended as Prometheus ends a series: a mark, then nothing. */
export const until = (values: readonly Sample[], step: number): Sample[] => {
  const last = values.slice(0, step).findLast((value) => value !== "_");
  return values.map((value, index) => {
    if (index < step) return value;
    return index === step && last !== undefined && last !== "stale" ? "stale" : "_";
  });
};

/** Samples only in [from, to). */
export const between = (values: readonly Sample[], from: number, to: number): Sample[] =>
  until(since(values, from), to);

/** A counter that is exported from its first event on: without the time in which nothing was counted. */
export function born(values: readonly Sample[]): Sample[] {
  const start = values.findIndex(isNumber);
  const first = values[start];
  const grown = values.findIndex(
    (value, index) => index > start && isNumber(value) && value !== first,
  );
  const falls = grown !== -1 && Number(values[grown]) < Number(first);
  return grown === -1 || falls ? [...values] : since(values, grown);
}

/** A counter that starts at zero again at a step. */
export function restarted(values: readonly Sample[], step: number): Sample[] {
  const at = values[step];
  return values.map((value, index) =>
    index >= step && isNumber(value) && isNumber(at) ? value - at : value,
  );
}

/** Every number replaced by another. */
export const constant = (values: readonly Sample[], number: number): Sample[] =>
  values.map((value) => (isNumber(value) ? number : value));
