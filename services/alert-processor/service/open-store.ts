import { openStore } from "../store/sql-store.ts";
import type { Sql } from "../store/sql.ts";
import { openSqlite } from "../store/sqlite.ts";
import type { DeskStore } from "../store/desk.ts";
import { type Config, readSecret } from "./config.ts";

/** Leaves nothing open where it fails: it is tried again. */
async function openOn(sql: Sql): Promise<DeskStore> {
  try {
    return await openStore(sql);
  } catch (error) {
    await sql.close().catch(() => undefined);
    throw error;
  }
}

/** Opens the memory that the configuration names, and puts right what a process left that ended before. */
export async function resumeStoreOf(config: Config["store"]): Promise<DeskStore> {
  const store = await openStoreOf(config);
  const now = await store.now();
  await store.adjust(0, now);
  // Only with a database of its own: another replica may be sending what it took.
  if (config.kind === "sqlite") await store.release(now);
  return store;
}

/** Opens the memory that the configuration names. */
export async function openStoreOf(config: Config["store"]): Promise<DeskStore> {
  switch (config.kind) {
    case "sqlite":
      return openOn(openSqlite(config.path));
    case "postgres": {
      // Loaded where it is needed only.
      const { openPostgres } = await import("../store/postgres.ts");
      const { caFile, plain, urlFile } = config;
      return openOn(
        openPostgres({ url: readSecret(urlFile), plain, ...(caFile !== undefined && { caFile }) }),
      );
    }
  }
}
