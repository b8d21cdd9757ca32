import { hostname } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import { parseConfig } from "./kit/parse.ts";
import { readAbsent, readConfig } from "../components/config.ts";
import { Monitoring } from "../components/monitoring.ts";
import { throwAway } from "./kit/pki.ts";
import { isSecret, plain, record, root, type Run, stackConfig } from "./kit/harness.ts";
import { makersOf } from "./kit/makers.ts";
import type { RawConfig } from "../components/config/parse.ts";

/** A configuration with every receiver and a probe, secrets encrypted as the engine has them. */
function withReceivers(config: RawConfig): RawConfig {
  const receivers = {
    webhook: { url: "https://example.com/hook-secret" },
    email: {
      to: "oncall@example.com",
      from: "vigil@example.com",
      smarthost: "smtp.example.com:587",
      username: "vigil",
      password: "mail-secret",
    },
    slack: { url: "https://hooks.slack.com/services/slack-secret", channel: "#alerts" },
  };
  const values = {
    ...config.values,
    receivers: JSON.stringify(receivers),
    probes: JSON.stringify({ site: { url: "https://example.com" } }),
  };
  return {
    values: {
      ...values,
      processor: JSON.stringify({ webhook: { url: "https://example.com/processor-secret" } }),
    },
    secretKeys: new Set(["processor", "receivers"]),
  };
}

async function run(stack: string, config: RawConfig, absent = ["grafana"]): Promise<Run> {
  const makers = await makersOf(config, absent);
  return record(stack, config, async () => {
    const args = { config: await readConfig(), makers, absent: new Set(absent) };
    return new Monitoring("monitoring", args).outputs;
  });
}

const processType = "vigil:index:Process";

// What the program warns of is asked for in a test of its own; here it would only be in the way.
const warn = jest.spyOn(console, "warn").mockImplementation(() => undefined);
afterAll(() => {
  warn.mockRestore();
});

describe("stack local", () => {
  let local: Run;
  beforeAll(async () => {
    local = await run("local", withReceivers(stackConfig("local")));
  });

  it("registers exactly these resources under these parents", () => {
    expect(local.tree).toMatchSnapshot();
  });

  it.each(["prometheus", "alertmanager", "node", "blackbox", "processor"])(
    "gives %s exactly these inputs",
    (name) => {
      const text = JSON.stringify(plain(local.find(processType, name).inputs));
      // What differs from machine to machine.
      const same = text
        .replaceAll(root, "<root>")
        .replaceAll(`"${hostname()}:`, '"<host>:')
        .replace(/"PROCESSOR_VERSION":"[0-9a-f]{12}"/, '"PROCESSOR_VERSION":"<version>"');
      const { files, ...inputs } = JSON.parse(same) as { files: Record<string, string> };
      expect({ ...inputs, files: Object.keys(files).sort() }).toMatchSnapshot();
    },
  );

  it("stays within 40 resources", () => {
    expect(local.resources.length).toBeLessThanOrEqual(40);
  });

  it.each([
    ["prometheus", "prometheus: hash of prometheus-at-prometheus"],
    ["alertmanager", "client_auth_type: RequireAndVerifyClientCert"],
    ["node", "client_auth_type: RequireAndVerifyClientCert"],
    ["blackbox", "client_auth_type: RequireAndVerifyClientCert"],
    ["processor", "vigil: hash of trust-person"],
  ])("%s listens on loopback, with TLS, and wants to know who asks", (name, admits) => {
    const { inputs } = local.find(processType, name);
    const { args, files, health } = plain(inputs) as {
      args: string[];
      files: Record<string, string>;
      health: { url: string };
    };
    const said = [...args, files["processor.yml"] ?? ""].join("\n");
    expect(said).toMatch(/^(?:--web\.listen-address=|listen: )127\.0\.0\.1:\d+$/m);
    expect(files["web.yml"]).toContain(admits);
    expect(files["web.yml"]).toContain("min_version: TLS12");
    expect(health.url).toMatch(/^https:\/\/127\.0\.0\.1:/);
  });

  it("knows the person's login where people sign in, and nowhere else", () => {
    const knows = (name: string): boolean =>
      JSON.stringify(plain(local.find(processType, name).inputs)).includes("hash of trust-person");
    expect(["prometheus", "processor"].every(knows)).toBe(true);
    expect(["alertmanager", "node", "blackbox"].some(knows)).toBe(false);
  });

  it("leaves nothing with an exporter that another part would let in", () => {
    for (const name of ["node", "blackbox"]) {
      const { files } = plain(local.find(processType, name).inputs) as {
        files: Record<string, string>;
      };
      const held = Object.values(files).join("\n");
      expect(held).not.toMatch(/password of|hash of|key of (?!(?:node|blackbox)-certificate)/);
    }
  });

  it("keeps every secret wrapped: in no argument, environment or open file", () => {
    const secrets = [
      "hook-secret",
      "processor-secret",
      "mail-secret",
      "slack-secret",
      "password of",
      "hash of",
      "key of",
    ];
    const open = (value: unknown): unknown => {
      if (isSecret(value)) return "[secret]";
      if (Array.isArray(value)) return value.map(open);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, open(inner)]));
    };
    for (const { inputs } of local.resources) {
      const text = JSON.stringify(open(inputs));
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  });

  it("gives Alertmanager its credentials as files that its configuration names", () => {
    const { files } = plain(local.find(processType, "alertmanager").inputs) as {
      files: Record<string, string>;
    };
    expect(files["secrets/webhook-url"]).toBe("https://example.com/hook-secret");
    expect(files["secrets/email-password"]).toBe("mail-secret");
    expect(files["secrets/slack-url"]).toBe("https://hooks.slack.com/services/slack-secret");
    for (const path of Object.keys(files).filter((one) => one.startsWith("secrets/"))) {
      expect(files["alertmanager.yml"]).toContain(`/services/alertmanager/${path}`);
    }
  });

  it("tells others what is there, in a versioned shape, its password a secret", async () => {
    const { authority, client, login, target, watched, ...rest } =
      local.outputs as Monitoring["outputs"];
    expect(rest).toEqual({
      alertmanager: { url: "https://127.0.0.1:9093" },
      environment: "local",
      grafana: null,
      people: {},
      processor: { url: "https://127.0.0.1:9095" },
      prometheus: { url: "https://127.0.0.1:9090" },
      receivers: ["email", "processor-webhook", "slack", "webhook"],
      version: 1,
    });
    expect([typeof authority, target]).toEqual(["object", "local"]);
    expect(await pulumi.isSecret(login.password)).toBe(true);
    expect(await pulumi.isSecret(client.key)).toBe(true);
    expect(Object.keys(watched)).toEqual([
      "alertmanager",
      "blackbox",
      "node",
      "probe",
      "processor",
      "prometheus",
    ]);
  });
});

