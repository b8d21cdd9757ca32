import { type Estate, withEstate } from "./lib/estate.ts";
import { interrupted } from "./lib/interrupt.ts";
import type { Report } from "./lib/report.ts";
import { takeTurns } from "./lib/rounds.ts";
import { median, quartiles } from "./lib/statistics.ts";
import { type Moments, watchTargets } from "./lib/targets.ts";

/** Seconds. */
const goal = 15;

interface Round extends Moments {
  /** `vigil up` said that all is well. */
  readonly said: number;
  /** The engine was started. */
  readonly engine: number;
}

/** One new stack, from the command until all is watched; then nothing is left of it. */
async function warmUp(estate: Estate): Promise<Round> {
  let engine: number | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  const over = new AbortController();
  try {
    const begun = performance.now();
    const up = estate.vigil(["up"], (text, at) => {
      if (text.includes("Updating")) engine ??= at;
    });
    ended = up.catch(() => undefined);
    const signal = AbortSignal.any([over.signal, interrupted.signal]);
    const watch = watchTargets(estate, { begun, seconds: 120, signal });
    const [moments, { ms }] = await Promise.all([watch, up]);
    return { ...moments, engine: engine ?? 0, said: ms };
  } finally {
    over.abort();
    await ended;
    await estate.purge();
  }
}

/**
 * From the start of `vigil up` on a new stack until every target of Prometheus is up. Tools are in
 * the cache; the reference is what the command itself takes, since the rest is waiting for scrapes.
 */
export function run(): Promise<Report> {
  return withEstate(async (estate) => {
    const { vigil } = await takeTurns(
      { vigil: () => warmUp(estate) },
      { rounds: 5, seconds: 120, warmUps: 1 },
    );
    const of = (key: keyof Round): number[] => vigil.map((round) => round[key] / 1000);
    const at = (key: keyof Round): string => `${median(of(key)).toFixed(1)} s`;
    return {
      name: "warm-up",
      figures: [
        {
          what: "until every target is up",
          unit: "s",
          value: median(of("all")),
          spread: quartiles(of("all")),
          reference: { what: "./vigil up alone", value: median(of("said")) },
          goal,
        },
      ],
      notes: [
        `Engine starts at ${at("engine")}, Prometheus answers at ${at("answers")}, up ends at ` +
          `${at("said")}, Prometheus knows its targets at ${at("knows")}, all up at ${at("all")}; ` +
          `${vigil.length} rounds.`,
      ],
    };
  });
}
