import { ask } from "../../../lib/ask.ts";
/**
 * What exporters expose with the flags and files that Vigil gives them: a part of what they could. An
 * alert that needs more is left out of an estate, and a test holds the reasons against these files.
 */
import { chmod, copyFile } from "node:fs/promises";
import { cadvisorSelection } from "../../../components/render/cadvisor.ts";
import { nodeSelection } from "../../../components/catalog/node.ts";
import { postgres, postgresSelection, uriOf } from "../../../components/catalog/postgres.ts";
import { redis, redisSelection } from "../../../components/catalog/redis.ts";
import { probeModule, renderBlackbox } from "../../../components/render/blackbox.ts";
import { go, tools } from "../../../tools/tools.ts";
import { answerHttps, tlsFiles } from "../answers.ts";
import type { Recipe } from "../recipe.ts";
import { startAlertmanager } from "./alertmanager.ts";
import { cadvisor, cgroups, hardWorker } from "./cadvisor.ts";
import { hardware } from "./node.ts";
import * as postgresServers from "./postgres.ts";
import { postgresTool, psqlTool, sql } from "./postgres-server.ts";
import { redisServer, startServers } from "./redis.ts";

const folder = "deployed";

/** Of a machine, and of the hardware that it lacks. */
export const deployedNode: Recipe = {
  exporter: "node_exporter",
  folder,
  tools: [tools.node_exporter, go],
  reference: ({ node_exporter = "" }) =>
    `node_exporter ${node_exporter} ${nodeSelection.join(" ")}, on a machine and on the fixtures of prometheus/node_exporter@v${tools.node_exporter.version}: collector/fixtures`,
  async capture(session, binaries) {
    const { paths } = await hardware(session, binaries);
    for (const more of [[], paths]) {
      const address = `127.0.0.1:${await session.port()}`;
      await session.start(
        `node_exporter-${address}`,
        binaries["node_exporter"] ?? "",
        [`--web.listen-address=${address}`, ...nodeSelection, ...more],
        { ready: `http://${address}/` },
      );
      await session.scrape(`http://${address}/metrics`);
    }
  },
};

export const deployedBlackbox: Recipe = {
  exporter: "blackbox_exporter",
  folder,
  tools: [tools.blackbox_exporter],
  reference: ({ blackbox_exporter = "" }) =>
    `blackbox_exporter ${blackbox_exporter}: /metrics, and /probe with the one module ${probeModule}, over HTTP and HTTPS`,
  async capture(session, binaries) {
    const files = await tlsFiles(session);
    const https = await answerHttps(session, files.pair);
    const config = await session.file("blackbox.yml", renderBlackbox());
    const address = `127.0.0.1:${await session.port()}`;
    await session.start(
      "blackbox_exporter",
      binaries["blackbox_exporter"] ?? "",
      [`--web.listen-address=${address}`, `--config.file=${config}`],
      { ready: `http://${address}/-/healthy`, env: { SSL_CERT_FILE: files.authority } },
    );
    for (const target of [`https://127.0.0.1:${https}/`, `http://${address}/-/healthy`])
      await session.scrape(
        `http://${address}/probe?module=${probeModule}&target=${encodeURIComponent(target)}`,
      );
    await ask(`http://${address}/probe?module=unknown&target=127.0.0.1`);
    await session.scrape(`http://${address}/metrics`);
  },
};

/** By an account that may do no more than the exporter needs. */
export const deployedRedis: Recipe = {
  exporter: "redis_exporter",
  folder,
  tools: [tools.redis_exporter, redisServer],
  reference: ({ redis_exporter = "", redis: server = "" }) =>
    `redis_exporter ${redis_exporter} ${redisSelection.join(" ")} on Redis ${server}, by an account of its own: a primary with append-only file, a replica, a sentinel, a node of a cluster`,
  async capture(session, binaries) {
    const { cluster, primary, replica, sentinelPort } = await startServers(session, binaries);
    const address = `127.0.0.1:${await session.port()}`;
    const password = "one that is long enough";
    const uris = [cluster, primary, replica, sentinelPort].map(
      (port) => `redis://vigil@127.0.0.1:${port}`,
    );
    const cli = binaries["redis-cli"] ?? "";
    const { Sentinel: atSentinel = "", ...others } = redis.account?.commands ?? {};
    const [atServer = ""] = Object.values(others);
    for (const port of [cluster, primary, replica, sentinelPort]) {
      const command = port === sentinelPort ? atSentinel : atServer;
      await session.run("sh", [
        "-c",
        `"$0" -e -p ${port} ${command.replace("PASSWORD", password)}`,
        cli,
      ]);
    }
    const passwords = JSON.stringify(Object.fromEntries(uris.map((uri) => [uri, password])));
    const file = await session.file("passwords.json", passwords);
    await session.start(
      "redis_exporter",
      binaries["redis_exporter"] ?? "",
      [
        `--web.listen-address=${address}`,
        "--redis.addr=",
        `--redis.password-file=${file}`,
        ...redisSelection,
      ],
      { ready: `http://${address}/health` },
    );
    for (const uri of uris)
      await session.scrape(`http://${address}/scrape?target=${encodeURIComponent(uri)}`);
  },
};

