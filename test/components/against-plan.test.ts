import { againstPlan } from "../../components/against-plan.ts";
import { notesOn } from "../../components/config/notes.ts";
import { parseConfig } from "../kit/parse.ts";
import type { Config } from "../../components/config/schema.ts";
import { planWhole } from "../kit/plan.ts";
import { dockerTarget } from "../../components/targets/docker/index.ts";

const now = new Date("2026-06-01T00:00:00Z");

function configOf(rules: Record<string, unknown>): Config {
  const values = { environment: "dev", target: "docker", rules: JSON.stringify(rules) };
  const { config, problems } = parseConfig({ values, secretKeys: new Set() }, now);
  if (!config) throw new Error(JSON.stringify(problems));
  return config;
}

const found = (rules: Record<string, unknown>) => {
  const config = configOf(rules);
  return againstPlan(
    config,
    planWhole(config, { core: dockerTarget({ stack: "dev", host: "vm" }) }),
  );
};

describe("a threshold of one instance", () => {
  it("of a target that the alert looks at is taken", () => {
    expect(found({ instances: { "vm:9100": { HostCpuHigh: 0.9 } } })).toEqual([]);
  });

  it("that nobody scrapes is refused, with the one that was meant", () => {
    expect(found({ instances: { "vm:9101": { HostCpuHigh: 0.9 } } })).toEqual([
      {
        path: 'vigil:rules.instances["vm:9101"]',
        reason: "is not an instance that HostCpuHigh watches; did you mean vm:9100?",
        fix: `./vigil pulumi config rm --path 'vigil:rules.instances["vm:9101"]'`,
      },
    ]);
  });

  it("of another job than the alert's is refused", () => {
    const [problem] = found({ instances: { "vm:9093": { HostCpuHigh: 0.9 } } });
    expect(problem?.reason).toMatch(/^is not an instance that HostCpuHigh watches/);
  });

  it("of a service that something else scrapes is taken", () => {
    expect(
      found({ services: ["redis"], instances: { "db-1:9121": { RedisBlockedClients: 5 } } }),
    ).toEqual([]);
  });
});

describe("an alert that was switched off until a day that has come", () => {
  const off = (until: string) => configOf({ off: { HostDown: { reason: "moved", until } } });

  it("is told, with the command that takes the line away", () => {
    expect(notesOn(off("2026-06-01"), now)).toEqual([
      {
        path: "vigil:rules.off.HostDown",
        reason: "ended on 2026-06-01: HostDown is not switched off",
        fix: "./vigil pulumi config rm --path 'vigil:rules.off.HostDown'",
      },
    ]);
  });

  it("is not told before", () => {
    expect(notesOn(off("2026-06-02"), now)).toEqual([]);
  });
});
