import { existsSync } from "node:fs";
import { join } from "node:path";
import { allAlerts, groups, thresholdNames } from "../../rules/index.ts";
import {
  plainOptions,
  renderRuleFile,
  type RuleOptions,
  runbookOf,
} from "../../rules/lib/rule-file.ts";
import { renderAlertTest } from "../../rules/lib/rule-test.ts";
import { ruleFileOf, runAlertTests } from "../../lab/promtool.ts";
import { root } from "../kit/harness.ts";
import { inspect } from "../kit/inspect.ts";

const named = groups.map((group) => [group.name, group] as const);

describe.each(named)("rules of %s", (_name, group) => {
  const text = renderRuleFile(group, plainOptions);
  const alerts = Object.values(group.alerts);
  let failures: Map<string, string | undefined>;

  beforeAll(async () => {
    failures = await runAlertTests(
      new Map(
        alerts.map((alert) => [
          alert.name,
          renderAlertTest(alert, group, ruleFileOf(alert.name), plainOptions),
        ]),
      ),
    );
  });

  it.each(alerts.map(({ name }) => name))("%s fires, stays quiet and ends as it should", (name) => {
    expect(failures.has(name)).toBe(true);
    expect(failures.get(name)).toBeUndefined();
  });

  it("are accepted by promtool", () => {
    const answer = inspect(
      { "rules.yml": text },
      "promtool",
      "check",
      "rules",
      "--lint=all",
      "--lint-fatal",
      "rules.yml",
    );
    expect(answer).toMatch(/SUCCESS: \d+ rules found/);
  });
});

describe("every alert", () => {
  it("has a name of its own", () => {
    const names = allAlerts().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it("lies in a group with a file of its own", () => {
    const names = groups.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it("uses its threshold, where it has one", () => {
    const deaf = allAlerts().filter(
      (alert) =>
        alert.threshold !== undefined &&
        alert.expression(12_345.5, plainOptions) === alert.expression(undefined, plainOptions),
    );
    expect(deaf.map(({ name }) => name)).toEqual([]);
  });

  it("has no unfilled number", () => {
    const broken = allAlerts().filter((alert) =>
      /NaN|undefined/.test(alert.expression(undefined, plainOptions)),
    );
    expect(broken.map(({ name }) => name)).toEqual([]);
  });
});

/** The rules of an alert as rendered, without those of others. */
function rulesOf(name: string, options: Partial<RuleOptions>): string {
  const group = groups.find(({ alerts }) => name in alerts);
  const alert = group?.alerts[name];
  if (group === undefined || alert === undefined) throw new Error(`no alert ${name}`);
  return renderRuleFile(group, { ...plainOptions, ...options }, [alert]);
}

const everything = (options: Partial<RuleOptions>): string[] =>
  groups
    .map((group) => renderRuleFile(group, { ...plainOptions, ...options }))
    .join("")
    .split("\n");

describe("thresholds", () => {
  it("change the expression of their alert alone", () => {
    const before = everything({});
    const different = everything({ thresholds: { HostCpuHigh: 0.5 } }).filter(
      (line, index) => line !== before[index],
    );
    expect(different).toEqual([expect.stringMatching(/ > 0\.5$/)]);
  });

  it("of an instance make a rule of its own, which the rule of the others leaves out", () => {
    const text = rulesOf("HostMemoryLow", {
      thresholds: { HostMemoryLow: 0.2 },
      instances: { "db-1:9100": { HostMemoryLow: 0.05 } },
    });
    const all = /expr: (.*)/g;
    const [rest, own] = [...text.matchAll(all)].map(([, expression]) => expression ?? "");
    expect(rest).toMatch(/\{instance!~"db-1:9100"\}.*\{instance!~"db-1:9100"\} > 0\) < 0\.2$/);
    expect(own).toMatch(/\{instance="db-1:9100"\}.*\{instance="db-1:9100"\} > 0\) < 0\.05$/);
  });

  it("exist for most alerts, and only for alerts", () => {
    const names = new Set(allAlerts().map(({ name }) => name));
    expect(thresholdNames().every((name) => names.has(name))).toBe(true);
    expect(thresholdNames()).toContain("HostCpuHigh");
    expect(thresholdNames()).not.toContain("HostDown");
  });
});

describe("an alert that is switched off", () => {
  const off = { HostMemoryLow: { reason: "host is being rebuilt", until: "2030-01-31" } };

  it("says so, and comes back automatically", () => {
    const text = rulesOf("HostMemoryLow", { off });
    expect(text).toMatch(/expr: \(.*\) unless on \(\) \(vector\(time\(\)\) < 1896048000\)/);
    expect(text).toContain('switched_off: "until 2030-01-31: host is being rebuilt"');
  });

  it("is quiet until then and fires after, in the real engine", async () => {
    const group = groups.find(({ alerts }) => "HostMemoryLow" in alerts);
    const alert = group?.alerts.HostMemoryLow;
    if (group === undefined || alert === undefined) throw new Error("no HostMemoryLow");
    const file = ruleFileOf("off");
    // promtool's clock starts in 1970: switched off until then means that it is on.
    const past = { HostMemoryLow: { reason: "over", until: "1970-01-01" } };
    const verdict = async (until: typeof off): Promise<string | undefined> => {
      const test = renderAlertTest(alert, group, file, { ...plainOptions, off: until });
      return (await runAlertTests(new Map([["off", test]]))).get("off");
    };
    expect(await verdict(past)).toBeUndefined();
    expect(await verdict(off)).toContain("HostMemoryLow fires");
  });
});

describe("links", () => {
  const [alert] = allAlerts();
  if (!alert) throw new Error("no alerts");

  it("lead to the runbook section, below the configured base", () => {
    const text = rulesOf(alert.name, { runbookBase: "https://wiki.example.com/x/" });
    expect(text).toContain(`runbook_url: https://wiki.example.com/x/${runbookOf(alert)}`);
  });

  it("name the file in the repository without a base", () => {
    expect(rulesOf(alert.name, {})).toContain(`runbook: runbooks/${runbookOf(alert)}`);
    expect(existsSync(join(root, "runbooks", `${alert.service}.md`))).toBe(true);
  });

  it("lead to the board with its variables, where there is a Grafana", () => {
    const text = rulesOf("HostCpuHigh", { grafanaBase: "https://grafana.example.com/" });
    expect(text).toContain(
      "dashboard_url: https://grafana.example.com/d/vigil-host?var-host={{ $labels.host }}",
    );
    expect(rulesOf("HostCpuHigh", {})).not.toContain("dashboard_url");
  });
});
