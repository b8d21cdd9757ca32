import { groups } from "../../rules/index.ts";
import { lintCatalogue, recordedBy, unknownMetrics } from "../../rules/lint/catalogue.ts";
import { readInventory } from "../../rules/lint/files.ts";
import { joinInventory, targetLabels } from "../../rules/lint/inventory.ts";
import { unheard } from "../../rules/lint/unheard.ts";
import { wrongStatesOf } from "../../rules/lint/states.ts";
import { joinValues, wrongValues } from "../../rules/lint/values.ts";
import { freeLabels, programValues, states } from "../../rules/metrics/values/index.ts";
import { readsOfGroup } from "../../rules/lib/alert.ts";
import { plainOptions } from "../../rules/lib/rule-file.ts";
import { root } from "../kit/harness.ts";

const inventory = joinInventory([...readInventory(root).values()]);
const values = joinValues(programValues, freeLabels);
const recorded = recordedBy(groups);
const named = groups.map((group) => [group.name, group] as const);

describe.each(named)("the alerts of %s", (_name, group) => {
  it("have nothing that the checks of the catalogue find", () => {
    const findings = lintCatalogue([group], inventory).filter(
      ({ text }) => !text.startsWith("unknown-record"),
    );
    expect(findings.map(({ alert, text }) => `${alert}: ${text}`)).toEqual([]);
  });

  it("read only what a supported version of a program exposes", () => {
    expect(unknownMetrics(group, inventory, recorded, targetLabels)).toEqual([]);
  });

  it("name only values of labels that a program writes", () => {
    expect(wrongValues(group, values, inventory)).toEqual([]);
  });

  it("wait only for numbers that a gauge of states has", () => {
    const wrong = Object.values(group.alerts).flatMap((alert) =>
      wrongStatesOf(alert, states, inventory).map((text) => `${alert.name}: ${text}`),
    );
    expect(wrong).toEqual([]);
  });

  it("rate counters and nothing else", () => {
    const wrong = [...readsOfGroup(group)].filter(([metric, kind]) => {
      const known = inventory.get(metric)?.kind;
      // Some exporters call a moment a counter, because it only grows.
      if (kind === "timestamp" && metric.endsWith("_time")) return false;
      return known !== undefined && (known === "counter") !== (kind === "counter");
    });
    expect(wrong.map(([metric, kind]) => `${metric} is no ${kind}`)).toEqual([]);
  });
});

it("no two alerts say the same, and every recorded series is made", () => {
  const findings = lintCatalogue(groups, inventory).filter(
    ({ text }) => text.startsWith("unknown-record") || text.startsWith("has the expression"),
  );
  expect(findings).toEqual([]);
});

it("where a label says that a program does not know, an alert is about it or a reason says why not", () => {
  expect(unheard(groups, values)).toEqual([]);
});

it("no state is listed that no alert reads", () => {
  const read = new Set(groups.flatMap((group) => [...readsOfGroup(group).keys()]));
  expect(Object.keys(states).filter((metric) => metric !== "up" && !read.has(metric))).toEqual([]);
});

it("every recorded signal is read by an alert", () => {
  const expressions = groups.flatMap((group) =>
    Object.values(group.alerts).map((alert) => alert.expression(undefined, { jobs: ["node"] })),
  );
  const signals = groups.flatMap((group) => Object.values(group.signals));
  const unread = signals
    .flatMap(({ record }) => record ?? [])
    .filter((record) => !expressions.some((expression) => expression.includes(record)));
  expect(unread).toEqual([]);
});

/** What no alert reads of what the processor reports about itself, and why that is right. */
const unread: Readonly<Record<string, string>> = {
  open_alerts: "The number of alerts is not a fault of the processor.",
  outbox_dead: "ProcessorDeliveriesDead counts them as they are given up.",
  outbox_pending:
    "What waits may be planned for later; ProcessorDeliveryStuck is about what is due.",
  quarantined: "ProcessorQuarantine counts them as they come.",
};

it("nothing that our own processor reports about itself goes unheard without a reason", () => {
  const prefix = "vigil_processor_";
  const told = [...inventory.keys()].filter((name) => name.startsWith(prefix));
  const read = new Set(
    groups.flatMap((group) =>
      Object.values(group.alerts).flatMap(
        (alert) => alert.expression(undefined, plainOptions).match(/vigil_processor_\w+/g) ?? [],
      ),
    ),
  );
  const heard = (name: string) =>
    read.has(name) || read.has(name.replace(/_(?:bucket|count|sum)$/, "_bucket"));
  const silent = told.filter((name) => !heard(name)).map((name) => name.slice(prefix.length));
  expect(told.length).toBeGreaterThan(15);
  expect(silent.sort()).toEqual(Object.keys(unread).sort());
});
