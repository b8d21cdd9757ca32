import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { groups } from "../../../rules/index.ts";
import { readsOfGroup } from "../../../rules/lib/alert.ts";
import { samplesOf, partsOfName } from "../../../rules/lib/fixture.ts";
import { plainOptions } from "../../../rules/lib/rule-file.ts";
import { compute, ruleDialect } from "../../../rules/lib/signal.ts";
import { readInventory } from "../../../rules/lint/files.ts";
import { joinInventory } from "../../../rules/lint/inventory.ts";
import { parse, selectors } from "../../../rules/lint/promql.ts";
import { sectionsOf } from "../../../rules/lint/runbook.ts";
import { freeLabels, programValues, specialNumbers } from "../../../rules/metrics/values/index.ts";
import { root } from "../../kit/harness.ts";

const inventory = joinInventory([...readInventory(root).values()]);

/** Every label that a rule, a fixture or a runbook gives a value, by metric. */
function used(): ReadonlySet<string> {
  const expressions = groups.flatMap((group) => [
    ...Object.values(group.signals).map((signal) => compute(signal, ruleDialect)),
    ...Object.values(group.alerts).map((alert) => alert.expression(undefined, plainOptions)),
  ]);
  const folder = join(root, "runbooks");
  const queries = readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .flatMap((name) => sectionsOf(readFileSync(join(folder, name), "utf8")))
    .flatMap((section) => section.queries.flatMap((query) => query.split(/\n\s*\n/)));
  const fixtures = groups
    .flatMap((group) => Object.values(group.alerts))
    .flatMap(({ fires, quiet, resolves, target }) =>
      [fires, quiet, resolves].flatMap((one) =>
        one === undefined || one === "never" ? [] : [...samplesOf(one.series, target).keys()],
      ),
    );
  return new Set([
    ...[...expressions, ...queries]
      .flatMap((text) => selectors(parse(text.trim())))
      .flatMap(({ matchers, metric }) => matchers.map(({ label }) => `${metric} ${label}`)),
    ...fixtures
      .map(partsOfName)
      .flatMap(({ labels, metric }) => Object.keys(labels).map((label) => `${metric} ${label}`)),
  ]);
}

const entries = programValues.flatMap(({ labels }) =>
  Object.entries(labels).flatMap(([metric, byLabel]) =>
    Object.entries(byLabel).map(([label, values]) => ({ label, metric, values })),
  ),
);
const seriesOf = (metric: string): string[] =>
  [...inventory.keys()].filter((name) =>
    metric.endsWith("*")
      ? name.startsWith(metric.slice(0, -1))
      : name === metric || name.replace(/_(?:bucket|count|sum)$/, "") === metric,
  );

describe("what the values of labels can be", () => {
  it("is said only of labels that a program has, and that something here gives a value", () => {
    const wanted = used();
    const idle = entries.filter(
      ({ label, metric }) =>
        !seriesOf(metric).some(
          (name) =>
            (label === "le" || inventory.get(name)?.labels.has(label)) &&
            wanted.has(`${name} ${label}`),
        ),
    );
    expect(idle.map(({ label, metric }) => `${metric}{${label}}`)).toEqual([]);
  });

  it("is said once", () => {
    const names = entries.map(({ label, metric }) => `${metric}{${label}}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it("names its source, as a repository at a version where it is one", () => {
    const vague = programValues.filter(
      ({ source }) => source.length < 20 || /\/(?:root|tmp|work|home)\//.test(source),
    );
    expect(vague).toEqual([]);
  });

  it("is the same in the examples, the marks and the pattern", () => {
    const enumerations = entries.flatMap(({ label, metric, values }) =>
      "free" in values ? [] : [{ name: `${metric}{${label}}`, values }],
    );
    const broken = enumerations.filter(
      ({ values: { like, notApplicable = [], unknown = [], values } }) =>
        values.length === 0 ||
        new Set(values).size !== values.length ||
        ![...notApplicable, ...unknown].every((mark) => values.includes(mark)) ||
        !values.every((value) => like?.test(value) ?? true),
    );
    expect(broken.map(({ name }) => name)).toEqual([]);
  });

  it("has a reason, in a sentence, where no alert is about what is unknown", () => {
    const silent = entries.flatMap(({ label, metric, values }) =>
      "free" in values || values.unheard === undefined || /^[A-Z].{20,}[.]$/.test(values.unheard)
        ? []
        : [`${metric}{${label}}: ${values.unheard}`],
    );
    expect(silent).toEqual([]);
  });

  it("is left to choice only for labels that something here gives a value", () => {
    const labels = new Set([...used()].map((one) => one.split(" ")[1]));
    expect(Object.keys(freeLabels).filter((label) => !labels.has(label))).toEqual([]);
  });
});

describe("numbers that are not amounts", () => {
  it("are of gauges that a program has and an alert reads, and say what they mean", () => {
    const read = new Set(
      groups.flatMap((group) =>
        [...readsOfGroup(group)].flatMap(([metric, kind]) => (kind === "gauge" ? [metric] : [])),
      ),
    );
    const broken = specialNumbers.filter(
      ({ says, values }) =>
        !/^[A-Z].{15,}[.]$/.test(says) ||
        !Object.keys(values).every((metric) => inventory.get(metric)?.kind === "gauge") ||
        !Object.keys(values).some((metric) => read.has(metric)),
    );
    expect(broken).toEqual([]);
  });
});
