import { closeSync, openSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { sqliteError } from "./sqlite-error.ts";
import { type Columns, namesOf, type Row, type Run, type Sql, type Value } from "./sql.ts";

/** Opens the file, as one of ours. */
function open(path: string): DatabaseSync {
  createPrivate(path);
  const database = new DatabaseSync(path, { timeout: 5_000 });
  try {
    // FULL: what is acknowledged survives a power cut, for one fsync per transaction.
    database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000",
    );
    // Four times the usual before the log is worked in: pages that change often are then written once.
    database.exec("PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Creates the file so that only its owner reads it; the database keeps the mode for its journals. */
function createPrivate(path: string): void {
  closeSync(openSync(path, "a", 0o600));
}

/**
 * An embedded database in one file.
 *
 * @param path - Of the file; created where it is missing.
 * @throws {@link DatabaseError} where it cannot be used; so do the promises of all its methods.
 */
export function openSqlite(path: string): Sql {
  const words = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw sqliteError(path, error);
    }
  };
  const database = words(() => open(path));

  const statements = new Map<string, StatementSync>();
  const prepared = (statement: string): StatementSync => {
    const known = statements.get(statement) ?? database.prepare(statement);
    statements.set(statement, known);
    return known;
  };
  const now = (statement: string, values: readonly Value[]): Row[] =>
    words(() => prepared(statement).all(...values) as Row[]);
  const run: Run = (statement, ...values) =>
    new Promise((resolve) => {
      resolve(now(statement, values));
    });

  // One connection sees its own transaction before it is committed, so everything waits in line.
  let last: Promise<unknown> = Promise.resolve();
  function inLine<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  }

  return {
    kind: "sqlite",
    read: (statement, ...values) => inLine(() => run(statement, ...values)),
    now: () => Promise.resolve(Date.now()),
    transaction: (work) =>
      inLine(async () => {
        now("BEGIN IMMEDIATE", []);
        try {
          const result = await work(run);
          now("COMMIT", []);
          return result;
        } catch (error) {
          // A full disk has undone it already.
          if (database.isTransaction) now("ROLLBACK", []);
          throw error;
        }
      }),
    // A prepared statement for each row: unfolding JSON costs five times as much.
    insert: async (run, { columns, records, table, then = "" }) => {
      const names = Object.keys(columns);
      const places = names.map(() => "?").join(", ");
      const statement = `INSERT INTO ${table} (${namesOf(columns)}) VALUES (${places}) ${then}`;
      for (const record of records)
        await run(statement, ...names.map((name) => record[name] ?? null));
    },
    records: (columns: Columns) => {
      const fields = Object.keys(columns).map((name) => `value->>'$.${name}' AS "${name}"`);
      return `(SELECT ${fields.join(", ")} FROM json_each(?)) AS r`;
    },
    close: () =>
      inLine(() => {
        statements.clear();
        database.close();
        return Promise.resolve();
      }),
  };
}
