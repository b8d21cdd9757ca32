import type { Row } from "./sql.ts";

/** One operation of a transaction in Appwrite. */
export interface Operation {
  readonly databaseId: string;
  readonly tableId: string;
  readonly action: "bulkCreate" | "bulkUpsert" | "bulkDelete";
  readonly data: unknown;
}

/**
 * Characters of JSON in one operation. Appwrite keeps an operation in a text of 5,000,000 characters, in
 * which one of ours may become six (`\u00e4`).
 */
const maxOperation = 800_000;

/** Characters of JSON in one request: its server takes 12 MiB. */
const maxRequest = 2_500_000;

/** Rows that one transaction may number; what is left of a safe integer counts 9,000,000,000 of them. */
const span = 1_000_000;

/** Slices of a list, each of at most `limit` in the measure, or of one item that is larger. */
function slices<T>(items: readonly T[], limit: number, sizeOf: (item: T) => number): T[][] {
  const found: T[][] = [];
  let size = Infinity;
  for (const item of items) {
    size += sizeOf(item);
    if (size > limit) {
      found.push([]);
      size = sizeOf(item);
    }
    found.at(-1)?.push(item);
  }
  return found;
}

const lengthOf = (value: unknown): number => JSON.stringify(value).length;

/**
 * The writes of a transaction: each row at most once, so that the order does not matter, and the row of
 * its own number, which no other transaction can have written.
 */
export class Writes {
  /** Of the transaction: one more than of the one before. */
  readonly number: number;
  readonly #rows = new Map<string, Row[]>();
  readonly #removed: { readonly table: string; readonly queries: readonly string[] }[] = [];
  #positions = 0;

  constructor(number: number) {
    this.number = number;
  }

  /** Where a row is in the order of all that was ever written. */
  next(): number {
    return this.number * span + (this.#positions += 1);
  }

  #add(action: "bulkCreate" | "bulkUpsert", table: string, id: string, row: Row): void {
    const name = `${action} ${table}`;
    const rows = this.#rows.get(name) ?? [];
    rows.push({ $id: id, ...row });
    this.#rows.set(name, rows);
  }

  /** A row that must not be there yet: otherwise the transaction is in conflict with another. */
  create(table: string, id: string, row: Row): void {
    this.#add("bulkCreate", table, id, row);
  }

  /** A row as it is from now on. */
  put(table: string, id: string, row: Row): void {
    this.#add("bulkUpsert", table, id, row);
  }

  /** Removes the rows that all queries hold for when the transaction is committed. */
  remove(table: string, ...queries: readonly string[]): void {
    this.#removed.push({ table, queries });
  }

  get empty(): boolean {
    return this.#rows.size === 0 && this.#removed.length === 0;
  }

  /** As requests of operations: few large ones, because Appwrite counts operations, not rows. */
  requests(databaseId: string): Operation[][] {
    // First, so that of two the second waits here and not in the middle.
    const mine = { $id: String(this.number), number: this.number };
    const begun: Operation = { databaseId, tableId: "commits", action: "bulkCreate", data: [mine] };
    const written = [...this.#rows].flatMap(([name, rows]) => {
      const [action, tableId] = name.split(" ") as ["bulkCreate" | "bulkUpsert", string];
      return slices(rows, maxOperation, lengthOf).map((data): Operation => ({
        databaseId,
        tableId,
        action,
        data,
      }));
    });
    const removed = this.#removed.map(({ queries, table }): Operation => ({
      databaseId,
      tableId: table,
      action: "bulkDelete",
      data: { queries },
    }));
    return slices([begun, ...written, ...removed], maxRequest, lengthOf);
  }
}
