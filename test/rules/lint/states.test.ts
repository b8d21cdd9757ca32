import { joinInventory } from "../../../rules/lint/inventory.ts";
import { parse } from "../../../rules/lint/promql.ts";
import { statesAsked, wrongStates } from "../../../rules/lint/states.ts";

const inventory = joinInventory([
  {
    exporter: "some",
    how: "captured",
    version: "for these tests",
    metrics: {
      door_open: { type: "gauge", labels: ["room"] },
      lift_state: { type: "gauge", labels: [] },
      people: { type: "gauge", labels: [] },
      secrets: { type: "gauge", labels: [] },
      visits_total: { type: "counter", labels: [] },
    },
  },
]);
const known = { door_open: [0, 0.5], lift_state: [0, 1, 2, 20], people: "amount" } as const;
const fixtures = { fires: { series: {}, from: "1m" }, quiet: "never", target: {} } as const;
const complaints = (expression: string, series: Record<string, string> = {}): string[] =>
  wrongStates({ ...fixtures, fires: { ...fixtures.fires, series } }, expression, known, inventory);

describe("a comparison", () => {
  it.each([
    "door_open == 0.5",
    "door_open == 0",
    "lift_state != 20 != 2",
    "people == 17",
    "max_over_time(lift_state[1h]) == 20",
    "max by (room) (door_open offset 1h) == 0.5",
    // A value computed from them is no longer a state.
    "count by (room) (door_open) == 7",
    "door_open + lift_state == 7",
    "increase(visits_total[5m]) == 3",
    "door_open > 3",
  ])("passes: %s", (expression) => {
    expect(complaints(expression)).toEqual([]);
  });

  it.each([
    ["door_open == 1", "door_open is never 1: 0,0.5"],
    ["lift_state != 3", "lift_state is never 3"],
    ["min_over_time(door_open[5m]) == 1", "door_open is never 1"],
    ["max by (room) (door_open) == 1", "door_open is never 1"],
    ["(door_open or lift_state) == 1", "door_open is never 1"],
    ["(door_open and lift_state) == 1", "door_open is never 1"],
    ["(door_open + on (room) group_left (x) 0 * people) == 1", "door_open is never 1"],
    ["secrets == 1", "secrets is asked to be 1, and rules/metrics/values/states.ts says nothing"],
  ])("is refused: %s", (expression, complaint) => {
    expect(complaints(expression)).toEqual([expect.stringContaining(complaint)]);
  });
});

it("a fixture shows only states that a gauge has", () => {
  expect(complaints("door_open > 0", { door_open: "0x4 0.5x4 stale" })).toEqual([]);
  expect(complaints("door_open > 0", { door_open: "0x4 1x4" })).toEqual([
    "door_open is never 1: 0,0.5",
  ]);
});

it("tells what is asked of which gauge", () => {
  expect(statesAsked(parse("door_open == 0 and lift_state == 2"))).toEqual([
    { metric: "lift_state", number: 2 },
  ]);
});
