import { openStore } from "../store/sql-store.ts";
import { openSqlite } from "../store/sqlite.ts";
import type { Store } from "../store/store.ts";
import { type Config, readSecret } from "./config.ts";

/** Opens the memory that the configuration names. */
export async function openStoreOf(config: Config["store"]): Promise<Store> {
  switch (config.kind) {
    case "sqlite":
      return openStore(openSqlite(config.path));
    case "postgres": {
      // Loaded where it is needed only.
      const { openPostgres } = await import("../store/postgres.ts");
      const { caFile, plain, urlFile } = config;
      return openStore(
        openPostgres({ url: readSecret(urlFile), plain, ...(caFile !== undefined && { caFile }) }),
      );
    }
  }
}
