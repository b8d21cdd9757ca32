/**
 * Test series as data: promtool's notation is read into samples, so that one pair of fixtures gives
 * the tests of a missed scrape and of the end, too.
 */
import type { Labels, Series } from "./alert.ts";
import type { Kind } from "./signal.ts";

/** A value, nothing (`_`), or the mark Prometheus leaves when a scrape fails. */
export type Sample = number | "_" | "stale";

/** Samples by series, in promtool's names: `up{host="a",job="node"}`. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

const item =
  /^(?:(_|stale)|([+-]?(?:[\d.]+(?:e[+-]?\d+)?|Inf|NaN)))?(?:([+-][\d.]+(?:e[+-]?\d+)?))?(?:x(\d+))?$/i;

function expandItem(text: string): Sample[] {
  const match = item.exec(text);
  if (match === null || text === "") throw new Error(`not in promtool's notation: ${text}`);
  const [, mark, start, step, times] = match;
  const more = Number(times ?? 0);
  // promtool: `_x5` is five gaps, `1x5` is one and five more.
  if (mark === "_") return Array<Sample>(times === undefined ? 1 : more).fill("_");
  if (mark !== undefined) return Array<Sample>(more + 1).fill("stale");
  const from = Number(start === "Inf" || start === "+Inf" ? Infinity : start);
  return Array.from({ length: more + 1 }, (_, index) => from + Number(step ?? 0) * index);
}

/** The samples a text in promtool's notation stands for. */
export function expand(notation: string): Sample[] {
  return notation.trim().split(/\s+/).flatMap(expandItem);
}

/** One label set from `a="b",c="d"`. */
function parseLabels(text: string): Record<string, string> {
  const pairs = text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries([...pairs].map(([, name, value]) => [name ?? "", value ?? ""]));
}

/** Metric name and labels of a series as its author wrote it, with those of the target. */
export function complete(series: string, target: Labels): { metric: string; labels: Labels } {
  const brace = series.indexOf("{");
  const metric = brace === -1 ? series : series.slice(0, brace);
  const own = brace === -1 ? {} : parseLabels(series.slice(brace + 1, series.lastIndexOf("}")));
  const all = Object.entries({ ...target, ...own }).filter(([, value]) => value !== "");
  all.sort(([a], [b]) => (a < b ? -1 : 1));
  return { metric, labels: Object.fromEntries(all) };
}

/** A series as promtool names it, its labels sorted, those without a value left out. */
export function nameOf({ labels, metric }: { metric: string; labels: Labels }): string {
  const pairs = Object.entries(labels)
    .filter(([, value]) => value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => `${label}="${value}"`);
  return pairs.length === 0 ? metric : `${metric}{${pairs.join(",")}}`;
}

/** The inverse of {@link nameOf}. */
export const partsOfName = (name: string): { metric: string; labels: Labels } => complete(name, {});

/** Series as promtool wants them, their samples written out. */
export function samplesOf(series: Series, target: Labels): Samples {
  return new Map(
    Object.entries(series).map(([name, notation]) => [
      nameOf(complete(name, target)),
      expand(notation),
    ]),
  );
}

/** Every target that is scraped has `up`; where the series do not speak of it, it answers throughout. */
export function withUp(samples: Samples): Samples {
  const all = [...samples.keys()].map(partsOfName);
  if (all.some(({ metric }) => metric === "up")) return samples;
  const length = Math.max(0, ...[...samples.values()].map((values) => values.length));
  const targets = all
    .filter(({ labels }) => labels["job"] !== undefined)
    .map(({ labels: { cluster = "", env = "", host = "", instance = "", job = "" } }) =>
      nameOf({ metric: "up", labels: { cluster, env, host, instance, job } }),
    );
  return new Map([
    ...samples,
    ...targets.map((name) => [name, Array<Sample>(length).fill(1)] as const),
  ]);
}

/** The same series, with one scrape of all of them missed. */
export function withMissedScrape(samples: Samples, step: number): Samples {
  return new Map(
    [...samples].map(([name, values]) => [
      name,
      values.map((value, index) => (index === step && value !== "_" ? "stale" : value)),
    ]),
  );
}

const lastNumber = (values: readonly Sample[]): number =>
  values.findLast((value) => typeof value === "number") ?? 0;

/** How far the samples of a series move when they follow others: counters go on, times pass. */
function shift(
  kind: Kind,
  before: readonly Sample[],
  after: readonly Sample[],
  passed: number,
): number {
  if (kind === "timestamp") return passed;
  if (kind === "gauge") return 0;
  const seen = before.some((value) => typeof value === "number");
  return seen ? lastNumber(before) - (after.find((value) => typeof value === "number") ?? 0) : 0;
}

/** A timestamp of zero means never and stays. */
function moved(value: Sample, kind: Kind, by: number): Sample {
  if (typeof value !== "number" || (kind === "timestamp" && value === 0)) return value;
  return value + by;
}

/**
 * `first` cut after `length` samples, then `second`. Counters go on from where they were, timestamps
 * move with the time that passed; a series without continuation ends with a stale mark.
 *
 * @param stepSeconds - Time between two samples.
 */
export function follow(
  first: Samples,
  length: number,
  second: Samples,
  kindOf: (metric: string) => Kind,
  stepSeconds: number,
): Samples {
  const names = [...new Set([...first.keys(), ...second.keys()])];
  return new Map(
    names.map((name) => {
      const cut = (first.get(name) ?? []).slice(0, length);
      const before: Sample[] = [...cut, ...Array<Sample>(length - cut.length).fill("_")];
      const after = second.get(name);
      if (after === undefined) return [name, [...before, "stale"]];
      const kind = kindOf(name.split("{")[0] ?? name);
      const by = shift(kind, before, after, length * stepSeconds);
      return [name, [...before, ...after.map((value) => moved(value, kind, by))]];
    }),
  );
}

/** The text promtool reads. */
export function notation(values: readonly Sample[]): string {
  const parts: string[] = [];
  for (let index = 0; index < values.length;) {
    const value = values[index];
    let end = index + 1;
    while (Object.is(values[end], value)) end += 1;
    const count = end - index;
    const text = value === Infinity ? "Inf" : String(value);
    // promtool knows no repetition of these.
    if (value === "stale" || value === Infinity || Number.isNaN(value))
      parts.push(...Array<string>(count).fill(text));
    else if (count === 1) parts.push(text);
    else parts.push(value === "_" ? `_x${count}` : `${text}x${count - 1}`);
    index = end;
  }
  return parts.join(" ");
}
