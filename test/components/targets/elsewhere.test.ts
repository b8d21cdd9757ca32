/** Services on other targets than the core's, and several processes of one service. */
import { parse } from "yaml";
import { againstPlan } from "../../../components/against-plan.ts";
import { redis } from "../../../components/catalog/redis.ts";
import type { Service } from "../../../components/catalog/service.ts";
import { choose } from "../../../components/choose.ts";
import { readConfig } from "../../../components/config.ts";
import type { RawConfig } from "../../../components/config/parse.ts";
import { parseConfig } from "../../kit/parse.ts";
import type { Config } from "../../../components/config/schema.ts";
import { Monitoring } from "../../../components/monitoring.ts";
import { planWhole } from "../../kit/plan.ts";
import { renderCertificateRules } from "../../../components/render/certificates.ts";
import { groundsOf } from "../../../components/targets/grounds.ts";
import { plain, record, type Run, stackConfig, textOf } from "../../kit/harness.ts";
import { inspect } from "../../kit/inspect.ts";
import { makersOf } from "../../kit/makers.ts";

const edge = { docker: { engine: "ssh://deploy@edge.example.com", address: "edge.example.com" } };
const cache = (on: string, address: string) => ({ address, on });

const spread = {
  machine: "core-1",
  targets: { edge },
  nodeExporter: { on: ["core", "edge"] },
  blackboxExporter: { on: ["edge", "core"] },
  probes: { site: { url: "https://example.com" } },
  redis: {
    instances: {
      far: cache("edge", "cache.example.com:6379"),
      near: cache("core", "127.0.0.1:6379"),
    },
  },
};

