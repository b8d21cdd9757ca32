/** What a worker may take next, in Appwrite. */
import { Query } from "node-appwrite";
import type { AppwriteDatabase } from "./appwrite-database.ts";
import type { Row } from "./sql.ts";

export const pending = Query.equal("state", "pending");
export const cancelled = Query.equal("state", "cancelled");
export const oldestFirst = Query.orderAsc("position");

/** The rows of one alert on one channel, of which the first in the order is told first. */
export const lineOf = (row: Row): string => `${row["fingerprint"]} ${row["channel"]}`;

/** Position of the first row of each line that holds up what came after it. */
async function heldUp(
  database: AppwriteDatabase,
  channel: string,
  now: number,
): Promise<ReadonlyMap<string, number>> {
  const mine = Query.equal("channel", channel);
  const news = Query.equal("occasion", ["acknowledged", "resolved"]);
  // Cancelled while it was on its way: it may still arrive.
  const rows = [
    ...(await database.rows("outbox", [pending, mine, news])),
    ...(await database.rows("outbox", [cancelled, mine, Query.greaterThan("leasedUntil", now)])),
  ];
  const first = new Map<string, number>();
  for (const row of rows) {
    const position = Number(row["position"]);
    first.set(lineOf(row), Math.min(position, first.get(lineOf(row)) ?? Infinity));
  }
  return first;
}

/**
 * What is due and free, the most urgent and then the oldest first: nothing of an alert of which something
 * older is to be told.
 */
export async function dueTo(
  database: AppwriteDatabase,
  channel: string,
  limit: number,
  now: number,
  scope: "all" | "urgent",
): Promise<Row[]> {
  const lines = new Set<string>();
  const held = await heldUp(database, channel, now);
  const found: Row[] = [];
  const due = Query.lessThanEqual("dueAt", now);
  const queries = [
    ...[pending, Query.equal("channel", channel), due],
    ...(scope === "all" ? [] : [Query.equal("rank", 0)]),
    ...[Query.orderAsc("rank"), oldestFirst],
  ];
  for await (const page of database.pages("outbox", queries)) {
    for (const row of page) {
      const line = lineOf(row);
      const first = !lines.has(line) && Number(row["position"]) <= (held.get(line) ?? Infinity);
      lines.add(line);
      if (first && Number(row["leasedUntil"]) <= now) found.push(row);
      if (found.length === limit) return found;
    }
  }
  return found;
}
