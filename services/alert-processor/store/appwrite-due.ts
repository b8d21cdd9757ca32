/** Deliveries that a worker may take next, in Appwrite. */
import { Query } from "node-appwrite";
import type { AppwriteDatabase } from "./appwrite-database.ts";
import type { Row } from "./sql.ts";

export const pending = Query.equal("state", "pending");
export const cancelled = Query.equal("state", "cancelled");
const oldestFirst = Query.orderAsc("position");

/** The rows of one alert on one channel, of which the first in the order is told first. */
export const lineOf = (row: Row): string => `${row["fingerprint"]} ${row["channel"]}`;

/** The episode of a row, whatever it is kept for. */
export const episodeOf = (row: Row): string => `${row["fingerprint"]} ${row["startsAt"]}`;

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
 * Which of some rows remind of what may be over: nobody, who will have looked, has escalated it since.
 *
 * @param doubted - Alerts last heard of before this time may be over; undefined where none may.
 * @returns Their keys.
 */
async function uncertain(
  database: AppwriteDatabase,
  rows: readonly Row[],
  doubted: number | undefined,
): Promise<ReadonlySet<string>> {
  const reminders = rows.filter(({ occasion }) => occasion === "reminder");
  if (doubted === undefined || reminders.length === 0) return new Set();
  const of = reminders.map(({ fingerprint }) => String(fingerprint));
  const old = Query.lessThan("lastSeenAt", doubted);
  const alerts = await database.among("alerts", "fingerprint", of, old);
  const since = [Query.equal("kind", "escalated"), Query.greaterThanEqual("at", doubted)];
  const escalated = new Set(
    (await database.among("alert_events", "fingerprint", of, ...since)).map(episodeOf),
  );
  const doubtful = new Set(alerts.map(({ fingerprint }) => String(fingerprint)));
  return new Set(
    reminders
      .filter((row) => doubtful.has(String(row["fingerprint"])) && !escalated.has(episodeOf(row)))
      .map(({ key }) => String(key)),
  );
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
  doubted: number | undefined,
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
    const doubtful = await uncertain(database, page, doubted);
    for (const row of page) {
      const line = lineOf(row);
      const first = !lines.has(line) && Number(row["position"]) <= (held.get(line) ?? Infinity);
      lines.add(line);
      const mayGo = first && !doubtful.has(String(row["key"]));
      if (mayGo && Number(row["leasedUntil"]) <= now) found.push(row);
      if (found.length === limit) return found;
    }
  }
  return found;
}

/**
 * The rows, and those that went out with them before: a bundle is never torn apart, but by doubt. What is left behind
 * then is another message than the one that its name stands for.
 */
export async function wholeOf(
  database: AppwriteDatabase,
  rows: readonly Row[],
  doubted: number | undefined,
): Promise<{ readonly rows: readonly Row[]; readonly left: readonly Row[] }> {
  const bundles = rows.flatMap(({ bundle }) => (bundle === null ? [] : [String(bundle)]));
  const together = await database.among("outbox", "bundle", bundles, pending, oldestFirst);
  const doubtful = await uncertain(database, together, doubted);
  const isLeft = ({ key }: Row): boolean => doubtful.has(String(key));
  const alone = rows.filter(({ bundle }) => bundle === null);
  return {
    rows: [...together.filter((row) => !isLeft(row)), ...alone],
    left: together.filter(isLeft),
  };
}
