import { type Alert, defineAlerts } from "../../../rules/lib/alert.ts";
import { estateBoard } from "../../../rules/lib/boards.ts";
import { plainOptions } from "../../../rules/lib/rule-file.ts";
import { defineSignals } from "../../../rules/lib/signal.ts";
import { takenApart } from "../../../rules/lint/splices.ts";

const signals = defineSignals({
  both: { unit: "count", about: "Sum.", query: (q) => `${q.gauge("a")} + ${q.gauge("b")}` },
  busy: { unit: "count", about: "Those in use.", query: (q) => `${q.gauge("a")} > 1` },
  debt: { unit: "count", about: "Less than nothing.", query: (q) => `-${q.gauge("a")}` },
  limit: { unit: "count", about: "At most.", query: (q) => q.gauge("limit") },
});

/** An alert with this condition and nothing else of interest. */
function alertWhen(when: (of: Record<keyof typeof signals, string>) => string): Alert {
  const group = defineAlerts(
    {
      service: "shop",
      team: "sre",
      scope: "host",
      layer: "service",
      board: estateBoard,
      target: { job: "shop" },
    },
    signals,
    {
      Spliced: {
        severity: "info",
        when,
        for: "0s",
        summary: "Spliced",
        description: "Spliced.",
        fires: { series: {}, from: "0m" },
        quiet: "never",
      },
    },
  );
  return group.alerts.Spliced;
}

describe("a signal in a condition", () => {
  it.each<[string, Parameters<typeof alertWhen>[0]]>([
    ["in brackets", ({ both, limit }) => `(${both}) / ${limit} > 1`],
    ["beside what binds looser", ({ both, limit }) => `${both} > ${limit}`],
    ["before a condition that is joined", ({ both, busy }) => `${busy} and ${both} > 3`],
    ["inside a function", ({ both }) => `abs(${both}) > 3`],
    ["that is not an operation", ({ limit }) => `2 * ${limit} ^ 2 > 3`],
  ])("is whole %s", (_where, when) => {
    expect(takenApart(alertWhen(when))).toEqual([]);
  });

  it.each<[string, Parameters<typeof alertWhen>[0], string]>([
    ["a quotient", ({ both, limit }) => `${both} / ${limit} > 1`, "(a + b) / limit > 1"],
    ["a divisor", ({ both, limit }) => `${limit} - ${both} > 1`, "limit - (a + b) > 1"],
    ["another comparison", ({ busy }) => `3 < ${busy}`, "3 < (a > 1)"],
    ["a power", ({ debt }) => `${debt} ^ 2 > 1`, "(-a) ^ 2 > 1"],
    ["a range", ({ both }) => `max_over_time(${both}[1h:]) > 1`, "max_over_time((a + b)[1h:]) > 1"],
    [
      "another time, where it is last",
      ({ busy, limit }) => `${limit} unless ${busy} offset 1h`,
      "limit unless (a > 1) offset 1h",
    ],
    ["another time", ({ both }) => `${both} offset 1h > 1`, "(a + b) offset 1h > 1"],
  ])("is taken apart by %s", (_what, when, meant) => {
    expect(takenApart(alertWhen(when))).toEqual([
      `takes a signal apart; write brackets around it, as in ${meant}`,
    ]);
  });

  it("stays as it is in the rule", () => {
    const alert = alertWhen(({ both, limit }) => `${both} / ${limit} > 1`);
    expect(alert.expression(undefined, plainOptions)).toBe("a + b / limit > 1");
  });
});
