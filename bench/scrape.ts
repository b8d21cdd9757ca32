import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nodeSelection } from "../components/catalog/node.ts";
import { ensureTools } from "../tools/ensure.ts";
import { silent } from "../lib/progress.ts";
import { createGround, type RunningExporter, startExporter } from "./lib/exporter.ts";
import { guarded, interrupted } from "./lib/interrupt.ts";
import type { Figure, Report } from "./lib/report.ts";
import { takeTurns } from "./lib/rounds.ts";
import { countSeries, createScraper, type Scrape, valuesBy } from "./lib/scraper.ts";
import { median, quantile } from "./lib/statistics.ts";

/** Milliseconds at the 99th percentile. */
const goal = 10;

/** Between scrapes, so that each finds an exporter at rest. */
const pause = 40;

/** Arguments by contender. `bare` has nothing to tell: what TLS, login and the asking itself cost. */
const contenders = {
  vigil: nodeSelection,
  defaults: [],
  bare: ["--collector.disable-defaults", "--web.disable-exporter-metrics"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

type Name = keyof typeof contenders;
const names = Object.keys(contenders) as Name[];

interface Asked extends Scrape {
  /** Of the exporter's process so far, in milliseconds. */
  readonly cpu: number;
}

/**
 * One scrape of this host over TLS with a login on a kept connection: with the collectors that
 * Vigil chooses against those the exporter has by default.
 */
export function run(): Promise<Report> {
  return guarded(async () => {
    const folder = await mkdtemp(join(tmpdir(), "vigil-bench-scrape-"));
    const running: RunningExporter[] = [];
    const closers: (() => Promise<void>)[] = [];
    try {
      const { binFolder } = await ensureTools(["node_exporter"], {
        root: folder,
        progress: silent,
      });
      const ground = await createGround(folder);
      const turns = {} as Record<Name, () => Promise<Asked>>;
      for (const name of names) {
        const program = join(binFolder, "node_exporter");
        const { access, cpu, ...rest } = await startExporter(program, contenders[name], ground);
        running.push({ access, cpu, ...rest });
        const { close, scrape } = await createScraper(access);
        closers.push(close);
        turns[name] = async () => {
          await sleep(pause, undefined, { signal: interrupted.signal });
          return { ...(await scrape()), cpu: cpu() };
        };
      }
      return reportOf(await takeTurns(turns, { rounds: 400, seconds: 75, warmUps: 20 }));
    } finally {
      await Promise.all(closers.map((close) => close()));
      await Promise.all(running.map((one) => one.stop()));
      await rm(folder, { recursive: true, force: true });
    }
  });
}

type All = readonly Asked[];

const time = (all: All, q: number): number =>
  quantile(
    all.map(({ ms }) => ms),
    q,
  );

/** Milliseconds of a processor for each scrape. */
const cpuOf = (all: All): number =>
  ((all.at(-1)?.cpu ?? NaN) - (all[0]?.cpu ?? NaN)) / (all.length - 1);

function reportOf({ bare, defaults, vigil }: Readonly<Record<Name, All>>): Report {
  const figure = (what: string, unit: Figure["unit"], of: (all: All) => number): Figure => {
    const reference = { what: "defaults", value: of(defaults) };
    return { what, unit, value: of(vigil), reference };
  };
  const kilobytes = (key: "bytes" | "wireBytes") => (all: All) =>
    median(all.map((one) => one[key])) / 1024;
  const floor = [0.5, 0.95, 0.99].map((q) => time(bare, q).toFixed(1)).join(", ");
  return {
    name: "scrape",
    figures: [
      figure("time, p50", "ms", (all) => time(all, 0.5)),
      figure("time, p95", "ms", (all) => time(all, 0.95)),
      { ...figure("time, p99", "ms", (all) => time(all, 0.99)), goal },
      figure("CPU time of the exporter", "ms", cpuOf),
      figure("answer", "KB", kilobytes("bytes")),
      figure("answer on the wire", "KB", kilobytes("wireBytes")),
      figure("series", "series", (all) => median(all.map(({ text }) => countSeries(text)))),
    ],
    notes: [
      `${vigil.length} scrapes of each. An exporter with nothing to tell takes ${floor} ms ` +
        "(p50, p95, p99): that much is this machine, TLS, login and the asking.",
      `Slowest collectors, chosen: ${slowest(vigil)}.`,
      `Slowest collectors, defaults: ${slowest(defaults)}.`,
    ],
  };
}

/** Median of what the exporter says of itself; collectors run at the same time. */
function slowest(all: All): string {
  const times = new Map<string, number[]>();
  for (const { text } of all) {
    const found = valuesBy(text, "node_scrape_collector_duration_seconds", "collector");
    for (const [collector, seconds] of found) {
      times.set(collector, [...(times.get(collector) ?? []), seconds * 1000]);
    }
  }
  return [...times]
    .map(([collector, list]) => [collector, median(list)] as const)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 5)
    .map(([collector, ms]) => `${collector} ${ms.toFixed(2)} ms`)
    .join(", ");
}
