import type { Metrics } from "../../../rules/metrics/format.ts";
import { run } from "../../../lib/process.ts";
import type { Tool } from "../../../tools/tool.ts";
import { tools } from "../../../tools/tools.ts";
import { collectorsOf } from "./node.ts";
import { noted, onlyWith } from "../notes.ts";
import {
  initialise,
  newPostgresTool,
  postgresTool,
  psqlTool,
  says,
  sql,
  startClient,
  startServer,
} from "./postgres-server.ts";
import type { Binaries, Recipe } from "../recipe.ts";
import type { Session } from "../session.ts";

const exporterTool = tools.postgres_exporter;

const settings: Readonly<Record<string, string>> = {
  archive_command: "false", // fails, so that failures are counted
  archive_mode: "on",
  // Comes soon and sleeps a lot, so that one is under way until the end.
  autovacuum_naptime: "1s",
  autovacuum_vacuum_cost_delay: "100ms",
  autovacuum_vacuum_cost_limit: "1",
  client_connection_check_interval: "1s",
  max_slot_wal_keep_size: "1GB",
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.track": "all",
  track_io_timing: "on",
  wal_level: "logical",
};

/** Something of everything: slots, statistics, tables that are read, written and vacuumed. */
const statements = [
  "CREATE EXTENSION pg_stat_statements",
  "CREATE EXTENSION pg_buffercache",
  "SELECT pg_create_physical_replication_slot('physical', true)",
  "SELECT pg_create_logical_replication_slot('logical', 'pgoutput')",
  "CREATE TABLE many AS SELECT n, repeat('text', 100) FROM generate_series(1, 50000) n",
  "DELETE FROM many WHERE n % 2 = 0",
  "CREATE TABLE seen (id int PRIMARY KEY, text text)",
  "INSERT INTO seen SELECT n, 'text' FROM generate_series(1, 1000) n",
  "UPDATE seen SET text = 'other' WHERE id < 500",
  "DELETE FROM seen WHERE id < 100",
  "SELECT count(*) FROM seen WHERE id = 7",
  "VACUUM ANALYZE seen",
  "CHECKPOINT",
  "SELECT pg_switch_wal()",
];

/** Must be true before a scrape, each on the primary. */
const conditions: Readonly<Record<string, string>> = {
  "the replica streams": "SELECT count(*) > 0 FROM pg_stat_replication WHERE state = 'streaming'",
  "a transaction lasts":
    "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND now() - query_start > interval '1 s'",
  "an automatic vacuum is under way":
    "SELECT count(*) > 0 FROM pg_stat_progress_vacuum WHERE relid = 'many'::regclass",
  "archiving has failed": "SELECT failed_count > 0 FROM pg_stat_archiver",
};

/** Ports of a primary and its streaming replica, which have seen everything. */
export interface Servers {
  readonly primary: number;
  readonly replica: number;
}

/** Starts both, and waits until there is something of everything to be seen. */
export async function startServers(session: Session, binaries: Binaries): Promise<Servers> {
  const primary = await session.port();
  const replica = await session.port();
  await initialise(session, binaries, "primary");
  // A copy of a server that has not run yet: a backup would need a client as new as the server.
  await session.run("cp", ["-a", session.path("primary"), session.path("replica")]);
  await startServer(session, binaries, "primary", primary, settings);
  // The collector of the replica's side wants a slot with this kind of name.
  const slot = "repmgr_slot_1";
  await sql(session, binaries, primary, [`SELECT pg_create_physical_replication_slot('${slot}')`]);
  await session.file("replica/standby.signal", "");
  await startServer(session, binaries, "replica", replica, {
    ...settings,
    primary_conninfo: `host=127.0.0.1 port=${primary} user=capture`,
    primary_slot_name: slot,
  });
  await sql(session, binaries, primary, statements);
  // Lasts until the end, and holds locks.
  await startClient(session, binaries, "holder", primary, [
    "BEGIN; SELECT * FROM seen LIMIT 1; SELECT pg_sleep(300)",
  ]);
  for (const [what, query] of Object.entries(conditions))
    await session.until(what, says(session, binaries, primary, query));
  return { primary, replica };
}

/** An exporter of one server, scraped. */
async function scrape(
  session: Session,
  binaries: Binaries,
  port: number,
  flags: readonly string[],
  sift?: (metrics: Metrics) => Metrics,
): Promise<Metrics> {
  const address = `127.0.0.1:${await session.port()}`;
  await session.start(
    `postgres_exporter-${address}`,
    binaries["postgres_exporter"] ?? "",
    [`--web.listen-address=${address}`, ...flags],
    {
      ready: `http://${address}/`,
      env: {
        DATA_SOURCE_NAME: `postgresql://capture@127.0.0.1:${port}/postgres?sslmode=disable`,
      },
    },
  );
  return session.scrape(`http://${address}/metrics`, sift);
}

/** PostgreSQL 17 took these out of pg_stat_bgwriter. */
const moved = (metrics: Metrics): Metrics =>
  noted(metrics, (name) =>
    /^pg_stat_bgwriter_(?:checkpoint|buffers_backend|buffers_checkpoint)/.test(name)
      ? "absent from PostgreSQL 17 on; see pg_stat_checkpointer_* behind --collector.stat_checkpointer"
      : undefined,
  );

const recipeOf = (exporter: string, server: Tool): Recipe => ({
  exporter,
  tools: [exporterTool, server, psqlTool],
  reference: ({ [server.name]: version = "", postgres_exporter = "" }) =>
    `postgres_exporter ${postgres_exporter} on PostgreSQL ${version}: a primary (pg_stat_statements, archiving that fails, a physical and a logical slot) and a streaming replica; as it is, and with each further --collector.*`,
  async capture(session, binaries) {
    const { primary, replica } = await startServers(session, binaries);
    const usual = {
      ...(await scrape(session, binaries, primary, [], moved)),
      ...(await scrape(session, binaries, replica, [], moved)),
    };
    const { off } = collectorsOf(await run(binaries["postgres_exporter"] ?? "", ["--help"]));
    for (const name of off) {
      const flag = `--collector.${name}`;
      const flags = name === "stat_statements" ? [flag, `${flag}.include_query`] : [flag];
      for (const port of [primary, replica])
        await scrape(session, binaries, port, flags, onlyWith(flag, usual));
    }
    const queries = "--extend.query-path";
    const file = await session.file("queries.yaml", "{}");
    await scrape(session, binaries, primary, [`${queries}=${file}`], onlyWith(queries, usual));
  },
});

export const postgres = recipeOf("postgres_exporter", postgresTool);
export const postgres18 = recipeOf("postgres_exporter-18", newPostgresTool);
