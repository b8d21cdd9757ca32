import fc from "fast-check";
import { encryptedSecret } from "../../../components/config/fields.ts";
import { configKey, mendCommand, setCommand } from "../../../components/config/commands.ts";
import type { Config } from "../../../components/config/schema.ts";
import type { RawConfig } from "../../../components/config/parse.ts";
import { parseConfig } from "../../kit/parse.ts";
import { describeProblems } from "../../../components/config/problem-text.ts";
import { rawConfig } from "../../../components/config/stack-file.ts";

const now = new Date("2026-06-01T00:00:00Z");

const raw = (values: Record<string, unknown>, secretKeys: string[] = []): RawConfig => ({
  values: {
    environment: "dev",
    target: "local",
    ...Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  },
  secretKeys: new Set(secretKeys),
});

const problems = (values: Record<string, unknown>, secretKeys: string[] = []) =>
  parseConfig(raw(values, secretKeys), now).problems;

describe("a configuration without mistakes", () => {
  it("gets its defaults", () => {
    const { config } = parseConfig(raw({ prometheus: { port: 9999 } }), now);
    expect(config?.prometheus).toMatchObject({
      port: 9999,
      scrapeInterval: "15s",
      retention: { time: "15d", size: "10GB" },
    });
    expect(config?.receivers).toEqual({});
  });

  it("never shows a secret as text", () => {
    const { config } = parseConfig(raw({ login: { password: "correct horse" } }, ["login"]), now);
    expect(`${String(config?.login.password)} ${JSON.stringify(config)}`).not.toContain("horse");
    expect(config?.login.password?.reveal()).toBe("correct horse");
  });
});

describe("one mistake", () => {
  it.each<[string, Record<string, unknown>, { path: string; reason: RegExp; fix: RegExp }]>([
    [
      "unknown key",
      { prometheus: { scrapeIntervall: "5s" } },
      {
        path: "vigil:prometheus.scrapeIntervall",
        reason: /did you mean scrapeInterval\?/,
        fix: /config rm --path 'vigil:prometheus.scrapeIntervall'/,
      },
    ],
    [
      "unknown section",
      { zabbix: {} },
      { path: "vigil:zabbix", reason: /is not known/, fix: /config rm 'vigil:zabbix'$/ },
    ],
    [
      "wrong type",
      { prometheus: { port: "high" } },
      { path: "vigil:prometheus.port", reason: /not a port/, fix: /'vigil:prometheus.port' 9090/ },
    ],
    [
      "text for an object",
      { prometheus: "9090" },
      { path: "vigil:prometheus", reason: /must be an object/, fix: /config set|config rm/ },
    ],
    [
      "privileged port",
      { grafana: { port: 443 } },
      { path: "vigil:grafana.port", reason: /privileged/, fix: /'vigil:grafana.port' 3000/ },
    ],
    [
      "bad duration",
      { prometheus: { scrapeInterval: "5 minutes" } },
      { path: "vigil:prometheus.scrapeInterval", reason: /not a duration/, fix: / 15s$/ },
    ],
    [
      "bad size",
      { prometheus: { retention: { size: "10 GB" } } },
      { path: "vigil:prometheus.retention.size", reason: /not a size/, fix: / 10GB$/ },
    ],
    [
      "bad URL",
      { probes: { site: { url: "example" } } },
      { path: "vigil:probes.site.url", reason: /not a URL/, fix: /'vigil:probes.site.url' https:/ },
    ],
    [
      "bad name of a map's key",
      { probes: { "My Site": { url: "https://example.com" } } },
      { path: 'vigil:probes["My Site"]', reason: /must start with a letter/, fix: /config rm/ },
    ],
    [
      "image that moves",
      { grafana: { image: "grafana/grafana" } },
      { path: "vigil:grafana.image", reason: /not a pinned image/, fix: /grafana:/ },
    ],
    [
      "two services on one port",
      { alertmanager: { port: 9090 } },
      {
        path: "vigil:alertmanager.port",
        reason: /is 9090, which vigil:prometheus.port already uses/,
        fix: /'vigil:alertmanager.port' 9091/,
      },
    ],
    [
      "two programs on one loopback in containers",
      { target: "docker", prometheus: { port: 8080 } },
      {
        path: "vigil:cadvisor.port",
        reason: /is 8080, which vigil:prometheus.port already uses/,
        fix: /'vigil:cadvisor.port' 9090/,
      },
    ],
    [
      "unknown alert",
      { rules: { thresholds: { HostCpuHihg: 0.9 } } },
      {
        path: "vigil:rules.thresholds.HostCpuHihg",
        reason: /did you mean HostCpuHigh\?/,
        fix: /config rm/,
      },
    ],
    [
      "a Grafana of one's own without a way in",
      { grafana: { url: "https://grafana.example.com" } },
      { path: "vigil:grafana.auth", reason: /is missing/, fix: /--secret/ },
    ],
    [
      "unknown target",
      { target: "docekr" },
      {
        path: "vigil:target",
        reason: /must be one of local, docker, kubernetes/,
        fix: /config set --path 'vigil:target' local/,
      },
    ],
  ])("%s", (_name, values, { fix, path, reason }) => {
    const found = problems(values);
    expect(found).toHaveLength(1);
    expect(found?.[0]?.path).toBe(path);
    expect(found?.[0]?.reason).toMatch(reason);
    expect(found?.[0]?.fix).toMatch(fix);
  });

  it("missing secret", () => {
    expect(problems({ receivers: { slack: { channel: "#alerts" } } }, ["receivers"])).toEqual([
      {
        path: "vigil:receivers.slack.url",
        reason: "is missing",
        fix: "./vigil pulumi config set --secret --path 'vigil:receivers.slack.url'",
      },
    ]);
  });

  it("secret stored in clear", () => {
    const [found] = problems({ receivers: { webhook: { url: "https://example.com/x" } } }) ?? [];
    expect(found).toMatchObject({ reason: "is a secret but stored in clear" });
    expect(found?.fix).toContain("--secret");
    expect(JSON.stringify(found)).not.toContain("example.com");
  });

  it("secret that is not a URL is not repeated in the message", () => {
    const found = problems({ receivers: { webhook: { url: "hunter2" } } }, ["receivers"]);
    expect(found).toHaveLength(1);
    expect(JSON.stringify(found)).not.toContain("hunter2");
  });
});

