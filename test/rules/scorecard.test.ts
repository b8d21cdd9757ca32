import { readFileSync } from "node:fs";
import { join } from "node:path";
import { allAlerts } from "../../rules/index.ts";
import { restsOn } from "../../rules/lint/catalogue.ts";
import { targetLabels } from "../../rules/lint/inventory.ts";
import { mutantsOf } from "../../rules/lint/mutants.ts";
import { renderScorecard } from "../../rules/lint/scorecard.ts";
import { files, readEvidence, renderProof, withKept } from "../../lab/scorecard.ts";
import { root } from "../kit/harness.ts";

const evidence = readEvidence(root);
const alerts = allAlerts();

describe("the scorecard in the docs", () => {
  it("says what is so", () => {
    expect(readFileSync(join(root, files.scorecard), "utf8")).toBe(renderScorecard(evidence));
  });

  it("rests on mutants of these very alerts (make scorecard)", () => {
    const now = Object.fromEntries(alerts.map((alert) => [alert.name, mutantsOf(alert).length]));
    const then = Object.fromEntries(
      Object.entries(evidence.proof).map(([alert, { mutants }]) => [alert, mutants]),
    );
    expect(then).toEqual(now);
  });

  it("has nine of ten mutants caught", () => {
    const all = Object.values(evidence.proof);
    const mutants = all.reduce((sum, one) => sum + one.mutants, 0);
    const survivors = all.reduce((sum, one) => sum + one.survivors.length, 0);
    expect(survivors / mutants).toBeLessThanOrEqual(0.1);
  });

  it("has the figures that the README rounds down", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8").replaceAll(/\s+/g, " ");
    const total = /\| \*\*all\*\* \|(.*)\|/.exec(renderScorecard(evidence))?.[1] ?? "";
    const [, count = 0, fire = 0, quiet = 0, , end = 0] = total.split("|").map(Number);
    const [mutants, caught] = total.split("|").slice(-2);
    const rounded = (exact: number): string =>
      `ore than ${(Math.floor(exact / 100) * 100).toLocaleString("en")}`;
    // Beside those three each alert that can be quiet is tried with a scrape that is missed.
    expect(readme).toContain(`${rounded(count)} alerts cover`);
    expect(readme).toContain(`${rounded(fire + 2 * quiet + end)} tests of the alerts`);
    expect(readme).toContain(`${caught?.trim()} of m${rounded(Number(mutants))} mutants`);
  });

  it("counts an alert as seen when all it uses was, also by what is recorded for it", () => {
    const { groups, inventory } = evidence;
    const unseen = (without: string): string[] => {
      const rest = new Map([...inventory].filter(([name]) => name !== without));
      const seen = restsOn(rest, groups, targetLabels);
      return alerts.filter((alert) => !seen(alert)).map(({ name }) => name);
    };
    expect(unseen("")).toEqual([]);
    expect(unseen("redis_up")).toEqual(["ScrapeSamplesDropped", "RedisDown", "RedisExporterError"]);
    // The SLOs are recorded.
    expect(unseen("probe_success")).toContain("SloFastBurn");
  });

  it("is kept an alert a line, in their order", () => {
    const results = [
      { alert: "B", mutants: 1, survivors: [] },
      { alert: "A", mutants: 2, survivors: ["x"] },
    ];
    expect(renderProof(results)).toBe(
      '{\n  "A": {"mutants":2,"survivors":["x"]},\n  "B": {"mutants":1,"survivors":[]}\n}\n',
    );
  });
});

it("with names, what was found of the others is kept, and an alert that is gone is forgotten", () => {
  const found = [{ alert: "RedisDown", mutants: 1, survivors: [] }];
  const kept = {
    Gone: { mutants: 1, survivors: [] },
    HostDown: { mutants: 2, survivors: ["x"] },
    RedisDown: { mutants: 9, survivors: [] },
  };
  expect(withKept(found, kept)).toEqual([
    ...found,
    { alert: "HostDown", mutants: 2, survivors: ["x"] },
  ]);
});

describe("parity with published sets", () => {
  const names = new Set(alerts.map(({ name }) => name));
  const peers = Object.entries(evidence.parity);

  it("is held with these", () => {
    expect(peers.map(([peer, { alerts: theirs }]) => [peer, Object.keys(theirs).length])).toEqual([
      ["alertmanager-mixin", 7],
      ["kubernetes-mixin", 57],
      ["prometheus-mixin", 26],
    ]);
  });

  it.each(peers)("every alert of %s has an equal here or a reason", (_peer, { alerts: theirs }) => {
    const unmapped = Object.entries(theirs).filter(([, ours]) =>
      typeof ours === "string" ? !names.has(ours) : ours.reason.length < 20,
    );
    expect(unmapped).toEqual([]);
  });
});
