import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { allAlerts } from "../../../rules/index.ts";
import { outOfRange, rangeOf, spelledThreshold } from "../../../rules/lib/threshold.ts";
import { root } from "../../kit/harness.ts";

const tunable = new Map(
  allAlerts().flatMap(({ name, threshold }) => (threshold ? [[name, threshold] as const] : [])),
);

it("every alert's own threshold is within the range that follows from its unit", () => {
  const wrong = [...tunable].flatMap(([name, threshold]) => {
    const problem = outOfRange(threshold.value, threshold);
    return problem === undefined ? [] : [`${name} ${problem.reason}`];
  });
  expect(tunable.size).toBeGreaterThan(500);
  expect(wrong).toEqual([]);
});

it("every threshold is bounded below, and every share above", () => {
  for (const threshold of tunable.values()) {
    expect(rangeOf(threshold).min).toBeGreaterThan(-100);
  }
  for (const share of [...tunable.values()].filter(({ unit }) => unit.startsWith("share"))) {
    expect(rangeOf(share).max).toBeLessThanOrEqual(2);
  }
});

it("what runbooks set are thresholds that there are, with values that can be", () => {
  const folder = join(root, "runbooks");
  const set = readdirSync(folder)
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) => [
      ...readFileSync(join(folder, file), "utf8").matchAll(/rules\.thresholds\.(\w+) ([^\s`]+)/g),
    ])
    .map(([, name = "", value = ""]) => [name, value] as const);
  expect(set.length).toBeGreaterThan(500);
  const wrong = set.filter(([name, value]) => {
    const threshold = tunable.get(name);
    if (threshold === undefined) return true;
    return !/^[\d.]+$/.test(value) || outOfRange(Number(value), threshold) !== undefined;
  });
  expect(wrong).toEqual([]);
});

describe("a value out of range", () => {
  const share = { value: 0.85, unit: "share of CPU time not idle" };
  it.each([
    [85, share, "is 85, which can never be: share of CPU time not idle is 0 to 1", 0.85],
    [7, share, "is 7, which can never be: share of CPU time not idle is 0 to 1", 0.07],
    [850, share, "is 850, which can never be: share of CPU time not idle is 0 to 1", 0.85],
    [
      -1,
      { value: 5, unit: "deadlocks in ten minutes" },
      "is -1, which can never be: deadlocks in ten minutes is at least 0",
      5,
    ],
    [
      9000,
      { value: 85, unit: "degrees Celsius" },
      "is 9000, which can never be: degrees Celsius is -50 to 250",
      85,
    ],
    [
      3,
      { value: 0.8, unit: "share of both directions", range: { max: 2 } },
      "is 3, which can never be: share of both directions is 0 to 2",
      0.03,
    ],
  ])("%s", (value, threshold, reason, instead) => {
    expect(outOfRange(value, threshold)).toEqual({ reason, instead });
  });

  it("is none where it is possible", () => {
    expect(outOfRange(1, share)).toBeUndefined();
    expect(outOfRange(0, share)).toBeUndefined();
    expect(outOfRange(1e12, { value: 5, unit: "bytes" })).toBeUndefined();
  });
});

it("a share is spelled as it is configured and as people say it", () => {
  expect(spelledThreshold(0.07, { value: 0.1, unit: "share of memory" })).toBe("0.07 (7 %)");
  expect(spelledThreshold(300, { value: 60, unit: "seconds" })).toBe("300");
});

it("what a quantile never reaches is refused, with where its histogram ends", () => {
  const slow = { value: 1, unit: "seconds", range: { below: 10 } };
  expect([9.99, 1].map((value) => outOfRange(value, slow))).toEqual([undefined, undefined]);
  for (const value of [10, 30]) {
    expect(outOfRange(value, slow)).toEqual({
      reason: `is ${value}, which can never be: seconds is at least 0, and below 10, where its histogram ends`,
      instead: 1,
    });
  }
});
