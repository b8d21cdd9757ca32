import { tools } from "../../../tools/tools.ts";
import { onlyWith } from "../notes.ts";
import { serverTool, type Recipe } from "../recipe.ts";
import type { Session } from "../session.ts";

/** What is off unless asked for. */
const options: readonly string[] = [
  "--check-keys=*",
  "--check-key-groups=^(k).*",
  "--check-streams=stream",
  "--count-keys=db0=k*",
  "--export-client-list",
  "--include-config-metrics",
  "--include-modules-metrics",
  "--include-rdb-file-size-metric",
  "--include-sentinel-peer-info",
  "--include-system-metrics",
];

/** Commands that leave something to be seen of every kind. */
const commands = `SET key value
SET keep value EX 3600
SET soon value PX 1
LPUSH list a b c
XADD stream * field value
XGROUP CREATE stream group 0
XREADGROUP GROUP group consumer STREAMS stream >
EVAL "return 1" 0
LPUSH key wrong
DEBUG SLEEP 0.02
GET soon
GET nothing
SAVE
BGREWRITEAOF
`;

const exporterTool = tools.redis_exporter;
export const redisServer = serverTool("redis", "7.0", "redis-server", [
  "redis-server",
  "redis-cli",
]);

/** Ports of the servers that are watched. */
export interface Servers {
  readonly cluster: number;
  readonly primary: number;
  readonly replica: number;
  readonly sentinelPort: number;
}

export const redis: Recipe = {
  exporter: "redis_exporter",
  tools: [exporterTool, redisServer],
  reference: ({ redis = "", redis_exporter = "" }) =>
    `redis_exporter ${redis_exporter} on Redis ${redis}: a primary with append-only file, a replica, a sentinel, a node of a cluster; as it is, and with each of ${options.join(" ")}`,
  async capture(session, binaries) {
    const { cluster, primary, replica, sentinelPort } = await startServers(session, binaries);
    const exporter = async (...flags: readonly string[]): Promise<string> => {
      const address = `127.0.0.1:${await session.port()}`;
      await session.start(
        `redis_exporter-${address}`,
        binaries["redis_exporter"] ?? "",
        [`--web.listen-address=${address}`, `--redis.addr=redis://127.0.0.1:${primary}`, ...flags],
        { ready: `http://${address}/health` },
      );
      return `http://${address}`;
    };
    const plain = await exporter();
    const seen = { ...(await session.scrape(`${plain}/metrics`)) };
    for (const port of [replica, sentinelPort, cluster])
      Object.assign(seen, await session.scrape(`${plain}/scrape?target=redis://127.0.0.1:${port}`));
    for (const option of options) {
      const url = await exporter(option);
      const sift = onlyWith(option.replace(/=.*/, ""), seen);
      await session.scrape(`${url}/metrics`, sift);
      await session.scrape(`${url}/scrape?target=redis://127.0.0.1:${sentinelPort}`, sift);
    }
  },
};

/** A primary with append-only file, a replica, a sentinel and a node of a cluster, which have seen everything. */
export async function startServers(
  session: Session,
  binaries: Readonly<Record<string, string>>,
): Promise<Servers> {
  const cli = (port: number, ...args: readonly string[]): Promise<string> =>
    session.run(binaries["redis-cli"] ?? "", ["-p", `${port}`, ...args]);
  const start = async (name: string, ...settings: readonly string[]): Promise<number> => {
    const port = await session.port();
    const common = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", await session.dir(name)];
    await session.start(name, binaries["redis-server"] ?? "", [...common, ...settings], {
      modest: true,
    });
    await session.until(`${name} answers`, async () => (await cli(port, "PING")).includes("PONG"));
    return port;
  };
  const primary = await start(
    "primary",
    ...["--appendonly", "yes", "--latency-monitor-threshold", "1"],
    ...["--slowlog-log-slower-than", "0", "--enable-debug-command", "yes"],
  );
  const replica = await start("replica", "--replicaof", "127.0.0.1", `${primary}`);
  const watched = ["port 0", `sentinel monitor first 127.0.0.1 ${primary} 1`, ""].join("\n");
  const sentinelFile = await session.file("sentinel.conf", watched);
  const sentinelPort = await session.port();
  await session.start(
    "sentinel",
    binaries["redis-server"] ?? "",
    [sentinelFile, "--sentinel", "--port", `${sentinelPort}`, "--bind", "127.0.0.1"],
    { modest: true },
  );
  const cluster = await start("cluster", "--cluster-enabled", "yes");
  await cli(cluster, "CLUSTER", "ADDSLOTSRANGE", "0", "16383");
  const file = await session.file("commands", commands);
  await session.run("sh", [
    "-c",
    '"$1" -p "$2" <"$3"',
    "sh",
    binaries["redis-cli"] ?? "",
    `${primary}`,
    file,
  ]);
  const info = (port: number, line: string) => async () => (await cli(port, "INFO")).includes(line);
  await session.until("the replica follows", info(replica, "master_link_status:up"));
  await session.until("the primary sees it", info(primary, "state=online"));
  await session.until("the sentinel sees it", info(sentinelPort, "slaves=1"));

  return { cluster, primary, replica, sentinelPort };
}
