/** What the fake Appwrite knows of tables, and what it asks of their rows. */
import { FakeError, type FakeRow } from "./fake-queries.ts";

export interface FakeColumn {
  readonly key: string;
  readonly type: string;
  readonly size?: number;
  readonly required: boolean;
  status: string;
}

export interface FakeIndex {
  readonly key: string;
  readonly type: string;
  readonly columns: string[];
  readonly lengths: number[];
  status: string;
}

export interface FakeTable {
  readonly $id: string;
  name: string;
  enabled: boolean;
  $permissions: string[];
  readonly columns: Map<string, FakeColumn>;
  readonly indexes: Map<string, FakeIndex>;
  readonly rows: Map<string, FakeRow>;
}

export const conflict = (): FakeError =>
  new FakeError(409, "transaction_conflict", "The transaction has a conflict.");

/** A row as it is kept; an error where it does not fit its table. */
export function checked(table: FakeTable, row: FakeRow, old: FakeRow | undefined): FakeRow {
  const wrong = (why: string): FakeError =>
    new FakeError(400, "row_invalid_structure", `Invalid document structure: ${why}`);
  if (!/^[a-zA-Z0-9][\w.-]{0,35}$/.test(String(row["$id"]))) throw wrong("bad $id");
  const unknown = Object.keys(row).find((key) => key !== "$id" && !table.columns.has(key));
  if (unknown !== undefined) throw wrong(`Unknown attribute: "${unknown}"`);
  for (const { key, required, size = Infinity, type } of table.columns.values()) {
    const value = row[key] ?? null;
    if (value === null && required) throw wrong(`Missing required attribute "${key}"`);
    if (value === null) continue;
    const fine =
      type === "integer"
        ? Number.isSafeInteger(value)
        : typeof value === "string" && Array.from(value).length <= size;
    if (!fine) throw wrong(`Attribute "${key}" has invalid type or is too long`);
  }
  const $createdAt = old?.["$createdAt"] ?? new Date().toISOString();
  return { ...old, ...row, $createdAt };
}

/** @throws A conflict where two rows have the same values in a unique index. */
export function unique(table: FakeTable): void {
  for (const { columns, type } of table.indexes.values()) {
    if (type !== "unique") continue;
    const values = [...table.rows.values()].map((row) => columns.map((key) => row[key]).join(" "));
    if (new Set(values).size < values.length) throw conflict();
  }
}
