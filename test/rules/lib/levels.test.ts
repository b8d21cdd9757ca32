import { defineAlerts } from "../../../rules/lib/alert.ts";
import { estateBoard } from "../../../rules/lib/boards.ts";
import { plainOptions } from "../../../rules/lib/rule-file.ts";
import { defineSignals } from "../../../rules/lib/signal.ts";

const owner = {
  service: "shop",
  team: "sre",
  scope: "host",
  layer: "service",
  board: estateBoard,
  target: { job: "shop" },
} as const;

const signals = defineSignals({
  full: { unit: "ratio", about: "Used share.", query: (q) => q.gauge("full") },
});

const words = { summary: "Full", description: "It is full." };

const single = {
  severity: "info",
  for: "0s",
  ...words,
  fires: { series: { full: "1" }, from: "0m" },
  quiet: "never",
} as const;

const { alerts } = defineAlerts(owner, signals, {
  Before: { ...single, when: ({ full }) => `${full} > 0` },
  Shelf: {
    scope: "device",
    unit: "share in use",
    range: { max: 1 },
    when: ({ full }, threshold) => `${full} > ${threshold}`,
    levels: {
      ShelfFilling: {
        severity: "warning",
        threshold: 0.8,
        for: "15m",
        ...words,
        fires: { series: 0.9, from: "15m", value: "90%" },
        quiet: { series: 0.7, at: "20m" },
      },
      ShelfFull: {
        severity: "critical",
        threshold: 0.97,
        range: { max: 2 },
        for: "2m",
        ...words,
        fires: { series: { full: "1.1x9" }, from: "2m", labels: { shelf: "b" } },
        quiet: { series: { full: "0.9x9" }, at: "5m" },
      },
    },
    series: (used) => ({ full: `${used}x30` }),
    beside: { 'full{shelf="b"}': "0x30" },
    labels: { shelf: "a" },
  },
  After: { ...single, when: ({ full }) => `${full} > 2` },
});

describe("a family", () => {
  it("stands for its levels, in their order between the alerts around it", () => {
    expect(Object.keys(alerts)).toEqual(["Before", "ShelfFilling", "ShelfFull", "After"]);
  });

  it("gives each level its name as a label, its condition, and what it says for all", () => {
    const { ShelfFilling, ShelfFull } = alerts;
    expect([ShelfFilling.family, ShelfFull.family]).toEqual(["Shelf", "Shelf"]);
    expect([ShelfFilling.scope, alerts.Before.scope]).toEqual(["device", "host"]);
    expect(ShelfFilling.expression(undefined, plainOptions)).toBe("full > 0.8");
    expect(ShelfFull.expression(undefined, plainOptions)).toBe("full > 0.97");
    expect(ShelfFull.expression(0.5, plainOptions)).toBe("full > 0.5");
  });

  it("leaves to each level its own severity, time and range", () => {
    expect(alerts.ShelfFilling).toMatchObject({
      severity: "warning",
      for: "15m",
      threshold: { value: 0.8, unit: "share in use", range: { max: 1 } },
    });
    expect(alerts.ShelfFull).toMatchObject({
      severity: "critical",
      for: "2m",
      threshold: { value: 0.97, unit: "share in use", range: { max: 2 } },
    });
  });

  it("makes series of a number, and takes those that a level has itself", () => {
    expect(alerts.ShelfFilling.fires).toEqual({
      series: { full: "0.9x30" },
      from: "15m",
      value: "90%",
      labels: { shelf: "a" },
    });
    expect(alerts.ShelfFull.fires).toEqual({
      series: { full: "1.1x9" },
      from: "2m",
      labels: { shelf: "b" },
    });
  });

  it("puts what no level must look at beside every quiet series", () => {
    expect([alerts.ShelfFilling.quiet, alerts.ShelfFull.quiet]).toEqual([
      { series: { full: "0.7x30", 'full{shelf="b"}': "0x30" }, at: "20m" },
      { series: { full: "0.9x9", 'full{shelf="b"}': "0x30" }, at: "5m" },
    ]);
  });

  it("is refused where a level measures something that the family makes no series of", () => {
    expect(() =>
      defineAlerts(owner, signals, {
        Shelf: {
          unit: "share in use",
          when: ({ full }, threshold) => `${full} > ${threshold}`,
          levels: {
            ShelfFull: {
              severity: "critical",
              threshold: 0.97,
              for: "2m",
              ...words,
              fires: { series: 1, from: "2m" },
              quiet: { series: 0.9, at: "5m" },
            },
          },
        },
      }),
    ).toThrow("Shelf has a fixture of 1, and no series that makes one of it");
  });

  it("does not compile with a signal or a field that there is not", () => {
    const shelves = defineAlerts(owner, signals, {
      Empty: {
        unit: "share in use",
        // @ts-expect-error -- there is no such signal
        when: ({ empty }) => typeof empty,
        levels: {},
      },
      Sized: {
        unit: "share in use",
        when: ({ full }) => full,
        levels: {},
        // @ts-expect-error -- nor such a field
        size: 1,
      },
    });
    // @ts-expect-error -- and a family is not an alert itself
    expect(alerts.Shelf).toBeUndefined();
    expect(shelves.alerts).toEqual({});
  });
});
