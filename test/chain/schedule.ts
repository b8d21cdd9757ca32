/** What breaks when, and what fires when: decided by a seed before anything runs. Pure. */
import { type Fault, type FaultKind, ways } from "./fault.ts";
import { type Random, randomOf } from "./random.ts";
import type { Shape } from "./shape.ts";

/** A fault with its time: milliseconds from the beginning. */
export interface Break {
  readonly at: number;
  readonly until: number;
  readonly fault: Fault;
}

/** What a series shows from a time on: its value, or null where it is gone. */
export interface Flip {
  readonly at: number;
  readonly object: string;
  readonly value: 0 | 1 | null;
}

export interface Schedule {
  readonly seed: string;
  /** Milliseconds: when all is healed, and nothing changes any more. */
  readonly length: number;
  /** By time. */
  readonly breaks: readonly Break[];
  /** By time. */
  readonly flips: readonly Flip[];
}

/** Milliseconds that each kind lasts. */
const lasting: Readonly<Record<FaultKind, readonly [least: number, most: number]>> = {
  kill: [0, 12_000],
  stop: [500, 14_000],
  forget: [0, 12_000],
  cut: [1_000, 20_000],
  full: [4_000, 20_000],
  clock: [3_000, 25_000],
  late: [2_000, 15_000],
  double: [0, 0],
  moved: [3_000, 10_000],
  refuse: [1_000, 15_000],
};

/** Statuses that say: later. */
const busy = [429, 500, 502, 503, 504] as const;

/** From a second to an hour, each size as likely as the other. */
function jump(random: Random): number {
  const size = Math.round(1_000 * 3_600 ** random.real());
  return random.pick([-size, size]);
}

function detail(kind: FaultKind, part: string, random: Random): Fault {
  switch (kind) {
    case "cut":
      return { kind, part, way: random.pick(ways) };
    case "clock":
      return { kind, part, by: jump(random) };
    case "moved":
      return { kind, part, by: -random.between(1, 60_000) };
    case "refuse":
      return { kind, part, status: random.pick(busy) };
    default:
      return { kind, part };
  }
}

/** Milliseconds between the beginnings of two faults, on average. */
const gap = 2_500;

/** What cannot happen to a part at the same time; a process may well be killed while its disk is full. */
const exclusive = (kind: FaultKind, part: string): string =>
  `${["kill", "stop", "forget"].includes(kind) ? "process" : kind} ${part}`;

/** At the end of a schedule everything is whole, so that it is known what the end was. */
const rest = 2_000;

function breaksOf(random: Random, { faults }: Shape, length: number): Break[] {
  const kinds = Object.keys(faults) as FaultKind[];
  const busyUntil = new Map<string, number>();
  const breaks: Break[] = [];
  for (let at = gap; at < length - rest; at += random.between(0, 2 * gap)) {
    const kind = random.pick(kinds);
    const part = random.pick(faults[kind]);
    const [least, most] = lasting[kind];
    const until = Math.min(at + random.between(least, most), length - rest);
    const mine = exclusive(kind, part);
    if ((busyUntil.get(mine) ?? 0) > at) continue;
    // A moment for what heals it.
    busyUntil.set(mine, until + 500);
    breaks.push({ at, until, fault: detail(kind, part, random) });
  }
  return breaks;
}

function flipsOf(random: Random, { objects }: Shape, length: number): Flip[] {
  const flips = objects.flatMap(({ never, object }): Flip[] => {
    if (never === true) return [];
    const mine = random.fork(object);
    const list: Flip[] = [];
    let value: Flip["value"] = 0;
    // Some are calm and some flap.
    const pace = mine.pick([6_000, 15_000, 40_000]);
    for (let at = mine.between(0, pace); at < length; at += mine.between(500, 2 * pace)) {
      value = value === 1 ? mine.pick([0, null] as const) : 1;
      list.push({ at, object, value });
    }
    return list;
  });
  return flips.sort((a, b) => a.at - b.at);
}

/**
 * The schedule of a seed.
 *
 * @param length - Milliseconds. @default two minutes
 */
export function scheduleOf(seed: string, shape: Shape, length = 120_000): Schedule {
  const random = randomOf(seed);
  return {
    seed,
    length,
    breaks: breaksOf(random.fork("breaks"), shape, length),
    flips: flipsOf(random.fork("flips"), shape, length),
  };
}

const inSeconds = (ms: number): string => (ms / 1_000).toFixed(1).padStart(6);

/** A fault in one line. */
export function describeFault({ kind, part, ...more }: Fault): string {
  const rest = Object.values(more).map(String);
  return [kind, part, ...rest].join(" ");
}

/** All of it as text, by time. */
export function describeSchedule({ breaks, flips, length, seed }: Schedule): string {
  const lines = [
    ...breaks.map(({ at, fault, until }) => ({
      at,
      text: `${describeFault(fault)} until ${inSeconds(until).trim()}`,
    })),
    ...flips.map(({ at, object, value }) => ({ at, text: `${object} becomes ${value}` })),
  ].sort((a, b) => a.at - b.at);
  return [
    `seed ${seed}, ${length / 1_000} s`,
    ...lines.map(({ at, text }) => `${inSeconds(at)}  ${text}`),
  ].join("\n");
}