describe("stack dev", () => {
  let dev: Run;
  beforeAll(async () => {
    process.env["DOCKER_CONTEXT"] = "an engine that is not asked";
    dev = await run("dev", withReceivers(stackConfig("dev")), []);
    delete process.env["DOCKER_CONTEXT"];
  });

  it("registers exactly these resources under these parents", () => {
    expect(dev.tree).toMatchSnapshot();
  });

  it("declares Grafana's content as resources", () => {
    const source = plain(
      dev.find("grafana:oss/dataSource:DataSource", "grafana-prometheus").inputs,
    );
    expect(source).toMatchObject({
      basicAuthEnabled: true,
      basicAuthUsername: "grafana",
      isDefault: true,
      type: "prometheus",
      uid: "vigil-prometheus",
      url: "https://prometheus:9090",
    });
    const contact = dev.find(
      "grafana:alerting/contactPoint:ContactPoint",
      "grafana-content-contact",
    );
    expect(plain(contact.inputs)).toMatchObject({
      name: "vigil",
      emails: [{ addresses: ["oncall@example.com"] }],
    });
    const board = dev.find("grafana:oss/dashboard:Dashboard", "grafana-content-vigil-host");
    expect(JSON.parse(board.inputs["configJson"] as string)).toMatchObject({
      title: "Host overview",
      uid: "vigil-host",
    });
  });

  it("keeps Grafana's credentials secret", () => {
    const source = dev.find("grafana:oss/dataSource:DataSource", "grafana-prometheus");
    expect(isSecret(source.inputs["secureJsonDataEncoded"])).toBe(true);
    const provider = dev.find("pulumi:providers:grafana", "grafana-content");
    expect(isSecret(provider.inputs["auth"])).toBe(true);
  });
});

