import { setTimeout as sleep } from "node:timers/promises";
import { exchange } from "./actors/relay.ts";
import { type Estate, startEstate } from "./estate.ts";
import { type Evidence, type Finding, judge, type Wrong } from "./judge.ts";
import { perform } from "./perform.ts";
import { login, speed } from "./place.ts";
import { reportOf } from "./report.ts";
import { scheduleOf } from "./schedule.ts";
import { type Memory, type Shape, shapeOf } from "./shape.ts";
import { Timeline } from "./timeline.ts";
import { evidenceOf, storyOf } from "./witness.ts";

/** What a run found. */
export interface Outcome {
  /** Its name, by which it can be run again. */
  readonly name: string;
  readonly findings: readonly Finding[];
  /** Milliseconds from the last fault until nothing was wrong any more. */
  readonly settled: number;
  readonly faults: number;
  /** Messages that channels were told. */
  readonly told: number;
  /** All that is known, for whoever looks for the reason. */
  readonly report: string;
}

export interface RunOptions {
  /** Milliseconds of faults. @default two minutes */
  readonly length?: number;
  readonly signal?: AbortSignal;
}

/** Milliseconds that the chain has, once it is whole, until all must be right. */
const patience = 170_000;

/** Milliseconds for which nothing may be wrong before it counts as right. */
const calm = 4_000;

/** Milliseconds without a heartbeat after which the processor says so. */
const silenceAfter = 300_000 / speed;

/** @param name - The memory and a number: `sqlite-42`. @throws RangeError for another. */
export function memoryOf(name: string): Memory {
  const memory = /^(sqlite|postgres)-\w+$/.exec(name)?.[1];
  if (memory === undefined) {
    throw new RangeError(`${name} does not name a run: it is sqlite-NUMBER or postgres-NUMBER`);
  }
  return memory as Memory;
}

/** Waits until every part answers. */
async function ready({ addresses, identity }: Estate): Promise<void> {
  const end = Date.now() + 60_000;
  for (const [name, address] of addresses) {
    for (;;) {
      const options = { auth: `${login.name}:${login.password}` };
      const url = new URL("/-/ready", address);
      const { body, status } = await exchange(url, options, "", identity.ca);
      if (status === 200) break;
      if (Date.now() > end) throw new Error(`${name} is not ready: ${status} ${body}`);
      await sleep(100);
    }
  }
}

interface Verdict {
  readonly evidence: Evidence;
  readonly findings: readonly Finding[];
}

/** What cannot become right any more. */
const forGood: ReadonlySet<Wrong> = new Set(["told of nothing", "told twice", "ended on its own"]);

/** Looks until nothing is wrong for a while that could become right, or time is over, which counts from `begun`. */
async function settle(look: () => Promise<Verdict>, begun: number, signal?: AbortSignal) {
  let right: number | undefined;
  for (;;) {
    const verdict = await look();
    const now = Date.now();
    if (verdict.findings.every(({ wrong }) => forGood.has(wrong))) right ??= now;
    else right = undefined;
    const over = now - begun > patience || signal?.aborted === true;
    if (over || (right !== undefined && now - right >= calm)) {
      return { ...verdict, settled: (right ?? now) - begun };
    }
    await sleep(1_000);
  }
}

async function stories(estate: Estate, shape: Shape, findings: readonly Finding[]) {
  const objects = [...new Set(findings.map(({ object }) => object))].filter((one) => one !== "");
  const told: [string, string][] = [];
  for (const object of objects.slice(0, 6)) {
    told.push([object, await storyOf(estate, shape, object)]);
  }
  return new Map(told);
}

/** Runs the chain, breaks it as the name says, and judges what it knows in the end. */
export async function runChain(name: string, options: RunOptions = {}): Promise<Outcome> {
  const { length, signal } = options;
  const shape = shapeOf(memoryOf(name));
  const schedule = scheduleOf(name, shape, length);
  const timeline = new Timeline();
  const estate = await startEstate(shape, timeline);
  try {
    for (const server of estate.servers.values()) server.start();
    await ready(estate);
    const begun = Date.now();
    timeline.note("chain", "runs");
    await perform(estate, schedule, timeline, signal);
    // What was broken off is not judged.
    signal?.throwIfAborted();
    timeline.note("chain", "is whole again");
    const whole = Date.now();
    // What was started a moment ago may not listen yet.
    await ready(estate);
    const look = async (): Promise<Verdict> => {
      const evidence = await evidenceOf(estate, shape);
      return { evidence, findings: judge(evidence, { begun, patience: silenceAfter }) };
    };
    const { evidence, findings, settled } = await settle(look, whole, signal);
    timeline.note("chain", findings.length > 0 ? "is not right" : "is right");
    const known = await stories(estate, shape, findings);
    return {
      name,
      findings,
      settled,
      faults: schedule.breaks.length,
      told: evidence.told.length,
      report: reportOf({ name, schedule, timeline, evidence, findings, stories: known, estate }),
    };
  } finally {
    await estate.remove();
  }
}
