import { groups } from "../../../rules/index.ts";
import { seconds } from "../../../lib/duration.ts";
import { pacesOf } from "../../../rules/lib/pace.ts";
import { plainOptions, renderRuleFile } from "../../../rules/lib/rule-file.ts";

function named(name: string) {
  const group = groups.find((one) => one.name === name);
  if (group === undefined) throw new Error(`no group ${name}`);
  return group;
}

const cpu = named("host-cpu");
const slo = named("slo");

describe("the pace of rules", () => {
  it("is slower for alerts that wait long, and loses none of them", () => {
    for (const group of groups) {
      const alerts = Object.values(group.alerts);
      const paced = pacesOf(group, alerts, 15);
      expect(paced.flatMap((one) => one.alerts).toSorted(byName)).toEqual(alerts.toSorted(byName));
      for (const { alerts: members, interval } of paced.filter(() => group.interval === undefined))
        for (const alert of members)
          expect(seconds(alert.for)).toBeGreaterThanOrEqual(10 * seconds(interval ?? "0s"));
    }
  });

  it("is told by names, the quickest first", () => {
    const paced = pacesOf(cpu, Object.values(cpu.alerts), 15);
    expect(paced.map(({ interval, name }) => [name, interval])).toEqual([
      ["host-cpu", undefined],
      ["host-cpu-30s", "30s"],
      ["host-cpu-1m", "1m"],
    ]);
  });

  it("is never quicker than the stack wants", () => {
    const paced = pacesOf(cpu, Object.values(cpu.alerts), 60);
    expect(paced.map(({ name }) => name)).toEqual(["host-cpu"]);
  });

  it("is the group's own where it has one", () => {
    const paced = pacesOf(slo, Object.values(slo.alerts), 15);
    expect(paced.map(({ interval, name }) => [name, interval])).toEqual([["slo", "30s"]]);
  });

  it("leaves what is recorded with the quickest", () => {
    const text = renderRuleFile(cpu, plainOptions);
    const [, first = "", ...others] = text.split("  - name: ");
    const records = (part: string) => part.split("- record: ").length - 1;
    const recorded = Object.values(cpu.signals).filter(({ record }) => record !== undefined);
    expect(records(first)).toBe(recorded.length);
    expect(others.map(records)).toEqual(others.map(() => 0));
  });
});

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
