import { parse } from "yaml";
import { lacksAnywhere, lacksOf } from "../../components/alert-lacks.ts";
import { cadvisorSelection } from "../../components/render/cadvisor.ts";
import { nodeSelection } from "../../components/catalog/node.ts";
import { kinds } from "../../components/targets/kinds.ts";
import { planWhole } from "../kit/plan.ts";
import { groundsOf } from "../../components/targets/grounds.ts";
import { dockerTarget } from "../../components/targets/docker/index.ts";
import { localTarget } from "../../components/targets/local/index.ts";
import { groups } from "../../rules/index.ts";
import { leftOut } from "../../rules/selection.ts";
import type { Alert } from "../../rules/lib/alert.ts";
import { collectorFlags, type Need, needs } from "../../rules/lib/needs.ts";
import { readDeployed, readInventory } from "../../rules/lint/files.ts";
import { joinInventory } from "../../rules/lint/inventory.ts";
import { blockers, bornWithEvent, type Has, toldBy } from "../../rules/lint/reach.ts";
import { root, stackConfig, textOf } from "../kit/harness.ts";
import { parseConfig } from "../kit/parse.ts";
import { encryptedSecret } from "../../components/config/fields.ts";
import type { Config } from "../../components/config/schema.ts";

function configOf(values: Record<string, unknown> = {}): Config {
  const base = stackConfig("local");
  const more = Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)] as const);
  const { config, problems } = parseConfig(
    {
      values: { ...base.values, ...Object.fromEntries(more) },
      secretKeys: new Set(Object.keys(values)),
    },
    new Date(),
  );
  if (!config) throw new Error(JSON.stringify(problems));
  return config;
}

const config = configOf({
  probes: { site: { url: "https://example.com" } },
  processor: { image: "registry.example.com/vigil-alert-processor:0.1.0" },
  redis: { instances: { cache: { address: "cache-1.example.com:6379" } } },
});
const local = localTarget("local");
const linux = { platform: "linux" } as const;
const targets = [local, dockerTarget({ stack: "dev", host: "machine" })];
const everything = [...readInventory(root).values()];
const all = joinInventory(everything);
const deployed = readDeployed(root);

/** What each program of an estate tells, captured with the flags that Vigil gives it where that can be. */
const told = toldBy(
  Object.entries(deployed).map(([job, inventory]) => ({
    jobs: [job],
    series: joinInventory([inventory]),
  })),
);

/** A counter with labels that a program makes with the first event has no series before. */
const unborn =
  (job: string): Has =>
  ({ metric }) =>
    bornWithEvent(job, all.get(metric));

/** These show in no name of a series: there is one of a kind, or a value that never changes. */
const unseen: ReadonlySet<Need> = new Set<Need>([
  "container names",
  "content probes",
  "icmp probes",
  "kubernetes discovery",
  "processor channels",
  "processor ears",
  "processor heartbeat",
  "several alertmanagers",
  "several hosts",
  "several prometheus",
  "target limit",
]);

describe.each([
  ["this machine", local],
  ["containers", targets[1] ?? local],
] as const)("on %s", (_what, target) => {
  const { jobs, selection } = planWhole(config, { core: target });
  const names = jobs.map(({ name }) => name);
  const mine = groups
    .filter(({ job, name }) => (job === undefined || names.includes(job)) && name !== "slo")
    .flatMap((group) => Object.values(group.alerts).map((alert) => ({ alert, group })));
  const missing = (has: Has) => (alert: Alert) =>
    blockers(groups, has)(alert).map(({ node }) => node.text);

  it("every alert that is loaded can get its series from what is deployed, or says what it needs", () => {
    const wrong = mine.flatMap(({ alert, group }) => {
      if (alert.needs !== undefined || leftOut(alert, group, selection)) return [];
      const may = unborn(group.job ?? "");
      const lacks = missing((one) => told(one) || may(one))(alert);
      return lacks.length === 0 ? [] : [`${alert.name} lacks ${lacks.join(", ")}`];
    });
    expect(wrong).toEqual([]);
  });

  it("nothing is left out for want of series that are there", () => {
    const strict = missing(told);
    const wrong = mine.flatMap(({ alert, group }) => {
      if (leftOut(alert, group, selection) === undefined || unseen.has(alert.needs as Need)) {
        return [];
      }
      return strict(alert).length > 0 ? [] : [`${alert.name}: ${alert.needs ?? ""}`];
    });
    expect(wrong).toEqual([]);
  });
});

