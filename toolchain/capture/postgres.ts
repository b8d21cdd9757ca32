import type { Metrics } from "../../rules/metrics/format.ts";
import { run } from "../process.ts";
import { collectorsOf } from "./node.ts";
import { noted, onlyWith } from "./notes.ts";
import { debianTool, serverTool, type Binaries, type Recipe } from "./recipe.ts";
import type { Session } from "./session.ts";

const exporterTool = debianTool(
  "postgres_exporter",
  "0.19.1",
  "prometheus-postgres-exporter",
  "usr/bin/prometheus-postgres-exporter",
);
const serverTools = serverTool("postgres", "15", "postgresql-15", [
  "postgres",
  "initdb",
  "pg_basebackup",
  "psql",
]);

const settings: Readonly<Record<string, string>> = {
  archive_command: "false", // fails, so that failures are counted
  archive_mode: "on",
  autovacuum: "off",
  listen_addresses: "127.0.0.1",
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
  "CREATE TABLE seen (id int PRIMARY KEY, text text)",
  "INSERT INTO seen SELECT n, 'text' FROM generate_series(1, 1000) n",
  "UPDATE seen SET text = 'other' WHERE id < 500",
  "DELETE FROM seen WHERE id < 100",
  "SELECT count(*) FROM seen WHERE id = 7",
  "VACUUM ANALYZE seen",
  "CHECKPOINT",
  "SELECT pg_switch_wal()",
];

async function startServer(
  session: Session,
  binaries: Binaries,
  name: string,
  port: number,
): Promise<void> {
  const more = { ...settings, unix_socket_directories: session.folder };
  const options = Object.entries(more).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const data = session.path(name);
  const args = ["-D", data, "-p", `${port}`, ...options];
  await session.start(name, binaries["postgres"] ?? "", args, { modest: true });
  await session.until(`${name} answers`, async () => {
    await sql(session, binaries, port, ["SELECT 1"]);
    return true;
  });
}

const sql = (
  session: Session,
  binaries: Binaries,
  port: number,
  commands: readonly string[],
): Promise<string> =>
  session.run(binaries["psql"] ?? "", [
    ...["-h", "127.0.0.1", "-p", `${port}`, "-U", "capture", "-d", "postgres"],
    ...["-v", "ON_ERROR_STOP=1", "-At"],
    ...commands.flatMap((command) => ["-c", command]),
  ]);

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

export const postgres: Recipe = {
  exporter: "postgres_exporter",
  tools: [exporterTool, serverTools],
  reference: ({ postgres = "", postgres_exporter = "" }) =>
    `postgres_exporter ${postgres_exporter} on PostgreSQL ${postgres}: a primary (pg_stat_statements, archiving that fails, a physical and a logical slot) and a streaming replica; as it is, and with each further --collector.*`,
  async capture(session, binaries) {
    const primary = await session.port();
    const replica = await session.port();
    const user = ["-U", "capture"];
    await session.run(binaries["initdb"] ?? "", [
      ...["-D", session.path("primary"), "-A", "trust", "--no-sync", "--locale=C.UTF-8", ...user],
    ]);
    await startServer(session, binaries, "primary", primary);
    await session.run(binaries["pg_basebackup"] ?? "", [
      ...["-h", "127.0.0.1", "-p", `${primary}`, ...user],
      ...["-D", session.path("replica"), "-R", "-c", "fast", "--no-sync"],
      // The collector of the replica's side wants a slot with this kind of name.
      ...["-C", "-S", "repmgr_slot_1"],
    ]);
    await startServer(session, binaries, "replica", replica);
    await sql(session, binaries, primary, statements);
    const background = (name: string, ...commands: readonly string[]): Promise<void> =>
      session.start(name, binaries["psql"] ?? "", [
        ...["-h", "127.0.0.1", "-p", `${primary}`, ...user, "-d", "postgres"],
        ...commands.flatMap((command) => ["-c", command]),
      ]);
    // Both last until the end: a transaction that holds locks, and a vacuum that sleeps a lot.
    await background("holder", "BEGIN; SELECT * FROM seen LIMIT 1; SELECT pg_sleep(300)");
    await background(
      "vacuum",
      "SET vacuum_cost_delay = 100",
      "SET vacuum_cost_limit = 1",
      "VACUUM many",
    );
    const says = (port: number, query: string) => async () =>
      (await sql(session, binaries, port, [query])).trim() === "t";
    await session.until(
      "the replica streams",
      says(primary, "SELECT count(*) > 0 FROM pg_stat_replication WHERE state = 'streaming'"),
    );
    await session.until(
      "a transaction lasts",
      says(
        primary,
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND now() - query_start > interval '1 s'",
      ),
    );
    await session.until(
      "a vacuum is under way",
      says(primary, "SELECT count(*) > 0 FROM pg_stat_progress_vacuum"),
    );
    await session.until(
      "archiving has failed",
      says(primary, "SELECT failed_count > 0 FROM pg_stat_archiver"),
    );
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
  },
};
