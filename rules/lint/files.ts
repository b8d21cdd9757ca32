import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { InventoryFile } from "./inventory.ts";

/** The inventories below a project's folder, by file name. */
export function readInventory(root: string): ReadonlyMap<string, InventoryFile> {
  const folder = join(root, "rules", "metrics");
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return new Map(
    names
      .sort()
      .map((name) => [name, JSON.parse(readFileSync(join(folder, name), "utf8")) as InventoryFile]),
  );
}
