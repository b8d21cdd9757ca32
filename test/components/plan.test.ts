import { parse } from "yaml";
import { parseConfig } from "../kit/parse.ts";
import type { Config } from "../../components/config/schema.ts";
import type { Plan } from "../../components/plan.ts";
import { planWhole } from "../kit/plan.ts";
import { certificateRules, renderCertificateRules } from "../../components/render/certificates.ts";
import { renderBlackbox } from "../../components/render/blackbox.ts";
import { renderGrafanaIni } from "../../components/render/grafana.ts";
import { seconds } from "../../lib/duration.ts";
import { renderWeb, webFiles } from "../../components/render/web.ts";
import { dockerTarget } from "../../components/targets/docker/index.ts";
import { localTarget } from "../../components/targets/local/index.ts";
import { groundsOf } from "../../components/targets/grounds.ts";
import type { Target } from "../../components/targets/target.ts";
import { throwAway } from "../kit/pki.ts";
import { stackConfig, textOf, trackedFiles } from "../kit/harness.ts";
import { inspect } from "../kit/inspect.ts";

const targets: readonly [string, Target][] = [
  ["local", localTarget("local")],
  ["docker", dockerTarget({ stack: "dev", host: "machine" })],
];

function configOf(values: Record<string, unknown> = {}): Config {
  const base = stackConfig("local");
  const more = Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)] as const);
  const { config, problems } = parseConfig(
    { ...base, values: { ...base.values, ...Object.fromEntries(more) } },
    new Date(),
  );
  if (!config) throw new Error(JSON.stringify(problems));
  return config;
}

/** With an image of its own, as container targets need one. */
const processor = { image: "registry.example.com/vigil-alert-processor:0.1.0" };

/** The files prometheus.yml names. */
const beside = {
  "ca.crt": "",
  "client.crt": "",
  "client.key": "",
  ...Object.fromEntries(
    ["grafana", "processor", "prometheus"].map((job) => [`secrets/${job}`, "x"]),
  ),
  [certificateRules]: renderCertificateRules({ node: 1 }),
};

interface PrometheusYml {
  global: Record<string, unknown>;
  scrape_configs: {
    job_name: string;
    scheme: string;
    basic_auth?: { password_file: string };
    tls_config?: object;
    static_configs: { targets: string[]; labels: Record<string, string> }[];
  }[];
}

describe.each(targets)("the plan for %s", (_kind, target) => {
  const config = configOf({ probes: { site: { url: "https://example.com" } }, processor });
  const plan: Plan = planWhole(config, { core: target });
  const prometheus = parse(textOf(plan, "prometheus.yml")) as PrometheusYml;

  it("is accepted by promtool and amtool", () => {
    const files = { "prometheus.yml": textOf(plan, "prometheus.yml"), ...plan.rules, ...beside };
    expect(inspect(files, "promtool", "check", "config", "prometheus.yml")).toContain("SUCCESS");
    const alertmanager = { "alertmanager.yml": textOf(plan, "alertmanager.yml") };
    expect(inspect(alertmanager, "amtool", "check-config", "alertmanager.yml")).toContain(
      "SUCCESS",
    );
  });

  it("labels every target with env, job and instance, and what stands on the host with host", () => {
    for (const { job_name, static_configs } of prometheus.scrape_configs) {
      for (const { labels } of static_configs) {
        expect(labels).toMatchObject({ env: "local", instance: expect.any(String) as string });
        expect(labels["host"]).toBe(job_name === "probe" ? undefined : target.host);
      }
    }
  });

  it("asks over TLS with a login or a certificate, but for what shares the asker's loopback", () => {
    for (const one of prometheus.scrape_configs) {
      const { basic_auth, job_name, scheme, static_configs, tls_config } = one;
      const [address = ""] = static_configs.flatMap(({ targets: all }) => all);
      const open = job_name === "cadvisor" && address.startsWith("127.0.0.1:");
      // Where people sign in, there is a password for each listener; the others ask for a certificate.
      const login = ["grafana", "processor", "prometheus"].includes(job_name);
      expect({
        job_name,
        scheme,
        login: basic_auth?.password_file,
        certificate: "cert_file" in (tls_config ?? {}),
      }).toEqual({
        job_name,
        scheme: open ? "http" : "https",
        login: login ? `secrets/${job_name}` : undefined,
        certificate: !open && !login,
      });
    }
  });

  it("limits what a scrape may bring", () => {
    expect(prometheus.global).toMatchObject({
      body_size_limit: "16MB",
      label_limit: 64,
      label_value_length_limit: 2048,
      sample_limit: 50000,
    });
  });

  it("scrapes everything it deploys", () => {
    const jobs = prometheus.scrape_configs.map(({ job_name }) => job_name);
    expect(jobs).toEqual([...plan.deployments.map(({ service }) => service.name), "probe"].sort());
  });
});

