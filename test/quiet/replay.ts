import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasty } from "../../lab/promtool.ts";

/** One series as Prometheus kept it: seconds since 1970 and values. */
export interface Captured {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [at: number, value: number])[];
}

/** What was kept of an estate from its birth on. */
export interface Capture {
  readonly series: readonly Captured[];
  /** Seconds since 1970 of the first and of the last sample. */
  readonly born: number;
  readonly end: number;
  /** Since then nobody has touched the estate: what happened after it happens again on its own. */
  readonly untouched: number;
}

/** How long to replay, and with which steps. */
export interface Span {
  readonly steps: number;
  /** Seconds between two samples and two evaluations. */
  readonly step: number;
}

/** Answer of `/api/v1/query` to a range selector. */
interface Matrix {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [number, string])[];
    }[];
  };
}

/**
 * Seconds since 1970 of the replay's first step: at or before birth, so that the capture's end falls on a step.
 * Were it rounded to one, all that goes on from there would be older or newer by as much than it was.
 */
const originOf = ({ born, end }: Capture, { step }: Span): number =>
  end - Math.ceil((end - born) / step) * step;

/** Reads what Prometheus answers when it is asked for every raw sample of an estate untouched since then. */
export function captureOf(answer: string, untouched: number): Capture {
  const series = (JSON.parse(answer) as Matrix).data.result.map(({ metric, values }) => ({
    labels: metric,
    samples: values.map(([at, value]) => [at, Number(value)] as const),
  }));
  const times = series.flatMap(({ samples }) => samples.map(([at]) => at)).sort((a, b) => a - b);
  return { series, born: times[0] ?? NaN, end: times.at(-1) ?? NaN, untouched };
}

const isCounter = ({ __name__ = "" }: Captured["labels"]): boolean =>
  /_(?:total|count|sum|bucket)$/.test(__name__) || __name__ === "node_vmstat_oom_kill";

/**
 * Since when what happens again and again has happened once: since nobody touched, or in the last two intervals
 * of a group of rules, of which the last may not have been scraped yet.
 */
function recentOf(labels: Captured["labels"], { end, series, untouched }: Capture): number {
  const name = "prometheus_rule_group_interval_seconds";
  const interval = series.find(
    (one) => one.labels["__name__"] === name && one.labels["rule_group"] === labels["rule_group"],
  );
  const isOfGroup = labels["__name__"]?.startsWith("prometheus_rule_group_");
  const [, seconds] = (isOfGroup ? interval?.samples.at(-1) : undefined) ?? [0, 0];
  return Math.min(untouched, end - 2 * seconds);
}

/** Seconds a scrape takes at most: what happens meanwhile is told with the time of its beginning. */
const scrapeLasts = 10;

/**
 * How fast a value goes on by itself: counters, and times of what happens again and again. Judged over all of
 * the time that nobody touched, not over a window of so many scrapes: a busy machine leaves some out.
 */
function slopeOf({ labels, samples }: Captured, capture: Capture): number {
  const { end, untouched } = capture;
  const last = samples.at(-1);
  const first = samples.find(([at]) => at >= untouched);
  if (!first || !last) return 0;
  const isTime = last[1] > 1e9 && last[1] < 1e11;
  if (isTime) return last[1] > recentOf(labels, capture) && last[1] <= end + scrapeLasts ? 1 : 0;
  if (first[0] === last[0] || !isCounter(labels)) return 0;
  return Math.max((last[1] - first[1]) / (last[0] - first[0]), 0);
}

const written = (value: number): string =>
  Number.isNaN(value)
    ? "NaN"
    : value === Infinity
      ? "Inf"
      : value === -Infinity
        ? "-Inf"
        : String(value);

/**
 * A series in promtool's notation: what was seen, and then how it goes on if nothing happens any more.
 * A gap of more than a scrape is an end, as Prometheus marks it.
 */
export function valuesOf(one: Captured, capture: Capture, { step, steps }: Span): string {
  const { end } = capture;
  const origin = originOf(capture, { step, steps });
  const indexOf = (at: number): number => Math.round((at - origin) / step);
  const seen = new Map(one.samples.map(([at, value]) => [indexOf(at), value]));
  const last = Math.max(...seen.keys());
  const tokens = Array.from({ length: last + 1 }, (_, index) => {
    const value = seen.get(index);
    if (value !== undefined) return written(value);
    return seen.has(index - 1) && !seen.has(index + 1) ? "stale" : "_";
  });
  const rest = steps - last;
  const lasting = one.samples.at(-1)?.[1] ?? NaN;
  const slope = slopeOf(one, capture) * step;
  if (indexOf(end) > last + 1) tokens.push("stale");
  else if (rest > 0) {
    tokens.push(
      Number.isFinite(lasting)
        ? `${lasting + slope}+${slope}x${rest}`
        : Array.from({ length: rest }, () => written(lasting)).join(" "),
    );
  }
  return tokens.join(" ");
}

const quoted = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

const nameOf = ({ __name__ = "", ...labels }: Captured["labels"]): string =>
  `${__name__}{${Object.entries(labels)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(",")}}`;

/** promtool's clock begins in 1970: the rules' clock is put right by what it lacks. */
const inTime = (rules: string, origin: number): string =>
  rules.replace(/\btime\(\)/g, `(time() + ${Math.floor(origin)})`);

const complaining = 'ALERTS{alertstate="firing",severity!="none"}';

/**
 * What of these rules fires in what would follow a capture, evaluated by promtool at each step.
 *
 * @param rules - Texts of the rule files that the estate has loaded.
 * @returns Names of the alerts that fired, with what tells them apart; none where all was quiet.
 * @throws Error where promtool refuses the files, or did not evaluate them to the end.
 */
export function firingIn(rules: readonly string[], capture: Capture, span: Span): string[] {
  const folder = mkdtempSync(join(tmpdir(), "vigil-replay-"));
  const duration = span.step * span.steps;
  const range = `[${duration + span.step}s]`;
  const file = {
    rule_files: ["*.rules.yml"],
    evaluation_interval: `${span.step}s`,
    tests: [
      {
        interval: `${span.step}s`,
        input_series: capture.series.map((one) => ({
          series: nameOf(one.labels),
          values: valuesOf(one, capture, span),
        })),
        promql_expr_test: [
          {
            // Where this is not so, nothing was evaluated, and quiet would mean nothing.
            expr: `sum(count_over_time(ALERTS{alertname="Watchdog",alertstate="firing"}${range}))`,
            eval_time: `${duration}s`,
            exp_samples: [{ labels: "{}", value: span.steps + 1 }],
          },
          {
            expr: `count by (alertname, host, job, instance, mountpoint, device, slo) (count_over_time(${complaining}${range}))`,
            eval_time: `${duration}s`,
            exp_samples: [],
          },
        ],
      },
    ],
  };
  try {
    rules.forEach((text, index) => {
      writeFileSync(join(folder, `${index}.rules.yml`), inTime(text, originOf(capture, span)));
    });
    writeFileSync(join(folder, "test.yml"), JSON.stringify(file));
    const { error, status, stderr, stdout } = spawnSync("promtool", ["test", "rules", "test.yml"], {
      cwd: folder,
      env: hasty(),
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    if (error) throw error;
    if (status === 0) return [];
    const [, fired] =
      /FAILED:\n +expr: "count by [^\n]*\n +exp: nil\n +got: ([^\n]*)\n*$/.exec(stdout + stderr) ??
      [];
    if (fired === undefined) throw new Error(stdout + stderr);
    return [...fired.matchAll(/\{([^}]*)\}/g)].map(([, labels = ""]) => labels).sort();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
