import { openPostgres } from "../store/postgres.ts";
import { openStore } from "../store/sql-store.ts";
import { openSqlite } from "../store/sqlite.ts";
import type { Store } from "../store/store.ts";
import { type Config, readSecret } from "./config.ts";

/** Opens the memory that the configuration names. */
export function openStoreOf(config: Config["store"]): Promise<Store> {
  switch (config.kind) {
    case "sqlite":
      return openStore(openSqlite(config.path));
    case "postgres": {
      const { caFile, plain, urlFile } = config;
      return openStore(
        openPostgres({ url: readSecret(urlFile), plain, ...(caFile !== undefined && { caFile }) }),
      );
    }
  }
}
