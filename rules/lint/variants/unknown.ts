/** Values that say unknown, or not applicable: what is true of every gauge, and what the inventory knows of some. */
import { specialNumbers } from "../../metrics/values/index.ts";
import { constant, each, type One, together } from "./samples.ts";
import { disturbed, type Scenario } from "./scenario.ts";
import type { Subject } from "./subject.ts";

/** Unix time of a moment that was never set, as Go writes it. */
const zeroTimeOfGo = -62_135_596_800;

/** Gauges with values that are not amounts, all that belong together of each object that has one. */
function special(
  subject: Subject,
  env: string,
  numbers: Readonly<Record<string, number>>,
): Scenario[] {
  const { quiet } = subject;
  const all = each(quiet?.samples ?? new Map());
  if (quiet === undefined || !all.some(({ metric }) => metric in numbers)) return [];
  const samples = together(
    all.flatMap((one) =>
      one.metric in numbers
        ? Object.entries(numbers).map(([metric, number]) => ({
            ...one,
            metric,
            values: constant(one.values, number),
          }))
        : [one],
    ),
  );
  return disturbed({ ...subject, quiet: { ...quiet, samples } }, env, ({ values }) => values);
}

/** The quiet series with each kind of such a value. */
export function unknownNumbers(subject: Subject, name: string): Scenario[] {
  const gauges = (number: number, which: (one: One) => boolean, what: string) =>
    each(subject.quiet?.samples ?? new Map()).some(which)
      ? disturbed(subject, `${name}-${what}`, (one) =>
          which(one) ? constant(one.values, number) : one.values,
        )
      : [];
  const isGauge = ({ metric }: One): boolean =>
    subject.kindOf(metric) === "gauge" && metric !== "up";
  const isTime = ({ metric }: One): boolean => subject.kindOf(metric) === "timestamp";
  const isDivisor = (one: One): boolean => isGauge(one) && subject.divisors.has(one.metric);
  return [
    ...gauges(NaN, isGauge, "nan"),
    ...gauges(0, isDivisor, "divisor-zero"),
    ...gauges(-1, isDivisor, "divisor-minus-one"),
    ...gauges(0, isTime, "never"),
    ...gauges(zeroTimeOfGo, isTime, "zero-time"),
    ...specialNumbers.flatMap(({ values }, index) =>
      special(subject, `${name}-special-${index}`, values),
    ),
  ];
}