describe("a Grafana of one's own", () => {
  it("gets the content, and no server is deployed", async () => {
    const grafana = { url: "https://grafana.example.com", auth: "a-token" };
    const config = stackConfig("local");
    const values = { ...config.values, grafana: JSON.stringify(grafana) };
    // The server could not be obtained, and is not needed.
    const elsewhere = await run("local", { values, secretKeys: new Set(["grafana"]) });
    const { inputs } = elsewhere.find("pulumi:providers:grafana", "grafana-content");
    expect(inputs["url"]).toBe("https://grafana.example.com");
    expect(isSecret(inputs["auth"])).toBe(true);
    expect(plain(inputs["auth"])).toBe("a-token");
    expect(elsewhere.tree.filter((one) => one.endsWith("::grafana"))).toEqual([]);
    expect((elsewhere.outputs as Monitoring["outputs"]).grafana).toEqual({
      url: grafana.url,
      elsewhere: true,
    });
  });
});

describe("without the plugin that puts content into Grafana", () => {
  it("a Grafana of one's own is left alone, and the rest is there", async () => {
    const grafana = { url: "https://grafana.example.com", auth: "a-token" };
    const config = stackConfig("local");
    const values = { ...config.values, grafana: JSON.stringify(grafana) };
    const without = await run("local", { values, secretKeys: new Set(["grafana"]) }, [
      "grafana",
      "grafana-plugin",
    ]);
    expect(without.tree.filter((one) => /grafana/i.test(one))).toEqual([]);
    expect((without.outputs as Monitoring["outputs"]).grafana).toBeNull();
    expect(warn.mock.calls.flat().join("\n")).toContain("grafana-plugin is not available");
  });
});

describe("given certificates", () => {
  it("are used by every listener, and the only authority is that of who asks", async () => {
    const { ca, server } = await throwAway(["localhost"]);
    const tls = { authority: ca, certificate: server.certificate, key: server.key };
    const config = stackConfig("local");
    const values = { ...config.values, tls: JSON.stringify(tls) };
    const given = await run("local", { values, secretKeys: new Set(["tls"]) });
    const made = given.resources.filter(({ type }) => /Authority|Certificate/.test(type));
    expect(made.map(({ name }) => name).sort()).toEqual([
      "alertmanager-client",
      "operator-client",
      "processor-client",
      "prometheus-client",
      "trust-clients",
    ]);
    const { files } = plain(given.find(processType, "prometheus").inputs) as {
      files: Record<string, string>;
    };
    expect(files["tls.crt"]).toBe(server.certificate);
    expect(files["tls.key"]).toBe(server.key);
    expect(files["ca.crt"]).toBe(ca);
  });
});

describe("a given certificate that lacks a name", () => {
  it("is refused before anything is registered", async () => {
    const { ca, server } = await throwAway([]);
    const tls = { authority: ca, certificate: server.certificate, key: server.key };
    const config = stackConfig("dev");
    const values = { ...config.values, tls: JSON.stringify(tls) };
    process.env["DOCKER_CONTEXT"] = "an engine that is not asked";
    const refused = run("dev", { values, secretKeys: new Set(["tls"]) });
    await expect(refused).rejects.toThrow(
      /vigil:tls\.certificate does not carry alertmanager, blackbox, host\.docker\.internal/,
    );
    delete process.env["DOCKER_CONTEXT"];
  });
});

describe("what people are warned of", () => {
  it("is that nobody is notified, where no receiver is configured", async () => {
    warn.mockClear();
    await run("local", stackConfig("local"));
    expect(warn.mock.calls.flat().join("\n")).toContain("No channel is configured");
  });

  it("are hosts whose keys nobody looks at", async () => {
    warn.mockClear();
    const { values } = stackConfig("local");
    const hosts = JSON.stringify({ web: { address: "w[1:5]", hostKey: "any" } });
    await run("local", { values: { ...values, hosts }, secretKeys: new Set() });
    const texts = warn.mock.calls.map(([text]) => String(text));
    expect(texts.filter((text) => text.includes("hostKey"))).toEqual([
      expect.stringMatching(/hostKey is any for web-1, web-2, web-3 and 2 more: /),
    ]);
  });
});

describe("stack prod", () => {
  it("is a valid configuration", () => {
    expect(parseConfig(stackConfig("prod"), new Date()).problems).toBeUndefined();
  });

  it("says plainly that its target is not there yet, before anything is registered", async () => {
    await expect(run("prod", stackConfig("prod"))).rejects.toThrow(
      /vigil:target kubernetes is not supported yet[\s\S]*nothing was changed/,
    );
  });
});