describe("many mistakes", () => {
  it("are all said at once, sorted, also between valid sections", () => {
    const found = problems({
      environment: "Dev",
      prometheus: { port: "x" },
      alertmanager: { port: 3000 },
      rules: { thresholds: { Nothing: 1 } },
    });
    expect(found?.map(({ path }) => path)).toEqual([
      "vigil:environment",
      "vigil:grafana.port",
      "vigil:prometheus.port",
      "vigil:rules.thresholds.Nothing",
    ]);
    expect(describeProblems(found ?? [], "local")).toMatch(
      /^The configuration has 4 mistakes; nothing was changed\.\n/,
    );
  });

  it("a key that every object has is as unknown as any other", () => {
    expect(problems({ tls: { valueOf: null } })?.map(({ path }) => path)).toContain(
      "vigil:tls.valueOf",
    );
  });

  it("whatever is thrown at it, it answers with a configuration or with reasons", () => {
    const key = fc.constantFrom(
      "environment",
      "target",
      "prometheus",
      "tls",
      "receivers",
      "probes",
      "rules",
      "junk",
    );
    fc.assert(
      fc.property(fc.dictionary(key, fc.oneof(fc.string(), fc.json())), (values) => {
        const { config, problems: found } = parseConfig({ values, secretKeys: new Set() }, now);
        expect(config === undefined).toBe((found?.length ?? 0) > 0);
        for (const { fix, path, reason } of found ?? []) {
          expect(path).toMatch(/^vigil:/);
          expect(reason.length).toBeGreaterThan(3);
          expect(fix).toMatch(/^\.\/vigil pulumi config (?:set|rm) /);
        }
      }),
    );
  });
});