it("every reason belongs to an alert", () => {
  const used = new Set(groups.flatMap(({ alerts }) => Object.values(alerts)).map((a) => a.needs));
  const idle = Object.keys(lacksOf(config, kinds.docker)).filter((need) => !used.has(need as Need));
  expect(idle).toEqual([]);
});

it("what was captured ran with the flags and files of today (./vigil capture deployed-…)", () => {
  expect(deployed.node.reference).toContain(nodeSelection.join(" "));
  expect(deployed.cadvisor.reference).toContain(cadvisorSelection.join(" "));
  for (const target of targets) {
    const yml = parse(textOf(planWhole(config, { core: target }), "prometheus.yml")) as {
      scrape_configs: object[];
    };
    expect(Object.keys(yml).sort()).toEqual(["alerting", "global", "rule_files", "scrape_configs"]);
    const kinds = yml.scrape_configs.flatMap((one) => Object.keys(one));
    expect(kinds.filter((key) => /_sd_configs$|target_limit/.test(key))).toEqual([]);
  }
  const { deployments } = planWhole(config, groundsOf(config, "local"));
  const alertmanager = deployments.find(({ name }) => name === "alertmanager");
  expect(alertmanager?.args()).toContain("--cluster.listen-address=");
});

it("a sentence about a collector names the flag that is looked for", () => {
  const entries = Object.entries(collectorFlags) as [keyof typeof collectorFlags, string][];
  expect(entries.length).toBeGreaterThan(5);
  for (const [need, flag] of entries) {
    expect(needs[need]).toContain(`node_exporter with ${flag}`);
    expect(need in lacksAnywhere()).toBe(!nodeSelection.join(" ").includes(flag));
  }
});

describe("what is lacking follows from the configuration", () => {
  it("a Mac has what a Mac has", () => {
    expect(lacksOf(config, { platform: "darwin" }).macos).toBeUndefined();
    expect(lacksOf(config, kinds.docker).macos).toContain("Linux");
  });

  it("a processor with channels and a heartbeat is watched for them", () => {
    const url = { url: encryptedSecret };
    const pagerduty = { routingKey: encryptedSecret, webhookSecret: encryptedSecret };
    const told = configOf({
      processor: { heartbeat: url, pagerduty, url: "https://alerts.example.com", webhook: url },
    });
    expect(lacksOf(config, linux)["processor ears"]).toBe("it is not set");
    expect(lacksOf(told, linux)["processor ears"]).toBeUndefined();
    const goalert = { url: "https://goalert.example.com", token: encryptedSecret };
    const hears = (more: object) =>
      lacksOf(
        configOf({ processor: { goalert: { ...goalert, ...more }, url: "https://a.example" } }),
        linux,
      )["processor ears"];
    expect([hears({}), hears({ webhookSecret: encryptedSecret })]).toEqual([
      "it is not set",
      undefined,
    ]);
    expect(lacksOf(told, linux)["processor channels"]).toBeUndefined();
    expect(lacksOf(told, linux)["processor heartbeat"]).toBeUndefined();
  });

  it("a Prometheus that sends its samples on is watched for it", () => {
    const why = (one: Config) => lacksOf(one, linux)["remote write"];
    const url = "https://metrics.example.com/write";
    const sending = configOf({ prometheus: { remoteWrite: { long: { url } } } });
    expect([why(config), why(sending)]).toEqual([
      "vigil:prometheus.remoteWrite is not set",
      undefined,
    ]);
    const rules = (one: Config) => Object.values(planWhole(one, { core: local }).rules).join("");
    expect(rules(sending)).toContain("PrometheusRemoteWrite");
    expect(rules(config)).not.toContain("PrometheusRemoteWrite");
  });

  it("services that something else scrapes are loaded whole", () => {
    const { rules } = planWhole(configOf({ rules: { services: ["host", "redis"] } }), {
      core: local,
    });
    expect(Object.values(rules).join()).toContain("HostSystemdUnitFailed");
    expect(Object.values(rules).join()).toContain("RedisDown");
    expect(planWhole(configOf(), { core: local }).rules["rules/macos.yml"]).toBeUndefined();
  });
});