/** By an account that may do no more than the exporter needs. */
export const deployedPostgres: Recipe = {
  exporter: "postgres_exporter",
  folder,
  tools: [tools.postgres_exporter, postgresTool, psqlTool],
  reference: ({ postgres: server = "", postgres_exporter = "" }) =>
    `postgres_exporter ${postgres_exporter} ${postgresSelection.join(" ")} on PostgreSQL ${server}, by an account of its own: a primary (archiving that fails, a physical and a logical slot) and a streaming replica`,
  async capture(session, binaries) {
    const { primary, replica } = await postgresServers.startServers(session, binaries);
    const password = "one-that-is-long-enough";
    const { "PostgreSQL 12 to 15": make = "" } = postgres.account?.commands ?? {};
    await sql(session, binaries, primary, [make.replace("'PASSWORD'", `'${password}'`)]);
    await session.until("the replica has the account", async () =>
      (
        await sql(session, binaries, replica, ["SELECT 1 FROM pg_roles WHERE rolname = 'vigil'"])
      ).includes("1"),
    );
    const file = await session.file("password", password);
    for (const port of [primary, replica]) {
      const address = `127.0.0.1:${await session.port()}`;
      await session.start(
        `postgres_exporter-${address}`,
        binaries["postgres_exporter"] ?? "",
        [`--web.listen-address=${address}`, ...postgresSelection],
        {
          ready: `http://${address}/`,
          env: {
            DATA_SOURCE_URI: uriOf({
              address: `127.0.0.1:${port}`,
              database: "postgres",
              sslmode: "disable",
            }),
            DATA_SOURCE_USER: "vigil",
            DATA_SOURCE_PASS_FILE: file,
          },
        },
      );
      await session.scrape(`http://${address}/metrics`);
    }
  },
};

/** Without the engine's socket and without root, which reads it. */
export const deployedCadvisor: Recipe = {
  exporter: "cadvisor",
  folder,
  tools: cadvisor.tools,
  reference: ({ cadvisor: version = "", docker = "" }) =>
    `cAdvisor ${version} ${cadvisorSelection.join(" ")}, without root and without the socket of Docker ${docker}, with control groups of version ${cgroups()}: a container with limits and a health check that runs out of memory`,
  async capture(session, binaries) {
    await hardWorker(session, binaries);
    const port = await session.port();
    const url = `http://127.0.0.1:${port}/metrics`;
    // The cache is in a home that nobody else may look into.
    const program = session.path("cadvisor");
    await copyFile(binaries["cadvisor"] ?? "", program);
    await chmod(program, 0o755);
    await session.start(
      "cadvisor",
      program,
      [
        ...cadvisorSelection,
        ...["--housekeeping_interval=1s", "--listen_ip=127.0.0.1", `--port=${port}`],
      ],
      { ready: url, modest: true },
    );
    const counted = /^container_cpu_cfs_periods_total{[^}]*docker[^}]*} [1-9]/m;
    await session.until("cAdvisor has seen the container at work", async () =>
      counted.test((await ask(url)).body),
    );
    await session.scrape(url);
  },
};

/** Alone: nobody to gossip with. */
export const alertmanagerFlags = [
  "--cluster.listen-address=",
  "--enable-feature=receiver-name-in-metrics",
];

export const deployedAlertmanager: Recipe = {
  exporter: "alertmanager",
  folder,
  tools: [tools.alertmanager],
  reference: ({ alertmanager = "" }) =>
    `alertmanager ${alertmanager} ${alertmanagerFlags.join(" ")}, with a webhook that works and one that does not`,
  async capture(session, binaries) {
    const address = await startAlertmanager(session, binaries, "alone", alertmanagerFlags);
    const { body, status } = await ask(`http://${address}/api/v2/alerts`, {
      method: "POST",
      body: ["good", "bad"].map((way) => ({ labels: { alertname: "Capture", way } })),
    });
    if (status !== 200) throw new Error(`alerts: ${status} ${body}`);
    const failed = /^alertmanager_notifications_failed_total\{.*integration="webhook".*\} [1-9]/m;
    await session.until("a notification failed", async () =>
      failed.test((await ask(`http://${address}/metrics`)).body),
    );
    await session.scrape(`http://${address}/metrics`);
  },
};

export const deployedPrometheus: Recipe = {
  exporter: "prometheus",
  folder,
  tools: [tools.prometheus, tools.alertmanager],
  reference: ({ prometheus = "" }) =>
    `prometheus ${prometheus} --storage.tsdb.retention.size=1GB, with rules, static targets and an Alertmanager`,
  async capture(session, binaries) {
    const alertmanager = await startAlertmanager(session, binaries, "alone", alertmanagerFlags);
    const address = `127.0.0.1:${await session.port()}`;
    const rules = await session.file(
      "rules.yml",
      JSON.stringify({
        groups: [{ name: "capture", rules: [{ alert: "Always", expr: "vector(1)" }] }],
      }),
    );
    const file = await session.file(
      "prometheus.yml",
      JSON.stringify({
        global: { scrape_interval: "1s", evaluation_interval: "1s" },
        rule_files: [rules],
        scrape_configs: [{ job_name: "self", static_configs: [{ targets: [address] }] }],
        alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
      }),
    );
    await session.start(
      "prometheus",
      binaries["prometheus"] ?? "",
      [
        `--config.file=${file}`,
        `--storage.tsdb.path=${session.path("data")}`,
        "--storage.tsdb.retention.size=1GB",
        `--web.listen-address=${address}`,
        // The first alerts are sent before any Alertmanager has been discovered.
        "--rules.alert.resend-delay=1s",
      ],
      { ready: `http://${address}/-/ready` },
    );
    const sent = /^prometheus_notifications_sent_total\{.*\} [1-9]/m;
    await session.until("Prometheus told its Alertmanager", async () =>
      sent.test((await ask(`http://${address}/metrics`)).body),
    );
    await ask(`http://${address}/api/v1/query_range?query=up&start=1&end=2&step=1`);
    await session.scrape(`http://${address}/metrics`);
  },
};