function raw(values: Record<string, unknown>): RawConfig {
  const { secretKeys, values: base } = stackConfig("local");
  const more = Object.entries(values).map(
    ([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const,
  );
  return { secretKeys, values: { ...base, ...Object.fromEntries(more) } };
}

function configOf(values: Record<string, unknown>): Config {
  const { config, problems } = parseConfig(raw(values), new Date());
  if (!config) throw new Error(JSON.stringify(problems));
  return config;
}

const mistakes = (values: Record<string, unknown>): string[] =>
  (parseConfig(raw(values), new Date()).problems ?? []).map(
    ({ fix, path, reason }) => `${path} ${reason} | ${fix}`,
  );

describe("services on another target than the core's", () => {
  const config = configOf(spread);
  const plan = planWhole(config, groundsOf(config, "local"));
  const names = plan.deployments.map(({ name }) => name);

  it("are processes of their own, named after the target", () => {
    expect(names.filter((name) => /^(?:node|blackbox|redis)/.test(name)).sort()).toEqual([
      "blackbox",
      "blackbox-edge",
      "node",
      "node-edge",
      "redis",
      "redis-edge",
    ]);
  });

  it("are asked by one job, each under the name of its own machine", () => {
    const job = plan.jobs.find(({ name }) => name === "node");
    expect(job?.targets).toEqual([
      { address: "127.0.0.1:9100", labels: { host: "core-1", instance: "core-1:9100" } },
      {
        address: "edge.example.com:9100",
        labels: { host: "edge.example.com", instance: "edge.example.com:9100" },
      },
    ]);
  });

  it("ask what is near them, and a probe is seen from each of them", () => {
    const probersOf = (job: string) =>
      plan.jobs
        .find(({ name }) => name === job)
        ?.targets.map(({ labels, prober }) => [labels["instance"], labels["from"], prober]);
    expect(probersOf("redis")).toEqual([
      ["core-1:6379", undefined, "127.0.0.1:9121"],
      ["cache.example.com:6379", undefined, "edge.example.com:9121"],
    ]);
    expect(probersOf("probe")).toEqual([
      ["https://example.com", "edge", "edge.example.com:9115"],
      ["https://example.com", undefined, "127.0.0.1:9115"],
    ]);
  });

  it("are found by promtool where they are", () => {
    const files = {
      "prometheus.yml": textOf(plan, "prometheus.yml"),
      ...plan.rules,
      "ca.crt": "",
      "client.crt": "",
      "client.key": "",
      "rules/certificates.yml": renderCertificateRules({ node: 1 }),
      ...Object.fromEntries(
        ["grafana", "processor", "prometheus"].map((job) => [`secrets/${job}`, "x"]),
      ),
    };
    expect(inspect(files, "promtool", "check", "config", "prometheus.yml")).toContain("SUCCESS");
    const { scrape_configs } = parse(files["prometheus.yml"]) as {
      scrape_configs: { job_name: string }[];
    };
    const jobs = scrape_configs.map(({ job_name }) => job_name);
    expect(jobs).toEqual([...new Set(jobs)]);
  });

  it("have the alerts that need several machines loaded", () => {
    const alone = configOf({});
    const few = planWhole(alone, groundsOf(alone, "local"));
    expect(few.selection.lacks).toHaveProperty(["several hosts"]);
    expect(plan.selection.lacks).not.toHaveProperty(["several hosts"]);
  });
});

describe("the resources of another target", () => {
  const warn = jest.spyOn(console, "warn").mockImplementation(() => undefined);
  let run: Run;

  beforeAll(async () => {
    const values = raw(spread);
    const makers = await makersOf(values);
    run = await record("local", values, async () => {
      new Monitoring("monitoring", { config: await readConfig(), makers, absent: new Set() });
    });
  });

  afterAll(() => {
    warn.mockRestore();
  });

  it("are made by a provider of its own engine", () => {
    const { inputs } = run.find("pulumi:providers:docker", "docker-edge");
    expect(plain(inputs)).toMatchObject({ host: "ssh://deploy@edge.example.com" });
    expect(run.find("docker:index/network:Network", "network-edge").inputs["name"]).toBe(
      "vigil-local",
    );
  });

  it("are published there, with a certificate that carries its address", () => {
    const container = run.find("docker:index/container:Container", "redis-edge");
    expect(plain(container.inputs)).toMatchObject({
      name: "vigil-local-redis-edge",
      ports: [{ external: 9121, internal: 9121, ip: "0.0.0.0" }],
    });
    const certificate = run.find("vigil:index:Certificate", "redis-edge-certificate");
    expect(certificate.inputs["dnsNames"]).toContain("edge.example.com");
  });

  it("leave those of the core alone", () => {
    expect(run.find("vigil:index:Process", "node").inputs["name"]).toBe("node");
    expect(run.find("vigil:index:Process", "prometheus").inputs["name"]).toBe("prometheus");
  });
});

describe("targets that cannot be", () => {
  it.each([
    [
      "a service on none of them",
      { nodeExporter: { on: ["egde"] }, targets: { edge } },
      /nodeExporter\.on\[0\] is egde, .* did you mean edge\? \| .*on\[0\]' edge/,
    ],
    [
      "a watched server on none of them",
      { redis: { instances: { a: cache("there", "a:1") } } },
      /redis\.instances\.a\.on is there, .*known: core/,
    ],
    [
      "one that is named like the core",
      { targets: { core: edge } },
      /targets\.core is the name of/,
    ],
    [
      "one without a kind",
      { targets: { edge: {} } },
      /targets\.edge has no kind; give it docker \| .*docker\.engine/,
    ],
    [
      "the same one twice",
      { nodeExporter: { on: ["core", "core"] } },
      /nodeExporter\.on\[1\] makes a second node/,
    ],
    ["none at all", { nodeExporter: { on: [] } }, /nodeExporter\.on is empty/],
    [
      "a port that two have there",
      {
        targets: { edge },
        blackboxExporter: { on: ["edge"], port: 9100 },
        nodeExporter: { on: ["edge"] },
      },
      /blackboxExporter\.port is 9100, which vigil:nodeExporter\.port already uses/,
    ],
    [
      "a loopback that is a container's own",
      {
        target: "docker",
        targets: { here: { docker: { engine: "unix:///run/docker.sock", address: "127.0.0.1" } } },
      },
      /targets\.here\.docker\.address is the loopback/,
    ],
  ] as const)("%s", (_what, values, expected) => {
    const found = mistakes(values);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });

  it("are not complained of where the same port is on two machines", () => {
    const values = {
      targets: { edge },
      blackboxExporter: { on: ["edge"], port: 9100 },
    };
    expect(mistakes(values)).toEqual([]);
  });
});

describe("what two targets would tell of one thing", () => {
  const told = (values: Record<string, unknown>): string[] => {
    const config = configOf({ targets: { edge }, ...values });
    const plan = planWhole(config, groundsOf(config, "local"));
    return againstPlan(config, plan).map(({ path, reason }) => `${path} ${reason}`);
  };

  it("is refused where nothing tells it apart", () => {
    const server = (on: string) => cache(on, "cache.example.com:6379");
    expect(told({ redis: { instances: { a: server("core"), b: server("edge") } } })).toEqual([
      "vigil:redis watches cache.example.com:6379 twice, and nothing tells the two apart",
    ]);
    const named = { ...edge.docker, machine: "core-1" };
    const both = { nodeExporter: { on: ["core", "edge"] } };
    expect(told({ machine: "core-1", targets: { edge: { docker: named } }, ...both })).toEqual([
      "vigil:nodeExporter watches core-1:9100 twice, and nothing tells the two apart",
    ]);
  });

  it("is fine where each has its own", () => {
    expect(told(spread)).toEqual([]);
  });
});

describe("several processes of a service", () => {
  const many: Service = {
    ...(redis as Service),
    runs: ({ instances }) =>
      Object.entries(instances as object).map(([as], index) => ({
        as,
        on: "core",
        onAt: ["instances", as, "on"],
        settings: { port: 9121 + index, memory: 64 },
      })),
  };

  it("stand at places of their own", () => {
    const config = configOf(spread);
    const { found } = choose(config, groundsOf(config, "local"), new Map(), [many]);
    expect(found.map(({ name, place }) => [name, place?.name, place?.address])).toEqual([
      ["redis-far", "redis-far", "127.0.0.1:9121"],
      ["redis-near", "redis-near", "127.0.0.1:9122"],
    ]);
  });
});
