import { parse } from "yaml";
import { parseConfig } from "../../kit/parse.ts";
import { encryptedSecret } from "../../../components/config/fields.ts";
import { planWhole } from "../../kit/plan.ts";
import { localTarget } from "../../../components/targets/local/index.ts";
import { remoteWriteFiles } from "../../../components/render/remote-write.ts";
import { stackConfig, textOf } from "../../kit/harness.ts";
import { inspect } from "../../kit/inspect.ts";
import { throwAway } from "../../kit/pki.ts";

const url = "https://metrics.example.com/api/v1/write";

function parsed(one: object, target = "local") {
  const base = stackConfig("local");
  const prometheus = JSON.stringify({ remoteWrite: { long: one } });
  const values = { ...base.values, target, prometheus };
  return parseConfig({ values, secretKeys: new Set(["prometheus"]) }, new Date());
}

/** Field, reason and fix of each mistake. */
const mistakes = (one: object, target?: string): string[] =>
  (parsed(one, target).problems ?? []).map(
    ({ fix, path, reason }) =>
      `${path.replace("vigil:prometheus.remoteWrite.long.", "")} ${reason} > ${fix.replace(/^.*remoteWrite\.long/, "")}`,
  );

describe("a receiver of samples", () => {
  it("is spoken to over TLS, and is not in a private network, unless that is said", () => {
    expect(mistakes({ url })).toEqual([]);
    expect(mistakes({ url: "https://192.168.1.4/w" })).toEqual([
      "url is in a private network or on this machine, which only private: true allows > .private' true",
    ]);
    expect(mistakes({ url: "https://192.168.1.4/w", private: true })).toEqual([]);
    expect(mistakes({ url: "http://a.example/w" })).toEqual([
      "url has no TLS, so anyone on the way can read it, which only plain: true allows > .plain' true",
    ]);
    expect(mistakes({ url: "http://a.example/w", plain: true })).toEqual([]);
    expect(mistakes({ url: "https://me:x@a.example/w" })[0]).toContain("contains a user name");
  });

  it("is given no credential in clear", () => {
    const open = { url: "http://a.example/w", token: encryptedSecret };
    expect(mistakes(open)).toEqual([
      expect.stringMatching(/^url has no TLS.*\.url' https:\/\/metrics/) as string,
    ]);
    expect(mistakes({ ...open, plain: true })).toEqual([
      "plain cannot go with token: anybody in between could read along > .plain'",
    ]);
  });

  it("is not looked for on the loopback of a container", () => {
    expect(mistakes({ url: "https://localhost:9009/w", private: true }, "docker")).toEqual([
      "url is Prometheus's own loopback, where there is no receiver; name the machine > .url' 'https://host.docker.internal:9009/w'",
    ]);
    expect(mistakes({ url: "https://localhost:9009/w", private: true })).toEqual([]);
  });

  it("knows who sends in one way, which is complete", async () => {
    const { ca, server } = await throwAway([]);
    const other = await throwAway([]);
    const secret = encryptedSecret;
    expect(mistakes({ url, username: "vigil" })).toEqual([
      expect.stringMatching(/^password is missing, and there is a username/) as string,
    ]);
    expect(mistakes({ url, username: "vigil", password: secret, token: secret })).toEqual([
      expect.stringMatching(/^token is set in addition to a login/) as string,
    ]);
    expect(mistakes({ url, key: server.key })).toEqual([
      expect.stringMatching(
        /^certificate is missing, and there is a key.* -- "\$\(cat client\.crt\)"$/,
      ) as string,
    ]);
    const { certificate } = server;
    expect(mistakes({ url, certificate, key: other.server.key })).toEqual([
      expect.stringMatching(
        /^key does not belong to the certificate > \.key' < client\.key$/,
      ) as string,
    ]);
    expect(mistakes({ url, certificate, key: server.key, authority: ca })).toEqual([]);
    expect(mistakes({ url, username: "vigil", password: " x" })).toEqual([
      expect.stringMatching(/begins or ends with a space/) as string,
    ]);
  });

  it("is told everything that is wrong at once", () => {
    const one = {
      url: "https://10.0.0.7/w",
      labels: { job: "x", cluster: "y" },
      headers: { Authorization: "Bearer x" },
      send: { keep: ["node_(", "(?i)up"], drop: ["{job}"] },
      queue: { shards: 0 },
    };
    expect(mistakes(one).map((text) => text.split(" ", 1)[0])).toEqual([
      "headers.Authorization",
      "labels.job",
      "queue.shards",
      "send.drop[0]",
      "send.keep[0]",
      "send.keep[1]",
      "url",
    ]);
  });

  it("stands in a configuration that promtool accepts and that holds no secret", async () => {
    const { ca, server } = await throwAway([]);
    const { config } = parsed({
      url,
      username: "vigil",
      password: "a secret",
      ...server,
      authority: ca,
      headers: { "X-Scope-OrgID": "shop" },
      labels: { cluster: "eu-1" },
      send: { keep: ["node_.*", "up|down"], drop: ["node_scrape_[a-z]+"] },
    });
    if (config === undefined) throw new Error("It has mistakes");
    const plan = planWhole(config, { core: localTarget("local") });
    const text = textOf(plan, "prometheus.yml");
    expect(text).not.toContain("a secret");
    const { remote_write } = parse(text) as { remote_write: object[] };
    expect(remote_write).toMatchObject([
      {
        name: "long",
        follow_redirects: false,
        basic_auth: { username: "vigil", password_file: "remote-write/long/password" },
        write_relabel_configs: [
          { source_labels: ["__name__"], regex: "node_.*|up|down", action: "keep" },
          { source_labels: ["__name__"], regex: "node_scrape_[a-z]+", action: "drop" },
          { target_label: "cluster", replacement: "eu-1" },
        ],
      },
    ]);
    const { authorities, certificates, secrets } = remoteWriteFiles(config.prometheus.remoteWrite);
    const none = Object.fromEntries(
      [
        "client.crt",
        "client.key",
        "secrets/grafana",
        "secrets/processor",
        "secrets/prometheus",
      ].map((path) => [path, ""]),
    );
    const files = {
      ...none,
      ...authorities,
      ...certificates,
      ...Object.fromEntries(Object.entries(secrets).map(([path, one]) => [path, one.reveal()])),
      ...plan.rules,
      "ca.crt": ca,
      "prometheus.yml": text,
      "rules/certificates.yml": "groups: []\n",
    };
    expect(Object.keys(secrets).sort()).toEqual([
      "remote-write/long/client.key",
      "remote-write/long/password",
    ]);
    const check = ["check", "config", "prometheus.yml"] as const;
    expect(inspect(files, "promtool", ...check)).toContain("SUCCESS");
    const reserved = text.replace("X-Scope-OrgID", "Content-Encoding");
    expect(() => inspect({ ...files, "prometheus.yml": reserved }, "promtool", ...check)).toThrow(
      /reserved/,
    );
  });
});
