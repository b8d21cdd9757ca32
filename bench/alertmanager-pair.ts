import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { round, type RoundOptions, wait } from "../test/rules/alertmanager/pair.ts";
import { ensureTools } from "../tools/ensure.ts";
import { silent } from "../lib/progress.ts";
import { guarded, interrupted } from "./lib/interrupt.ts";
import type { Report } from "./lib/report.ts";
import { median, quantile, quartiles } from "./lib/statistics.ts";

/** Seconds from the alert until somebody is notified, whoever died meanwhile. */
const goal = 8;

const rounds = { killed: 30, alive: 6, defaults: 6 } as const;

/** Pairs at once: they do next to nothing but wait. */
const lanes = 5;

/** A moment before the leader would tell, with time left for the signal to arrive. */
const moment = (): number => Math.random() * (wait - 300);

async function inLanes<T>(jobs: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const left = [...jobs.entries()];
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      interrupted.signal.throwIfAborted();
      results[next[0]] = await next[1]();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

/**
 * The leader of a pair is killed before it reports an alert: how long until the other one does, and
 * whether people are notified exactly once.
 */
export function run(): Promise<Report> {
  return guarded(async () => {
    const folder = await mkdtemp(join(tmpdir(), "vigil-bench-pair-"));
    try {
      const options = { root: folder, progress: silent };
      const { binFolder } = await ensureTools(["alertmanager"], options);
      const program = join(binFolder, "alertmanager");
      const many = (count: number, of: () => RoundOptions) =>
        Array.from({ length: count }, () => () => round({ program, ...of() }));
      const all = await inLanes([
        ...many(rounds.killed, () => ({ killAfter: moment() })),
        ...many(rounds.alive, () => ({})),
        ...many(rounds.defaults, () => ({ killAfter: moment(), timings: {}, watch: 26 })),
      ]);
      const killed = all.slice(0, rounds.killed);
      const alive = all.slice(rounds.killed, rounds.killed + rounds.alive);
      const defaults = all.slice(rounds.killed + rounds.alive);
      return report(killed, alive, defaults);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

type Told = readonly (readonly number[])[];

const seconds = (told: Told): number[] =>
  told.flatMap((one) => one.slice(0, 1)).map((ms) => ms / 1000);

function report(killed: Told, alive: Told, defaults: Told): Report {
  const times = seconds(killed);
  const notOnce = [...killed, ...alive].filter((one) => one.length !== 1).length;
  const reference = (value: number) => ({ what: "default timings", value });
  return {
    name: "alertmanager-pair",
    figures: [
      {
        what: "alert to webhook, leader killed",
        unit: "s",
        value: median(times),
        spread: quartiles(times),
        reference: reference(median(seconds(defaults))),
      },
      {
        what: "the same, slowest round",
        unit: "s",
        value: quantile(times, 1),
        goal,
        reference: reference(quantile(seconds(defaults), 1)),
      },
      { what: "rounds not told exactly once", unit: "times", value: notOnce, goal: 0 },
    ],
    notes: [
      `${killed.length} rounds with a leader killed at a random moment before it tells, ` +
        `${alive.length} with both alive (told after ${median(seconds(alive)).toFixed(2)} s), ` +
        `${defaults.length} killed with Alertmanager's own timings.`,
      `Of every time ${wait / 1000} s are the wait of the group, the same for all.`,
    ],
  };
}
