import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { allAlerts, groups, thresholdNames } from "../../rules/index.ts";
import { renderRuleFile, runbookOf } from "../../rules/lib/rule-file.ts";
import { renderRuleTests } from "../../rules/lib/rule-test.ts";
import { root } from "../harness.ts";
import { inspect } from "../tools.ts";

const options = { thresholds: {}, runbookBase: undefined };

describe.each(groups.map((group) => [group.service, group] as const))(
  "rules of %s",
  (service, group) => {
    const text = renderRuleFile(group, options);

    it("are accepted by promtool", () => {
      expect(
        inspect(
          { "rules.yml": text },
          "promtool",
          "check",
          "rules",
          "--lint=all",
          "--lint-fatal",
          "rules.yml",
        ),
      ).toContain(`${Object.keys(group.alerts).length} rules found`);
    });

    it("fire and stay quiet as their authors say", () => {
      const tests = renderRuleTests(group, "rules.yml", options);
      const files = { "rules.yml": text, "tests.yml": tests };
      expect(inspect(files, "promtool", "test", "rules", "tests.yml")).toContain("SUCCESS");
    });

    it("are the same bytes from run to run", () => {
      expect(renderRuleFile(group, options)).toBe(text);
    });

    it("are described and have a runbook section each", () => {
      const runbook = join(root, "runbooks", `${service}.md`);
      expect(existsSync(runbook)).toBe(true);
      const headings = [...readFileSync(runbook, "utf8").matchAll(/^## (\w+)$/gm)].map(
        ([, name]) => name,
      );
      expect(headings.sort()).toEqual(Object.keys(group.alerts).sort());
    });
  },
);

describe("every alert", () => {
  it.each(allAlerts().map((alert) => [alert.name, alert] as const))("%s parses", (_name, alert) => {
    const expression = alert.expression(undefined);
    expect(expression).not.toContain("NaN");
    const errors: number[] = [];
    parser.parse(expression).iterate({
      enter: (node) => {
        if (node.type.isError) errors.push(node.from);
      },
    });
    expect(errors).toEqual([]);
  });

  it("has a name of its own", () => {
    const names = allAlerts().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("thresholds", () => {
  it("change the expression of their alert alone", () => {
    const changed = (threshold: Record<string, number>): string =>
      groups
        .map((group) => renderRuleFile(group, { thresholds: threshold, runbookBase: undefined }))
        .join("");
    const before = changed({}).split("\n");
    const after = changed({ HostCpuHigh: 0.5 }).split("\n");
    const different = after.filter((line, index) => line !== before[index]);
    expect(different).toEqual([expect.stringMatching(/node_cpu_seconds_total.* > 0\.5$/)]);
  });

  it("exist for these alerts", () => {
    expect(thresholdNames()).toEqual(["HostCpuHigh", "HostMemoryLow", "HostDiskFilling"]);
  });
});

describe("runbook links", () => {
  const [alert] = allAlerts();
  if (!alert) throw new Error("no alerts");
  const [group] = groups;
  if (!group) throw new Error("no groups");
  it("lead to the section, below the configured base", () => {
    const text = renderRuleFile(group, {
      thresholds: {},
      runbookBase: "https://wiki.example.com/x/",
    });
    expect(text).toContain(`runbook_url: https://wiki.example.com/x/${runbookOf(alert)}`);
  });
  it("name the file in the repository without a base", () => {
    expect(renderRuleFile(group, options)).toContain(`runbook: runbooks/${runbookOf(alert)}`);
  });
});
