import { setTimeout as sleep } from "node:timers/promises";
import type { Processor } from "../services/alert-processor/test/proof/harness.ts";
import { guarded, interrupted } from "./lib/interrupt.ts";
import { startReference, type Target, targetAt, withProcessor } from "./lib/processor.ts";
import type { Figure, Report } from "./lib/report.ts";
import { takeTurns } from "./lib/rounds.ts";
import { median, quartiles } from "./lib/statistics.ts";

/** Milliseconds for a thousand messages, or a thousand alerts: what the wanted rates leave. */
const goals = { posts: 1000 / 5, alerts: 1000 / 15 } as const;

/** At most this share of the time that a commit for each message takes. */
const share = 1 / 3;

/** Milliseconds until the answer, at the 99th percentile. */
const latest = 30;

const megabytes = 200;

/** Megabytes by which it may grow in a minute at a steady load: what the noise of a heap is. */
const growth = 2;

/** Seconds of one round. */
const length = 5;

/** Minutes of the steady load over which memory is watched. */
const minutes = Number(process.env["VIGIL_BENCH_MINUTES"] ?? 1);

const batch = 20;

/** What is sent, at full speed. Numbers of alerts do not overlap, or new ones would not be new. */
const kinds = {
  one: { what: "a thousand posts of one alert", batch: 1, messages: 100, goal: goals.posts },
  repeated: { what: "a thousand known alerts, by twenty", batch, messages: 50, goal: goals.alerts },
  fresh: { what: "a thousand new alerts, by twenty", batch, messages: 0, goal: goals.alerts },
} as const;

type Kind = (typeof kinds)[keyof typeof kinds];

let numbered = 0;

/** Milliseconds for a thousand: alerts, and so messages where each has one. */
async function fullSpeed(target: Target, { batch: size, messages }: Kind): Promise<number> {
  const from = messages === 0 ? (numbered += 10_000_000) : 0;
  const { done, failed, seconds } = await target.load({
    batch: size,
    from,
    messages,
    seconds: length,
  });
  if (failed > 0 || done === 0) throw new Error(`${failed} messages were not taken, ${done} were`);
  return (seconds * 1_000_000) / (done * size);
}

async function contest(own: Target, reference: Target): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const kind of Object.values(kinds)) {
    const { goal, what } = kind;
    const times = await takeTurns(
      { own: () => fullSpeed(own, kind), reference: () => fullSpeed(reference, kind) },
      { rounds: 3, warmUps: 0, seconds: 60 },
    );
    const beside = median(times.reference);
    figures.push({
      what,
      unit: "ms",
      value: median(times.own),
      spread: quartiles(times.own),
      goal,
      reference: { what: "a commit each", value: beside },
    });
    // Twenty alerts in a message share a commit in any case: there is less to win.
    if (kind.batch > 1) continue;
    figures.push({
      what: `${what}, as a share of a commit each`,
      unit: "times",
      value: median(times.own) / beside,
      goal: share,
    });
  }
  return figures;
}

const rates = {
  posts: { what: "p99 at 5,000 posts/s of one alert", batch: 1, messages: 100, rate: 5_000 },
  alerts: { what: "p99 at 15,000 alerts/s, by twenty", batch, messages: 50, rate: 750 },
} as const;

/** Latencies at the wanted rates. */
async function atFixedRates(own: Target): Promise<Figure[]> {
  const p99 = async ({ what, ...load }: (typeof rates)[keyof typeof rates]): Promise<number> => {
    const loaded = await own.load({ ...load, from: 0, seconds: length });
    if (loaded.failed > 0) throw new Error(`${what}: ${loaded.failed} messages were not taken`);
    return loaded.p99;
  };
  const { alerts, posts } = await takeTurns(
    { posts: () => p99(rates.posts), alerts: () => p99(rates.alerts) },
    { rounds: 5, warmUps: 0, seconds: 90 },
  );
  return [
    { what: rates.posts.what, times: posts },
    { what: rates.alerts.what, times: alerts },
  ].map(({ times, what }) => ({
    what,
    unit: "ms",
    value: median(times),
    spread: quartiles(times),
    goal: latest,
  }));
}

/** Slope of a straight line through samples one second apart. */
function slope(samples: readonly number[]): number {
  const middle = (samples.length - 1) / 2;
  const mean = samples.reduce((sum, one) => sum + one, 0) / samples.length;
  const above = samples.reduce((sum, one, at) => sum + (at - middle) * (one - mean), 0);
  return above / samples.reduce((sum, _, at) => sum + (at - middle) ** 2, 0);
}

/** Memory at a third of the wanted rate: as many as come in a bad hour, not in a bad second. */
async function memory(processor: Processor, own: Target): Promise<Figure[]> {
  const seconds = minutes * 60;
  const load = own.load({ batch, from: 0, messages: 50, seconds, rate: 250 });
  const samples: number[] = [];
  for (let second = 1; second < seconds; second += 1) {
    await sleep(1000, undefined, { signal: interrupted.signal });
    samples.push(processor.memory().now);
  }
  await load;
  const settled = samples.slice(Math.floor(samples.length / 3));
  return [
    {
      what: `resident memory after ${minutes} min of 5,000 alerts/s`,
      unit: "MB",
      value: processor.memory().now,
      goal: megabytes,
    },
    { what: "its growth in a minute", unit: "MB", value: slope(settled) * 60, goal: growth },
  ];
}

/** How fast alerts are taken in, durably, with every message acknowledged after its commit. */
export function run(): Promise<Report> {
  return guarded(() =>
    withProcessor(async (processor) => {
      await processor.start();
      const own = targetAt(processor);
      const reference = await startReference(processor);
      const figures: Figure[] = [];
      try {
        figures.push(...(await contest(own, reference)));
      } finally {
        await reference.stop();
      }
      // A new process: what is left in memory after full speed is none of a steady load's.
      await processor.stop();
      await processor.start();
      figures.push(...(await atFixedRates(own)), ...(await memory(processor, own)));
      return { name: "processor", figures, notes: notes(figures) };
    }),
  );
}

function notes(figures: readonly Figure[]): string[] {
  const perSecond = figures
    .filter(({ what }) => Object.values(kinds).some((kind) => kind.what === what))
    .map(({ value, what }) => `${what}: ${Math.round(1_000_000 / value)}/s`);
  return [
    `As rates: ${perSecond.join("; ")}.`,
    "TLS, JSON, SQLite with a flush for each commit; 50 connections from a process that shares the CPUs.",
    "At a fixed rate a message counts from when it was due. VIGIL_BENCH_MINUTES watches memory longer.",
  ];
}
