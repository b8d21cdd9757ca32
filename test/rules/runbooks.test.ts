import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { allAlerts, groups } from "../../rules/index.ts";
import { recordedBy } from "../../rules/lint/catalogue.ts";
import { readInventory } from "../../rules/lint/files.ts";
import { joinInventory } from "../../rules/lint/inventory.ts";
import { firingLabels } from "../../rules/lib/rule-test.ts";
import {
  knower,
  lacks,
  likeness,
  nearCopies,
  sectionsOf,
  silencedBy,
} from "../../rules/lint/runbook.ts";
import type { Node } from "../../rules/lint/promql.ts";
import { joinValues, wrongMatchers } from "../../rules/lint/values.ts";
import { freeLabels, programValues } from "../../rules/metrics/values/index.ts";
import { root } from "../kit/harness.ts";

const folder = join(root, "runbooks");
const inventory = joinInventory([...readInventory(root).values()]);
const knows = knower(inventory, new Set([...recordedBy(groups)]));
const values = joinValues(programValues, freeLabels);
const wrongIn = (query: Node) => wrongMatchers(query, values, inventory);
const files = readdirSync(folder).filter((name) => name.endsWith(".md"));
const read = (file: string) => sectionsOf(readFileSync(join(folder, file), "utf8"));

describe.each(files)("runbooks/%s", (file) => {
  const sections = read(file);

  it("has a section for each alert of its service and for nothing else", () => {
    const expected = allAlerts()
      .filter(({ service }) => `${service}.md` === file)
      .map(({ name }) => name);
    expect(sections.map(({ alert }) => alert).sort()).toEqual(expected.sort());
  });

  it("has sections with all that someone woken at night needs", () => {
    const findings = sections.flatMap((section) =>
      lacks(section, knows, wrongIn).map((text) => `${section.alert} ${text}`),
    );
    expect(findings).toEqual([]);
  });
});

it("every alert is silenced by labels that it has", () => {
  const has = new Map(allAlerts().map((alert) => [alert.name, firingLabels(alert)]));
  const wrong = files.flatMap(read).flatMap((section) =>
    silencedBy(section)
      .filter((label) => !["cluster", "env"].includes(label))
      .filter((label) => !(label in (has.get(section.alert) ?? {})))
      .map((label) => `${section.alert} has no ${label}`),
  );
  expect(wrong).toEqual([]);
});

it("every service has a runbook", () => {
  const services = [...new Set(groups.map(({ service }) => `${service}.md`))];
  expect(services.filter((file) => !files.includes(file))).toEqual([]);
});

it("no two sections are near-copies", () => {
  expect(nearCopies(files.flatMap(read), 0.4)).toEqual([]);
});

describe("the check of a section", () => {
  const words = "one two three four five six seven eight nine ten ".repeat(6);
  const good = [
    "## SomeAlert",
    "**Meaning.** It is so.",
    `**Impact.** ${words}`,
    "**Diagnosis.**\n\n1. Look:\n\n   ```promql\n   up == 0\n   ```",
    "**Mitigation.** Do.",
    "**Escalation.** Tell.",
    "**Silence.** `./vigil amtool silence add alertname=SomeAlert --comment='<why>'`",
    "",
  ].join("\n\n");
  const findings = (text: string) => sectionsOf(text).flatMap((one) => lacks(one, knows, wrongIn));

  it.each([
    ["a missing part", good.replace("**Impact.**", "Impact."), /^has Meaning, Diagnosis/],
    ["too few words", good.replace(words, ""), /too little to act on/],
    ["no query", good.replace("promql", "sh"), /no query to paste/],
    [
      "a query that cannot be parsed",
      good.replace("up == 0", "up =="),
      /query that cannot be parsed/,
    ],
    ["a metric that nothing exposes", good.replace("up == 0", "nope == 0"), /asks for nope/],
    ["a silence for another alert", good.replace("=SomeAlert", "=X"), /how to silence it/],
    ["a program not on PATH", good.replace("Do.", "`pulumi config get x`"), /not on PATH/],
    [
      "a program not on PATH, to be pasted",
      good.replace("```promql", "```sh\n   amtool alert query\n   ```\n\n   ```promql"),
      /not on PATH/,
    ],
    [
      "a flag where kubectl takes none",
      good.replace("```promql", "```sh\n   kubectl -A get pods\n   ```\n\n   ```promql"),
      /takes -A after/,
    ],
    ["a placeholder for a shell", good.replace("Do.", "`make logs SERVICE=<job>`"), /for files/],
  ])("finds %s", (_what, text, complaint) => {
    expect(findings(good)).toEqual([]);
    expect(findings(text)).toEqual([expect.stringMatching(complaint)]);
  });

  it("tells by which labels it silences", () => {
    const [section] = sectionsOf(
      good.replace("--comment", "host='<host>' job=~'a|b' --duration=2h --comment"),
    );
    expect(section && silencedBy(section)).toEqual(["host", "job"]);
  });

  it("tells copies from others", () => {
    const a = "the disk of this host is full and nothing can be written to it any more";
    expect(likeness(a, a)).toBe(1);
    expect(likeness(a, a.replace("disk", "queue"))).toBeGreaterThan(0.4);
    expect(likeness(a, "a queue grows because nobody reads from it since this morning")).toBe(0);
    const copies = sectionsOf(`## A\n${a}\n## B\n${a}\n## C\nsomething else entirely\n`);
    expect(nearCopies(copies, 0.4)).toEqual(["A and B: 1.00"]);
  });
});
