import fc from "fast-check";
import { encryptedSecret } from "../../../components/config/fields.ts";
import { parseConfig, type RawConfig, setCommand } from "../../../components/config/parse.ts";
import { describeProblems } from "../../../components/config/problems.ts";
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
      { path: "vigil:zabbix", reason: /is not known/, fix: /config rm --path 'vigil:zabbix'/ },
    ],
    [
      "wrong type",
      { prometheus: { port: "high" } },
      { path: "vigil:prometheus.port", reason: /no port/, fix: /'vigil:prometheus.port' 9090/ },
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
      { path: "vigil:prometheus.scrapeInterval", reason: /no duration/, fix: / 15s$/ },
    ],
    [
      "bad size",
      { prometheus: { retention: { size: "10 GB" } } },
      { path: "vigil:prometheus.retention.size", reason: /no size/, fix: / 10GB$/ },
    ],
    [
      "bad URL",
      { probes: { site: { url: "example" } } },
      { path: "vigil:probes.site.url", reason: /no URL/, fix: /'vigil:probes.site.url' https:/ },
    ],
    [
      "bad name of a map's key",
      { probes: { "My Site": { url: "https://example.com" } } },
      { path: "vigil:probes.My Site", reason: /must start with a letter/, fix: /config rm/ },
    ],
    [
      "image that moves",
      { grafana: { image: "grafana/grafana" } },
      { path: "vigil:grafana.image", reason: /no pinned image/, fix: /grafana:/ },
    ],
    [
      "two services on one port",
      { alertmanager: { port: 9090 } },
      {
        path: "vigil:alertmanager.port",
        reason: /is 9090, which vigil:prometheus.port has already/,
        fix: /'vigil:alertmanager.port' 9091/,
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
        fix: "pulumi config set --secret --path 'vigil:receivers.slack.url'",
      },
    ]);
  });

  it("secret stored in clear", () => {
    const [found] = problems({ receivers: { webhook: { url: "https://example.com/x" } } }) ?? [];
    expect(found).toMatchObject({ reason: "is a secret but stored in clear" });
    expect(found?.fix).toContain("--secret");
    expect(JSON.stringify(found)).not.toContain("example.com");
  });

  it("secret that is no URL is not repeated in the message", () => {
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
    expect(describeProblems(found ?? [])).toMatch(
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
          expect(fix).toMatch(/^pulumi config (?:set|rm) /);
        }
      }),
    );
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

describe("the command that mends", () => {
  it("never asks for a secret on the command line", () => {
    expect(setCommand(["login", "password"])).toBe(
      "pulumi config set --secret --path 'vigil:login.password'",
    );
  });
  it("has a value that works", () => {
    expect(setCommand(["prometheus", "retention", "time"])).toMatch(/ 15d$/);
  });
});
