/** Databases, tables, rows and transactions of the fake Appwrite. */
import { FakeError, type FakeRow, listing, matching } from "./fake-queries.ts";
import {
  checked,
  conflict,
  type FakeColumn,
  type FakeIndex,
  type FakeTable,
  unique,
} from "./fake-rows.ts";

interface Staged {
  readonly databaseId: string;
  readonly tableId: string;
  readonly action: string;
  readonly data: FakeRow[] & { queries?: string[] };
  readonly stagedAt: number;
}

interface FakeTransaction {
  status: string;
  readonly staged: Staged[];
}

/** Characters of an index in all: of MariaDB. */
const maxIndex = 768;
const maxOperations = 100;
const maxData = 5_000_000;
const sizes: Readonly<Record<string, number>> = { mediumtext: 16_777_215 };

/** Characters of a value as PHP writes it: everything beyond ASCII becomes six. */
const phpLength = (value: unknown): number =>
  JSON.stringify(value).replace(/[^\x00-\x7f]/g, "\\u0000").length;

export class FakeTables {
  readonly databases = new Map<string, Map<string, FakeTable>>();
  readonly #transactions = new Map<string, FakeTransaction>();
  /** Counts writes: stands for the clock, so that what is older is certain. */
  #ticks = 0;
  /** Called once before the next operations are staged. */
  beforeStage: (() => Promise<void>) | undefined;
  /** Called once before the next commit. */
  beforeCommit: (() => Promise<void>) | undefined;

  database(id: string): Map<string, FakeTable> {
    const found = this.databases.get(id);
    if (!found) throw new FakeError(404, "database_not_found", `no database ${id}`);
    return found;
  }

  table(databaseId: string, id: string): FakeTable {
    const found = this.database(databaseId).get(id);
    if (!found) throw new FakeError(404, "table_not_found", `no table ${id}`);
    return found;
  }

  createTable(databaseId: string, { name, tableId }: { name: string; tableId: string }): FakeTable {
    const table = {
      $id: tableId,
      name,
      enabled: true,
      $permissions: [],
      columns: new Map(),
      indexes: new Map(),
      rows: new Map(),
    };
    this.database(databaseId).set(tableId, table);
    return table;
  }

  createColumn(table: FakeTable, type: string, column: Omit<FakeColumn, "status" | "type">) {
    if (table.columns.has(column.key)) {
      throw new FakeError(409, "column_already_exists", `there is a column ${column.key}`);
    }
    const { [type]: size } = sizes;
    const made = { ...(size !== undefined && { size }), ...column, type, status: "processing" };
    table.columns.set(column.key, made);
    return made;
  }

  createIndex(table: FakeTable, index: Omit<FakeIndex, "status">) {
    let total = 0;
    for (const [at, key] of index.columns.entries()) {
      const column = table.columns.get(key);
      if (!column) throw new FakeError(400, "column_unknown", `no column ${key}`);
      if (column.status !== "available") {
        throw new FakeError(400, "column_not_available", `column ${key} is not available`);
      }
      total += index.lengths[at] ?? column.size ?? 1;
    }
    if (total > maxIndex) {
      throw new FakeError(400, "index_invalid", `Index length is longer than ${maxIndex}`);
    }
    const made = { ...index, status: "processing" };
    table.indexes.set(index.key, made);
    return made;
  }

  /** As they are now; what was being made is made when asked for the next time. */
  settle<T extends { status: string }>(items: Map<string, T>): T[] {
    const now = [...items.values()].map((item) => ({ ...item }));
    for (const item of items.values()) {
      if (item.status === "processing") item.status = "available";
    }
    return now;
  }

  list(databaseId: string, tableId: string, queries: string[]) {
    const table = this.table(databaseId, tableId);
    return listing(table.rows.values(), queries, new Set(table.columns.keys()));
  }

  begin(): string {
    const id = `transaction${this.#transactions.size + 1}`;
    this.#transactions.set(id, { status: "pending", staged: [] });
    return id;
  }

  #pending(id: string): FakeTransaction {
    const found = this.#transactions.get(id);
    if (!found) throw new FakeError(404, "transaction_not_found", `no transaction ${id}`);
    if (found.status !== "pending") {
      throw new FakeError(400, "transaction_not_ready", "The transaction is not ready yet.");
    }
    return found;
  }

  async stage(id: string, operations: Omit<Staged, "stagedAt">[]): Promise<void> {
    const before = this.beforeStage;
    this.beforeStage = undefined;
    await before?.();
    const { staged } = this.#pending(id);
    if (staged.length + operations.length > maxOperations) {
      throw new FakeError(400, "transaction_limit_exceeded", `${maxOperations} operations at most`);
    }
    for (const operation of operations) {
      this.table(operation.databaseId, operation.tableId);
      if (phpLength(operation.data) > maxData) {
        throw new FakeError(400, "document_invalid_structure", "data is too long");
      }
      staged.push({ ...operation, stagedAt: (this.#ticks += 1) });
    }
  }

  async commit(id: string): Promise<void> {
    const transaction = this.#pending(id);
    const before = this.beforeCommit;
    this.beforeCommit = undefined;
    await before?.();
    const undo: (() => void)[] = [];
    try {
      for (const staged of transaction.staged) this.#apply(staged, undo);
      transaction.status = "committed";
    } catch (error) {
      for (const one of undo.reverse()) one();
      transaction.status = "failed";
      throw error;
    }
  }

  #apply({ action, data, databaseId, stagedAt, tableId }: Staged, undo: (() => void)[]): void {
    const table = this.table(databaseId, tableId);
    const set = (id: string, row: FakeRow | undefined): void => {
      const old = table.rows.get(id);
      if (old !== undefined && Number(old["$tick"]) > stagedAt) throw conflict();
      undo.push(() => (old === undefined ? table.rows.delete(id) : table.rows.set(id, old)));
      if (row === undefined) table.rows.delete(id);
      else table.rows.set(id, row);
    };
    if (action === "bulkDelete") {
      const columns = new Set(table.columns.keys());
      const gone = matching(table.rows.values(), data.queries ?? [], columns);
      for (const { $id } of gone) set(String($id), undefined);
      return;
    }
    for (const row of data) {
      const id = String(row["$id"]);
      const old = table.rows.get(id);
      if (action === "bulkCreate" && old !== undefined) throw conflict();
      const $sequence = old?.["$sequence"] ?? (this.#ticks += 1);
      set(id, { ...checked(table, row, old), $sequence, $tick: (this.#ticks += 1) });
    }
    unique(table);
  }
}
