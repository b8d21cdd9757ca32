import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { AppwriteException, Query, type TablesDB } from "node-appwrite";
import { Writes } from "./appwrite-writes.ts";
import type { Row } from "./sql.ts";

/** Rows in one answer. */
const pageSize = 500;

/** Rows in one answer where only their ids are asked for. */
const countSize = 5_000;

/** Values in one query: a query may have 4,096 characters, a value has 36 at most. */
const manyValues = 100;

/** Attempts at a transaction that others are in the way of, and milliseconds before the second. */
const attempts = 7;
const firstPause = 50;

/** Seconds until Appwrite forgets a transaction that was begun and not ended: its shortest. */
const lifetime = 60;

/** Name of a row: 36 characters of `[0-9a-f]`, the same for the same text. */
export const rowIdOf = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 36);

const isConflict = (error: unknown): boolean =>
  error instanceof AppwriteException && error.type === "transaction_conflict";

/**
 * A database of Appwrite with transactions that happen as if one after the other.
 *
 * Appwrite's own check sees a row that changes between staging and commit, not between reading and
 * staging. So each transaction creates the row of its number in `commits`, one after the last it saw
 * before it read anything: of two that read the same state, the second cannot be committed.
 */
export class AppwriteDatabase {
  readonly #tables: TablesDB;
  readonly #id: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(tables: TablesDB, id: string) {
    this.#tables = tables;
    this.#id = id;
  }

  /**
   * Rows that all queries hold for.
   *
   * @param limit - At most so many.
   */
  async rows(table: string, queries: readonly string[], limit = Infinity): Promise<Row[]> {
    const found: Row[] = [];
    for await (const page of this.pages(table, queries, Math.min(pageSize, limit))) {
      found.push(...page);
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  }

  /** Rows page by page, for who may stop early. */
  async *pages(table: string, queries: readonly string[], size = pageSize): AsyncGenerator<Row[]> {
    let after: string[] = [];
    for (;;) {
      const { rows } = await this.#tables.listRows({
        databaseId: this.#id,
        tableId: table,
        queries: [...queries, Query.limit(size), ...after],
        total: false,
      });
      yield rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < size) return;
      after = [Query.cursorAfter(last.$id)];
    }
  }

  /** Rows whose column has one of the values. */
  async among(
    table: string,
    column: string,
    values: Iterable<string>,
    ...queries: readonly string[]
  ): Promise<Row[]> {
    const all = [...new Set(values)];
    const found: Row[] = [];
    for (let at = 0; at < all.length; at += manyValues) {
      const some = Query.equal(column, all.slice(at, at + manyValues));
      found.push(...(await this.rows(table, [some, ...queries])));
    }
    return found;
  }

  /** How many there are. Appwrite's own total ends at 5,000. */
  async count(table: string, ...queries: readonly string[]): Promise<number> {
    let count = 0;
    const pages = this.pages(table, [...queries, Query.select(["$id"])], countSize);
    for await (const page of pages) count += page.length;
    return count;
  }

  /**
   * Reads, decides and writes. Where another transaction came between, all of it is done again.
   *
   * @throws What `work` throws, what Appwrite answers, and a conflict where others are always faster.
   */
  transaction<T>(work: (writes: Writes) => Promise<T>): Promise<T> {
    // Those of one process would only be in each other's way.
    const mine = this.#last.then(() => this.#attempt(work, 1));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #attempt<T>(work: (writes: Writes) => Promise<T>, attempt: number): Promise<T> {
    const [head] = await this.rows("commits", [Query.orderDesc("number")], 1);
    const writes = new Writes(Number(head?.["number"] ?? 0) + 1);
    const result = await work(writes);
    if (writes.empty) return result;
    try {
      await this.#commit(writes);
      return result;
    } catch (error) {
      if (!isConflict(error) || attempt === attempts) throw error;
    }
    const pause = firstPause * 2 ** (attempt - 1);
    await sleep(pause / 2 + (pause / 2) * Math.random());
    return this.#attempt(work, attempt + 1);
  }

  async #commit(writes: Writes): Promise<void> {
    const { $id: transactionId } = await this.#tables.createTransaction({ ttl: lifetime });
    for (const operations of writes.requests(this.#id)) {
      await this.#tables.createOperations({ transactionId, operations });
    }
    await this.#tables.updateTransaction({ transactionId, commit: true });
  }
}
