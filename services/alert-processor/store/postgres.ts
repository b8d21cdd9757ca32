import { type ClientBase, Pool, type PoolClient, type PoolConfig } from "pg";
import { keepable } from "../core/keepable.ts";
import { DatabaseError } from "./database-error.ts";
import { connectionOf, databaseError, type PostgresOptions } from "./postgres-connection.ts";
import { type Columns, json, namesOf, type Row, type Run, type Sql, type Value } from "./sql.ts";

/**
 * Begins a transaction after all others have ended, those of other replicas too. Read committed, so
 * that what is read after the wait is what those wrote. The number is only ours: "vigil" in ASCII.
 */
const begin =
  "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE; SELECT pg_advisory_xact_lock(508574525804)";

/** `$1`, `$2`, … for each `?`: no text in our statements holds one. */
function numbered(statement: string): string {
  let count = 0;
  return statement.replaceAll("?", () => `$${(count += 1)}`);
}

/** The records of a JSON list as a table named `r`. */
function recordset(columns: Columns): string {
  const fields = Object.entries(columns).map(([name, type]) => `"${name}" ${type}`);
  return `jsonb_to_recordset(?::jsonb) AS r(${fields.join(", ")})`;
}

/** As PostgreSQL takes it: SQLite bears texts with NUL, and fractions where columns have none. */
function bearable(value: Value): Value {
  if (typeof value === "string") return keepable(value);
  return typeof value === "number" ? Math.floor(value) : value;
}

/** Connections that come back on their own after they were lost. */
function poolOf(config: PoolConfig, max: number): Pool {
  const pool = new Pool({ ...config, max });
  // Whoever waits for an answer hears of a lost connection there; without a listener Node would end.
  const heard = (): void => undefined;
  pool.on("error", heard);
  pool.on("connect", (client) => client.on("error", heard));
  return pool;
}

/**
 * A PostgreSQL database, shared by any number of replicas. Connects when it is first used.
 *
 * @throws {@link DatabaseError} where the options are wrong; so do the promises of all its methods
 * where the database fails, and then nothing happened, except where only the answer to the last
 * statement was lost.
 */
export function openPostgres(options: PostgresOptions): Sql {
  const { config, where } = connectionOf(options);
  // Transactions are serial anyway: they wait for one connection here and not for the lock there, and
  // leave reading its own.
  const writing = poolOf(config, 1);
  const reading = poolOf(config, 4);

  const failed = (error: unknown): never => {
    throw databaseError(where, error);
  };

  const statements = new Map<string, string>();
  const translated = (statement: string): string => {
    const known = statements.get(statement) ?? numbered(statement);
    statements.set(statement, known);
    return known;
  };
  const runOn =
    (on: Pick<ClientBase, "query">): Run =>
    (statement, ...values) =>
      on
        .query<Record<string, Value>>(translated(statement), values.map(bearable))
        .then(({ rows }): Row[] => rows, failed);

  /** Undoes what was begun. @returns Whether the connection can be used on. */
  async function undo(client: PoolClient, reason: unknown): Promise<boolean> {
    // After a failure of the connection nobody knows its state: closing it undoes as well.
    if (reason instanceof DatabaseError) return false;
    return client.query("ROLLBACK").then(
      () => true,
      () => false,
    );
  }

  return {
    kind: "postgres",
    read: runOn(reading),
    // The server's: clocks of replicas differ.
    now: async () => {
      const [row] = await runOn(reading)(
        "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now",
      );
      return Number(row?.["now"]);
    },
    async transaction(work) {
      const client = await writing.connect().catch(failed);
      try {
        await client.query(begin).catch(failed);
        const result = await work(runOn(client));
        const { command } = await client.query("COMMIT").catch(failed);
        // So PostgreSQL ends a transaction in which a statement failed, without an error.
        if (command !== "COMMIT") failed(new Error("a failed transaction was committed"));
        client.release();
        return result;
      } catch (error) {
        client.release(!(await undo(client, error)));
        throw error;
      }
    },
    // One statement for all rows: each costs a way to the server and back.
    insert: async (run, { columns, records, table, then = "" }) => {
      if (records.length === 0) return;
      const names = namesOf(columns);
      await run(
        `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${recordset(columns)} WHERE true ${then}`,
        json(records),
      );
    },
    records: recordset,
    close: async () => {
      await Promise.all([writing.end(), reading.end()]);
    },
  };
}
