import { existsSync } from "node:fs";
import { chmod, copyFile, rename, rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { isDamaged } from "../store/sqlite-error.ts";
import { type Config, ConfigError } from "./config.ts";

type StoreConfig = Config["store"];

function pathOf(store: StoreConfig): string {
  if (store.kind === "sqlite") return store.path;
  throw new ConfigError("PostgreSQL has its own tools for this: pg_dump and pg_restore");
}

/** @throws {@link ConfigError} where the file is not a database, or not an intact one. */
function requireWhole(path: string): void {
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    const row = database.prepare("PRAGMA integrity_check").get();
    database.prepare("SELECT count(*) FROM alerts").get();
    database.close();
    if (Object.values(row ?? {})[0] === "ok") return;
  } catch {
    // Said below.
  }
  throw new ConfigError(`${path} is not an intact database of the alert processor`);
}

/**
 * Copies the memory as it is at one moment, while the service runs.
 *
 * @throws {@link ConfigError} where there is nothing to copy, or the copy exists already.
 */
export async function backUp(store: StoreConfig, to: string): Promise<void> {
  const path = pathOf(store);
  const database = new DatabaseSync(path, { timeout: 5_000 });
  try {
    database.prepare("VACUUM INTO ?").run(to);
  } catch (error) {
    throw new ConfigError(`${to} cannot be written: ${(error as Error).message}`);
  } finally {
    database.close();
  }
  await chmod(to, 0o600);
  requireWhole(to);
}

/**
 * Puts a copy in the place of the memory.
 *
 * @throws {@link ConfigError} where the copy is not whole, or the service runs.
 */
export async function restore(store: StoreConfig, from: string): Promise<void> {
  const path = pathOf(store);
  requireWhole(from);
  if (existsSync(path)) {
    try {
      // Nobody else has it open when its journal can be left.
      const database = new DatabaseSync(path, { timeout: 0 });
      database.exec("PRAGMA journal_mode = DELETE");
      database.close();
    } catch (error) {
      if (!isDamaged(error as Error)) {
        const { message } = error as Error;
        throw new ConfigError(`${path} is in use, stop the service first: ${message}`);
      }
      // Kept: somebody may still read something in it.
      await rename(path, `${path}.damaged`);
    }
  }
  const next = `${path}.restored`;
  await copyFile(from, next);
  await chmod(next, 0o600);
  await rename(next, path);
  for (const journal of [`${path}-wal`, `${path}-shm`]) await rm(journal, { force: true });
}