describe("values as the engine and people write them", () => {
  it.each<[string, Record<string, unknown>, (config: Config) => unknown, unknown]>([
    [
      "decimals that `config set` made texts of",
      { rules: { thresholds: { HostCpuHigh: "0.9" } } },
      ({ rules }) => rules.thresholds,
      { HostCpuHigh: 0.9 },
    ],
    [
      "a password that looks like a number",
      { login: { password: 123456789012 } },
      ({ login }) => login.password?.reveal(),
      "123456789012",
    ],
    [
      "a day that YAML made a time of",
      { rules: { off: { HostDown: { reason: "x", until: "2027-01-31 00:00:00 +0000 UTC" } } } },
      ({ rules }) => rules.off["HostDown"]?.until,
      "2027-01-31",
    ],
    [
      "one day of the month",
      { maintenance: { m: { days: 15, matchers: { host: "a" } } } },
      ({ maintenance }) => maintenance["m"]?.days,
      "15",
    ],
    [
      "a list as a text",
      { rules: { services: "redis, host" } },
      ({ rules }) => rules.services,
      ["redis", "host"],
    ],
    [
      "an empty section",
      { prometheus: { retention: null } },
      ({ prometheus }) => prometheus.retention.time,
      "15d",
    ],
    ["a section without a line", { grafana: "" }, ({ grafana }) => grafana.enabled, true],
  ])("%s are taken as what is meant", (_what, values, of, wanted) => {
    const { config, problems: found } = parseConfig(raw(values, ["login"]), now);
    expect(found).toBeUndefined();
    expect(config && of(config)).toEqual(wanted);
  });

  it.each<[string, Record<string, unknown>, string, RegExp, RegExp]>([
    [
      "a number too long to have been kept",
      { login: { password: 12345678901234567890 } },
      "vigil:login.password",
      /too long to be kept as it was written/,
      /config set --type string --secret --path/,
    ],
    [
      "a value that # made a comment of",
      { receivers: { slack: { url: "https://a.example", channel: null } } },
      "vigil:receivers.slack.channel",
      /is empty; give it a value \(in quotes if it begins with #\)/,
      /channel' '#alerts'$/,
    ],
    [
      "a line break in a password",
      { login: { password: "correct horse\nbattery" } },
      "vigil:login.password",
      /line break/,
      /--secret/,
    ],
    [
      "a password of which only a part counts",
      { login: { password: "x".repeat(73) } },
      "vigil:login.password",
      /more than 72 bytes only the first count/,
      /--secret/,
    ],
    [
      "a line break in a URL, over which its parser passes",
      { receivers: { webhook: { url: "https://a.exa\nmple/hook" } } },
      "vigil:receivers.webhook.url",
      /not a URL/,
      /--secret/,
    ],
    [
      "a key set without --path",
      { "prometheus.port": "9091" },
      "vigil:prometheus.port",
      /one name with a dot in it/,
      /rm 'vigil:prometheus.port' && .*config set --path 'vigil:prometheus.port' 9091$/,
    ],
    [
      "matchers that are missing",
      { maintenance: { m: { times: "02:00-04:00" } } },
      "vigil:maintenance.m.matchers",
      /is missing/,
      /'vigil:maintenance.m.matchers.host' web-1$/,
    ],
  ])("%s is one clear error", (_what, values, path, reason, fix) => {
    const found = problems(values, ["login", "receivers"]);
    expect(found?.map((one) => one.path)).toEqual([path]);
    expect(found?.[0]?.reason).toMatch(reason);
    expect(found?.[0]?.fix).toMatch(fix);
  });
});

describe("mistakes of form", () => {
  it("do not hide contradictions, of the same section either", () => {
    const found = problems(
      {
        prometheus: { port: 9093, scrapeInterval: "often" },
        alertmanager: { port: 9093 },
        nodeExporter: { port: 9093, memory: "much" },
        receivers: {
          webhook: { url: "nowhere" },
          teams: { sree: { slack: { url: "https://a.example", channel: "#a" } } },
        },
        rules: { thresholds: { HostCpuHigh: 85 }, off: { HostDown: { reason: "" } } },
      },
      ["receivers"],
    );
    expect(found?.map(({ path }) => path)).toEqual([
      "vigil:alertmanager.port",
      "vigil:nodeExporter.memory",
      "vigil:nodeExporter.port",
      "vigil:prometheus.scrapeInterval",
      "vigil:receivers.teams.sree",
      "vigil:receivers.webhook.url",
      "vigil:rules.off.HostDown.reason",
      "vigil:rules.off.HostDown.until",
      "vigil:rules.thresholds.HostCpuHigh",
    ]);
    const ports = found
      ?.filter(({ path }) => path.endsWith(".port"))
      .map(({ fix }) => fix.split(" ").at(-1));
    expect(new Set(ports).size).toBe(2);
  });

  it("make no contradictions that are not there", () => {
    const found = problems({
      prometheus: { port: "x" },
      alertmanager: { port: 9090 },
      maintenance: { m: { times: "always", matchers: { host: "a" } } },
    });
    expect(found?.map(({ path }) => path)).toEqual([
      "vigil:maintenance.m.times",
      "vigil:prometheus.port",
    ]);
  });
});

describe("stack files read without the engine", () => {
  const project = "config:\n  vigil:environment:\n    type: string\n    default: local\n";
  it("get the project's defaults, and encrypted values count as there", () => {
    const stack = `config:
  vigil:target: local
  other:key: x
  vigil:receivers:
    slack:
      channel: "#alerts"
      url:
        secure: v1:abc
`;
    const config = rawConfig(project, stack);
    expect(config.values["environment"]).toBe("local");
    expect([...config.secretKeys]).toEqual(["receivers"]);
    const { config: parsed } = parseConfig(config, now);
    expect(parsed?.receivers.slack?.url.reveal()).toBe(encryptedSecret);
  });
  it("may be empty", () => {
    expect(rawConfig(project, "").values).toEqual({ environment: "local" });
  });
});

describe("the command that fixes", () => {
  it("never asks for a secret on the command line", () => {
    expect(setCommand(["login", "password"])).toBe(
      "./vigil pulumi config set --secret --path 'vigil:login.password'",
    );
  });
  it("has a value that works", () => {
    expect(setCommand(["prometheus", "retention", "time"])).toMatch(/ 15d$/);
  });

  it("writes names with dots, spaces and quotes as the engine and the shell read them", () => {
    expect(configKey(["rules", "instances", "a.b:1", "X"])).toBe(
      'vigil:rules.instances["a.b:1"].X',
    );
    expect(configKey(["rules", "services", 0])).toBe("vigil:rules.services[0]");
    expect(mendCommand(["probes", "it's"], true)).toBe(
      `./vigil pulumi config rm --path 'vigil:probes["it'\\''s"]'`,
    );
  });

  it("is said for the stack at hand", () => {
    const found = problems({ prometheus: { port: "x" } }) ?? [];
    expect(describeProblems(found, "dev")).toContain(
      "\n      STACK=dev ./vigil pulumi config set --path 'vigil:prometheus.port' 9090",
    );
  });
});