describe("every stack file of the repository", () => {
  const stacks = trackedFiles("Pulumi.*.yaml").map((file) => file.split(".")[1] ?? "");

  it.each(stacks)("%s can be planned, wherever its target can be deployed", (stack) => {
    const { config } = parseConfig(stackConfig(stack), new Date());
    if (config === undefined) throw new Error(`Stack ${stack} has mistakes`);
    const plan = planWhole(config, groundsOf(config, stack));
    const files = { "prometheus.yml": textOf(plan, "prometheus.yml"), ...plan.rules, ...beside };
    expect(inspect(files, "promtool", "check", "config", "prometheus.yml")).toContain("SUCCESS");
  });
});

describe("both targets", () => {
  it("give the same rules and boards where they watch the same", () => {
    const config = configOf({ cadvisor: { enabled: false }, processor });
    const [local, docker] = targets.map(([, target]) => planWhole(config, { core: target }));
    expect(local?.rules).toEqual(docker?.rules);
    expect(local?.boards).toEqual(docker?.boards);
  });
});

describe("web.yml", () => {
  const hash = "$2a$10$9gu1Y2hCzYQpVkVh9vmV8eUVZrG8pPHrmpKvFnJ8sQUpLtv3yXV3G";
  const passwords = renderWeb({ users: { b: hash, a: hash } });
  const certificates = renderWeb({ askers: ["prometheus", "alertmanager"] });
  const accepted = async (text: string): Promise<string> => {
    const { ca, server } = await throwAway([]);
    const files = {
      [webFiles.certificate]: server.certificate,
      [webFiles.clients]: ca,
      [webFiles.key]: server.key,
      "web.yml": text,
    };
    return inspect(files, "promtool", "check", "web-config", "web.yml");
  };

  it.each([
    ["passwords", passwords],
    ["certificates", certificates],
  ])("with %s is accepted by promtool", async (_what, text) => {
    expect(await accepted(text)).toContain("SUCCESS");
    expect(parse(text)).toMatchObject({ tls_server_config: { min_version: "TLS12" } });
  });

  it("is refused by promtool where it is wrong", async () => {
    await expect(accepted(passwords.replace("min_version", "min_verson"))).rejects.toThrow(
      /min_verson/,
    );
  });

  it("names users in one order", () => {
    expect(passwords.indexOf("a:")).toBeLessThan(passwords.indexOf("b:"));
  });
});

describe("blackbox.yml", () => {
  it("is accepted by the exporter", () => {
    const files = { "blackbox.yml": renderBlackbox() };
    inspect(files, "blackbox_exporter", "--config.check", "--config.file=blackbox.yml");
    expect(parse(files["blackbox.yml"])).toHaveProperty("modules.http_2xx.prober", "http");
  });
});

describe("grafana.ini", () => {
  const text = renderGrafanaIni({
    address: "127.0.0.1",
    config: "/etc/vigil",
    data: "/var/lib/grafana",
    database: "grafana-one.db",
    metricsUsername: "vigil-internal",
    port: 3000,
    url: "https://127.0.0.1:3000",
    username: "vigil",
  });
  it("has TLS, no guests, no calls home, and secrets from files only", () => {
    for (const line of [
      "protocol = https",
      "path = grafana-one.db",
      "min_tls_version = TLS1.2",
      "reporting_enabled = false",
      "public_key_retrieval_disabled = true",
      "allow_sign_up = false",
      "admin_password = $__file{/etc/vigil/admin.password}",
      "secret_key = $__file{/etc/vigil/secret.key}",
      "root_url = https://127.0.0.1:3000/",
    ]) {
      expect(text.split("\n")).toContain(line);
    }
  });
});

describe("durations", () => {
  it.each([
    ["5s", 5],
    ["1h30m", 5400],
    ["250ms", 0.25],
    ["1d", 86_400],
  ])("%s is %d seconds", (text, expected) => {
    expect(seconds(text)).toBe(expected);
  });
});
