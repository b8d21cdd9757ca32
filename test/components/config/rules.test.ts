import { parseConfig } from "../../kit/parse.ts";

const parse = (rules: Record<string, unknown>) =>
  parseConfig(
    {
      values: { environment: "dev", target: "local", rules: JSON.stringify(rules) },
      secretKeys: new Set(),
    },
    new Date("2026-06-01T00:00:00Z"),
  );

describe("what a stack may say about rules", () => {
  it("is taken as it is where it is right", () => {
    const rules = {
      thresholds: { HostCpuHigh: 0.9 },
      instances: { "db-1:9100": { HostCpuHigh: 0.99 } },
      off: { HostMemoryLow: { reason: "being rebuilt", until: "2026-07-01" } },
      objectives: { "scrape-success": 0.99 },
      services: ["host"],
      extra: { mine: "rules/mine.yml" },
    };
    expect(parse(rules).config?.rules).toEqual(rules);
  });

  it.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      "unknown threshold",
      { thresholds: { HostCpuHihg: 1 } },
      "vigil:rules.thresholds.HostCpuHihg",
      /did you mean HostCpuHigh\?/,
    ],
    [
      "threshold of an alert that has none",
      { thresholds: { Watchdog: 1 } },
      "vigil:rules.thresholds.Watchdog",
      /is not an alert with a threshold/,
    ],
    [
      "unknown threshold of an instance",
      { instances: { "a:1": { HostCpuHih: 1 } } },
      'vigil:rules.instances["a:1"].HostCpuHih',
      /did you mean HostCpuHigh\?/,
    ],
    [
      "unknown alert switched off",
      { off: { HostDwn: { reason: "x", until: "2026-07-01" } } },
      "vigil:rules.off.HostDwn",
      /did you mean HostDown\?/,
    ],
    [
      "no reason",
      { off: { HostDown: { reason: "", until: "2026-07-01" } } },
      "vigil:rules.off.HostDown.reason",
      /must give a reason/,
    ],
    [
      "no expiry",
      { off: { HostDown: { reason: "x" } } },
      "vigil:rules.off.HostDown.until",
      /is missing/,
    ],
    [
      "an expiry that is not a day",
      { off: { HostDown: { reason: "x", until: "tomorrow" } } },
      "vigil:rules.off.HostDown.until",
      /is not a date; write year-month-day/,
    ],
    [
      "a share in per cent",
      { thresholds: { HostCpuHigh: 85 } },
      "vigil:rules.thresholds.HostCpuHigh",
      /is 85, which can never be: share of .* is 0 to 1/,
    ],
    [
      "a negative count, of one instance",
      { instances: { "a:1": { PostgresDeadlocks: -5 } } },
      'vigil:rules.instances["a:1"].PostgresDeadlocks',
      /is -5, which can never be: deadlocks .* is at least 0/,
    ],
    [
      "an objective of 100 %",
      { objectives: { "scrape-success": 1 } },
      "vigil:rules.objectives.scrape-success",
      /leaves no budget for errors/,
    ],
    [
      "an objective in per cent",
      { objectives: { "scrape-success": 99.9 } },
      "vigil:rules.objectives.scrape-success",
      /leaves no budget for errors/,
    ],
    [
      "an unknown objective",
      { objectives: { "scrape-succes": 0.9 } },
      "vigil:rules.objectives.scrape-succes",
      /did you mean scrape-success\?/,
    ],
    [
      "an unknown service",
      { services: ["hosst"] },
      "vigil:rules.services[0]",
      /did you mean host\?/,
    ],
    [
      "a rule file outside of the project",
      { extra: { mine: "../mine.yml" } },
      "vigil:rules.extra.mine",
      /not a path below the project's folder/,
    ],
  ])("%s is one clear error", (_what, rules, path, reason) => {
    const { problems } = parse(rules);
    expect(problems).toEqual([
      { path, reason: expect.stringMatching(reason) as string, fix: expect.any(String) as string },
    ]);
  });
});
