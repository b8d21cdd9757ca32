import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "../../store/sqlite.ts";
import { openStore } from "../../store/sql-store.ts";
import type { DeskStore } from "../../store/desk.ts";

const folders: string[] = [];

/** An empty memory in a folder of its own. */
export async function freshMemory(): Promise<DeskStore> {
  const folder = mkdtempSync(join(tmpdir(), "vigil-processor-"));
  folders.push(folder);
  return openStore(openSqlite(join(folder, "memory.db")));
}

export function removeMemories(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}