describe("hosts over SSH", () => {
  const hostKey = `ssh-ed25519 ${"A".repeat(68)}`;
  const web = { address: "web-1.example.com", user: "deploy", hostKey, labels: { role: "web" } };
  const withHosts = (more: Readonly<Record<string, string>> = {}) => {
    const { values } = stackConfig("local");
    return {
      values: { ...values, hosts: JSON.stringify({ "web-1": web }), ...more },
      secretKeys: new Set(["ssh"]),
    };
  };

  it("have an exporter each, which comes after Prometheus and is asked about there", async () => {
    const key = "-----BEGIN OPENSSH PRIVATE KEY-----";
    const { resources } = await run("local", withHosts({ ssh: JSON.stringify({ key }) }));
    const made = resources.filter(({ type }) => type === "vigil:index:HostProcess");
    expect(made.map(({ name }) => name)).toEqual(["node-web-1"]);
    const inputs = plain(made[0]?.inputs) as Record<string, never>;
    expect(inputs).toMatchObject({
      name: "node",
      host: "web-1",
      connection: { address: "web-1.example.com", port: 22, user: "deploy", hostKey, key },
      binary: "node_exporter",
      address: "web-1.example.com:9100",
      seesHost: true,
      collector: { url: "https://127.0.0.1:9090" },
    });
    expect(inputs["args"]).toContain("--web.config.file=/opt/vigil/node/current/config/web.yml");
    const { prometheus } = Object.fromEntries(
      resources
        .filter(({ type }) => type === "vigil:index:Process")
        .map(({ inputs, name }) => [name, plain(inputs) as { files: Record<string, string> }]),
    );
    expect(prometheus?.files["prometheus.yml"]).toContain("web-1.example.com:9100");
    expect(prometheus?.files["prometheus.yml"]).toContain("role: web");
  });

  it("have certificates of Vigil's own, and never the key of the one that a stack gives", async () => {
    const { ca, server } = await throwAway(["localhost", "127.0.0.1"]);
    const tls = { certificate: server.certificate, key: server.key, authority: ca };
    const { secretKeys, values } = withHosts({ tls: JSON.stringify(tls) });
    const config = { values, secretKeys: new Set([...secretKeys, "tls"]) };
    const { resources } = await run("local", config);
    const files = Object.fromEntries(
      resources.map(({ inputs, name }) => [
        name,
        (plain(inputs) as { files?: Record<string, string> }).files,
      ]),
    );
    expect(files["node"]?.["tls.key"]).toBe(server.key);
    expect(JSON.stringify(files["node-web-1"])).not.toContain(server.key.split("\n")[2]);
    const certificates = files["prometheus"]?.["ca.crt"]?.match(/BEGIN CERTIFICATE/g);
    const own = files["prometheus"]?.["ca.crt"]?.replace(ca, "");
    expect([certificates?.length ?? 0, own === ""]).toEqual([1, false]);
  });

  it("are no more than three resources each", async () => {
    const without = await run("local", stackConfig("local"));
    const { resources } = await run("local", withHosts());
    expect(resources.length - without.resources.length).toBe(3);
  });
});

describe("configuration that cannot be used", () => {
  it("names every mistake at once and registers nothing", async () => {
    const values = { environment: "Dev", target: "dockr", prometheus: '{"prot":1,"port":80}' };
    await expect(run("local", { values, secretKeys: new Set() })).rejects.toThrow(
      /The configuration has 4 mistakes; nothing was changed\.[\s\S]*vigil:environment[\s\S]*vigil:prometheus\.port[\s\S]*vigil:prometheus\.prot[\s\S]*vigil:target/,
    );
  });
});

describe("what the machine lacks", () => {
  it("is read from the environment", () => {
    process.env["VIGIL_WITHOUT"] = "grafana,other";
    expect([...readAbsent()]).toEqual(["grafana", "other"]);
    delete process.env["VIGIL_WITHOUT"];
    expect([...readAbsent()]).toEqual([]);
  });
});

describe("arguments of a stack's own", () => {
  const withArgs = (...extraArgs: string[]): Promise<Run> => {
    const { secretKeys, values } = stackConfig("local");
    const alertmanager = JSON.stringify({ extraArgs });
    return run("local", { secretKeys, values: { ...values, alertmanager } });
  };

  it("come after Vigil's", async () => {
    const { find } = await withArgs("--log.level=debug");
    const { args } = find(processType, "alertmanager").inputs as { args: string[] };
    expect(args.at(-1)).toBe("--log.level=debug");
  });

  it("are refused where Vigil says the same", async () => {
    await expect(withArgs("-storage.path=/tmp")).rejects.toThrow(
      /vigil:alertmanager\.extraArgs\[0\] is -storage\.path=\/tmp, but Vigil sets --storage\.path itself/,
    );
  });
});
