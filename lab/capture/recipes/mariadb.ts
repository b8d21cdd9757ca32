import { run } from "../../../lib/process.ts";
import { onlyWith } from "../notes.ts";
import { debianTool, serverTool, type Binaries, type Recipe } from "../recipe.ts";
import type { Session } from "../session.ts";

/** The exporter, and the servers it watches. */
export const mariadbTools = [
  debianTool(
    "mysqld_exporter",
    "0.19.0",
    "prometheus-mysqld-exporter",
    "usr/bin/prometheus-mysqld-exporter",
  ),
  serverTool("mariadb", "10.11", "mariadb-server", ["mariadbd", "mariadb-install-db", "mariadb"]),
] as const;

const settings: readonly string[] = [
  "--bind-address=127.0.0.1",
  "--log-bin",
  "--performance-schema=ON",
  "--performance-schema-instrument=%=ON",
  "--performance-schema-consumer-events-statements-history=ON",
  "--plugin-load-add=query_response_time",
  "--query-response-time-stats=ON",
  "--slow-query-log=ON",
  "--userstat=ON",
];

/** Something of everything that a collector asks for. */
const statements = `
CREATE DATABASE heartbeat;
CREATE TABLE heartbeat.heartbeat (ts varchar(26) NOT NULL, server_id int unsigned PRIMARY KEY);
INSERT INTO heartbeat.heartbeat VALUES (utc_timestamp(6), 1);
CREATE DATABASE seen;
CREATE TABLE seen.seen (id int AUTO_INCREMENT PRIMARY KEY, text varchar(9), KEY (text)) ROW_FORMAT=COMPRESSED;
INSERT INTO seen.seen (text) VALUES ('a'), ('b'), ('c');
UPDATE seen.seen SET text = 'd' WHERE id = 1;
SELECT * FROM seen.seen WHERE text = 'd';
`;

/** Runs statements as root. */
export const sql = (
  session: Session,
  binaries: Binaries,
  socket: string,
  text: string,
): Promise<string> =>
  session.run(binaries["mariadb"] ?? "", [
    "--no-defaults",
    `--socket=${socket}`,
    "--user=root",
    `--execute=${text}`,
  ]);

/** A new server; gives back its port and socket. */
export async function startServer(
  session: Session,
  binaries: Binaries,
  name: string,
  id: number,
  more: readonly string[] = [],
): Promise<{ port: number; socket: string }> {
  const port = await session.port();
  const data = session.path(name);
  const socket = session.path(`${name}.sock`);
  await session.run(binaries["mariadb-install-db"] ?? "", [
    "--no-defaults",
    `--datadir=${data}`,
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
  ]);
  await session.start(
    name,
    binaries["mariadbd"] ?? "",
    [
      "--no-defaults",
      ...[`--datadir=${data}`, `--port=${port}`, `--socket=${socket}`, `--server-id=${id}`],
      ...[`--pid-file=${session.path(`${name}.pid`)}`, `--report-host=${name}`],
      ...more,
    ],
    { modest: true },
  );
  await session.until(`${name} answers`, async () => {
    await sql(session, binaries, socket, "SELECT 1");
    return true;
  });
  return { port, socket };
}

/** Starts an exporter of a server; gives back its address. */
export async function startExporter(
  session: Session,
  binaries: Binaries,
  port: number,
  flags: readonly string[] = [],
): Promise<string> {
  const address = `127.0.0.1:${await session.port()}`;
  const login = `[client]\nuser=capture\nhost=127.0.0.1\nport=${port}\n`;
  const file = await session.file(`${address}.cnf`, login);
  await session.start(
    `mysqld_exporter-${address}`,
    binaries["mysqld_exporter"] ?? "",
    [`--web.listen-address=${address}`, `--config.my-cnf=${file}`, ...flags],
    { ready: `http://${address}/` },
  );
  return `http://${address}/metrics`;
}

/** The account of the exporter, on the loopback only. */
export const account = "CREATE USER capture; GRANT ALL ON *.* TO capture";

/** The collectors, as `--help` tells; it does not tell which are on. */
export const collectorsIn = (help: string): string[] => [
  ...new Set(
    [...help.matchAll(/--(?:\[no-\])?collect\.([\w.]+)\s+(?:Collect|Scrape|If running)/g)].map(
      ([, name = ""]) => name,
    ),
  ),
];

export const mariadb: Recipe = {
  exporter: "mysqld_exporter",
  tools: mariadbTools,
  reference: ({ mariadb = "", mysqld_exporter = "" }) =>
    `mysqld_exporter ${mysqld_exporter} on MariaDB ${mariadb}: a primary (binary log, performance schema, user statistics, response times) and a replica; as it is, and with each further --collect.*`,
  async capture(session, binaries) {
    const primary = await startServer(session, binaries, "primary", 1, settings);
    const replica = await startServer(session, binaries, "replica", 2, settings);
    await sql(session, binaries, primary.socket, account);
    await sql(
      session,
      binaries,
      replica.socket,
      `CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=${primary.port}, MASTER_USER='capture', MASTER_USE_GTID=slave_pos; START SLAVE`,
    );
    await sql(session, binaries, primary.socket, statements);
    await session.until("the replica follows", async () =>
      (
        await sql(session, binaries, replica.socket, "SELECT id FROM seen.seen WHERE text = 'd'")
      ).includes("1"),
    );
    const usual = {
      ...(await session.scrape(await startExporter(session, binaries, primary.port))),
      ...(await session.scrape(await startExporter(session, binaries, replica.port))),
    };
    const collectors = collectorsIn(await run(binaries["mysqld_exporter"] ?? "", ["--help"]));
    const flags = collectors.map((name) => `--collect.${name}`);
    for (const { port } of [primary, replica]) {
      const url = await startExporter(session, binaries, port, flags);
      for (const name of collectors) {
        const sift = onlyWith(`--collect.${name}`, usual);
        await session.scrape(`${url}?collect[]=${name}`, sift);
      }
    }
  },
};
