import fc from "fast-check";
import type { FaultKind } from "./fault.ts";
import { type Break, describeFault, describeSchedule, scheduleOf } from "./schedule.ts";
import { type Memory, shapeOf } from "./shape.ts";

const memories: readonly Memory[] = ["sqlite", "postgres"];
const name = fc.tuple(fc.constantFrom(...memories), fc.nat()).map(([memory, number]) => ({
  seed: `${memory}-${number}`,
  shape: shapeOf(memory),
}));

const family = ({ fault: { kind, part } }: Break): string =>
  `${["kill", "stop", "forget"].includes(kind) ? "process" : kind} ${part}`;

describe("the schedule of a seed", () => {
  it("is the same each time, to the byte, and another for another seed", () => {
    fc.assert(
      fc.property(name, ({ seed, shape }) => {
        const first = JSON.stringify(scheduleOf(seed, shape));
        expect(JSON.stringify(scheduleOf(seed, shape))).toBe(first);
        expect(JSON.stringify(scheduleOf(`${seed}0`, shape))).not.toBe(first);
      }),
    );
  });

  it("breaks only what is there, heals it before the end, and does one thing to a part at a time", () => {
    fc.assert(
      fc.property(name, fc.integer({ min: 10_000, max: 300_000 }), ({ seed, shape }, length) => {
        const { breaks } = scheduleOf(seed, shape, length);
        const free = new Map<string, number>();
        for (const one of breaks) {
          const { at, fault, until } = one;
          expect(shape.faults[fault.kind]).toContain(fault.part);
          expect(at).toBeGreaterThan(0);
          expect(until).toBeGreaterThanOrEqual(at);
          expect(until).toBeLessThan(length);
          expect(at).toBeGreaterThanOrEqual(free.get(family(one)) ?? 0);
          free.set(family(one), until);
        }
      }),
    );
  });

  it("is in the order of time, and what shall never fire does not", () => {
    fc.assert(
      fc.property(name, ({ seed, shape }) => {
        const { breaks, flips, length } = scheduleOf(seed, shape);
        for (const list of [breaks, flips]) {
          const times = list.map(({ at }) => at);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
        }
        const calm = shape.objects.filter(({ never }) => never).map(({ object }) => object);
        expect(flips.filter(({ at, object }) => calm.includes(object) || at >= length)).toEqual([]);
      }),
    );
  });

  it.each(memories)("tries each fault at each part of %s within a few hundred seeds", (memory) => {
    const shape = shapeOf(memory);
    const tried = new Set<string>();
    const numbers = new Set<string>();
    for (let number = 0; number < 300; number += 1) {
      for (const { fault } of scheduleOf(`${memory}-${number}`, shape).breaks) {
        tried.add(`${fault.kind} ${fault.part}`);
        if (fault.kind === "cut") numbers.add(fault.way);
        if (fault.kind === "clock") numbers.add(fault.by > 0 ? "before" : "behind");
      }
    }
    const all = Object.entries(shape.faults).flatMap(([kind, parts]) =>
      parts.map((part) => `${kind as FaultKind} ${part}`),
    );
    expect(all.filter((one) => !tried.has(one))).toEqual([]);
    expect([...numbers].sort()).toEqual(["before", "behind", "delay", "drop", "half", "refuse"]);
  });

  it("can be read", () => {
    const shape = shapeOf("sqlite");
    const text = describeSchedule({
      seed: "sqlite-1",
      length: 10_000,
      breaks: [{ at: 2_500, until: 4_000, fault: { kind: "cut", part: "a to b", way: "half" } }],
      flips: [{ at: 1_000, object: "info-1", value: null }],
    });
    expect(text).toBe(
      [
        "seed sqlite-1, 10 s",
        "   1.0  info-1 becomes null",
        "   2.5  cut a to b half until 4.0",
      ].join("\n"),
    );
    expect(describeFault({ kind: "clock", part: "processor-1", by: -5 })).toBe(
      "clock processor-1 -5",
    );
    expect(scheduleOf("sqlite-1", shape).breaks.length).toBeGreaterThan(20);
  });
});
