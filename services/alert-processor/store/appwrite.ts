/** The memory in Appwrite's TablesDB. */
import { Query, type TablesDB } from "node-appwrite";
import { type Alert, isOpen } from "../core/alert.ts";
import { act, type Change, lose, wake } from "../core/lifecycle.ts";
import { type Planner, receiveAll, writesOf } from "../core/writes.ts";
import { AppwriteDatabase, rowIdOf } from "./appwrite-database.ts";
import { outboxOf, writeOutbox } from "./appwrite-outbox.ts";
import { viewsOf } from "./appwrite-views.ts";
import type { Writes } from "./appwrite-writes.ts";
import { alertOf, recordOf } from "./rows.ts";
import { ConflictError, type Receipt, type Store, UnknownAlertError } from "./store.ts";

/**
 * Alerts that are forgotten at once, the rest waits for the next time: two operations for each hundred of
 * them, and a transaction has a hundred.
 */
const manyForgotten = 4_000;

/** Milliseconds that numbers of transactions are kept: longer than a function may run. */
const manyCommits = 3_600_000;

const inHundreds = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / 100) }, (_, at) =>
    items.slice(at * 100, (at + 1) * 100),
  );

/** Writes alerts, what happened to them, and what is to be told. */
async function write(
  database: AppwriteDatabase,
  writes: Writes,
  changes: readonly Change[],
  plan: Planner,
  now: number,
): Promise<void> {
  const { alerts, events, outbox } = writesOf(changes, plan);
  for (const alert of alerts) writes.put("alerts", alert.fingerprint, recordOf(alert));
  for (const event of events) {
    const position = writes.next();
    writes.create("alert_events", String(position), { ...event, position });
  }
  await writeOutbox(database, writes, outbox, now);
}

/** Counts each message by its bytes. */
async function countReceipts(
  database: AppwriteDatabase,
  writes: Writes,
  receipts: readonly Receipt[],
  now: number,
): Promise<void> {
  const ids = new Map(receipts.map(({ digest }) => [rowIdOf(digest), digest]));
  const known = await database.among("receipts", "$id", ids.keys());
  const rows = new Map(known.map((row) => [String(row["digest"]), row]));
  for (const { alerts, digest, poison } of receipts) {
    const { count = 0, firstAt = now } = rows.get(digest) ?? {};
    rows.set(digest, {
      digest,
      count: Number(count) + 1,
      alerts: alerts.length + poison.length,
      firstAt,
      lastAt: now,
    });
  }
  for (const [id, digest] of ids) writes.put("receipts", id, rows.get(digest) ?? {});
}

type Memory = Pick<Store, "act" | "ingest" | "lose" | "prune" | "useOnce" | "wake">;

function memoryOf(database: AppwriteDatabase): Memory {
  const known = async (fingerprints: Iterable<string>): Promise<Map<string, Alert>> => {
    const rows = await database.among("alerts", "$id", fingerprints);
    return new Map(rows.map((row) => [String(row["fingerprint"]), alertOf(row)]));
  };

  /** Changes alerts that queries hold for. @returns How many. */
  const changeAll = (
    queries: readonly string[],
    change: (alert: Alert) => Change[],
    plan: Planner,
    now: number,
  ): Promise<number> =>
    database.transaction(async (writes) => {
      const rows = await database.rows("alerts", queries);
      const changes = rows.map(alertOf).flatMap(change);
      await write(database, writes, changes, plan, now);
      return changes.length;
    });

  return {
    ingest: (receipts, plan, now, steady) =>
      database.transaction(async (writes) => {
        const messages = receipts.flatMap(({ alerts }) => alerts);
        const poison = receipts.flatMap((receipt) => receipt.poison);
        const current = await known(messages.map(({ fingerprint }) => fingerprint));
        const changes = receiveAll((one) => current.get(one), messages, now, steady);
        await write(database, writes, changes, plan, now);
        await countReceipts(database, writes, receipts, now);
        for (const { raw, why } of poison) {
          const position = writes.next();
          writes.create("quarantine", String(position), { at: now, raw, why, position });
        }
        const changed = changes.filter(({ event }) => event !== undefined).length;
        const repeated = Math.max(0, messages.length - changed);
        return { changed, repeated, poisoned: poison.length };
      }),

    act: (fingerprint, action, actor, version, plan, now) =>
      database.transaction(async (writes) => {
        const alert = (await known([fingerprint])).get(fingerprint);
        if (alert === undefined) throw new UnknownAlertError(`there is no alert ${fingerprint}`);
        if (version !== undefined && version !== alert.version) {
          throw new ConflictError(`somebody changed it: it is at version ${alert.version}`);
        }
        const change = act(alert, action, actor, now);
        await write(database, writes, [change], plan, now);
        return change.alert;
      }),

    wake: (plan, now) =>
      changeAll(
        [Query.equal("status", "snoozed"), Query.lessThanEqual("snoozedUntil", now)],
        (alert) => wake(alert, now),
        plan,
        now,
      ),

    lose: (listed, before, plan, now) =>
      changeAll(
        [
          Query.equal("status", ["firing", "acknowledged", "snoozed"]),
          Query.lessThan("lastSeenAt", before),
        ],
        (alert) => (listed.has(alert.fingerprint) ? [] : lose(alert, now)),
        plan,
        now,
      ),

    useOnce: (id, until) =>
      database.transaction(async (writes) => {
        const rowId = rowIdOf(id);
        if ((await database.among("used", "$id", [rowId])).length > 0) return false;
        writes.create("used", rowId, { until });
        return true;
      }),

    prune: (before, now) =>
      database.transaction(async (writes) => {
        const over = [Query.equal("status", "resolved"), Query.lessThan("updatedAt", before)];
        const gone = await database.rows("alerts", over, manyForgotten);
        for (const some of inHundreds(gone.map(({ fingerprint }) => String(fingerprint)))) {
          writes.remove("alerts", Query.equal("$id", some));
          writes.remove("outbox", Query.equal("fingerprint", some));
        }
        writes.remove("alert_events", Query.lessThan("at", before));
        const settled = [Query.notEqual("state", "pending"), Query.lessThan("settledAt", before)];
        const told = await database.rows("outbox", settled, manyForgotten);
        const episodes = await known(told.map(({ fingerprint }) => String(fingerprint)));
        // A channel that was notified of an episode is notified of its end, however late that comes.
        const needless = told.filter(({ fingerprint, startsAt }) => {
          const alert = episodes.get(String(fingerprint));
          return alert === undefined || !isOpen(alert) || alert.startsAt !== Number(startsAt);
        });
        for (const some of inHundreds(needless.map(({ key }) => String(key)))) {
          writes.remove("outbox", Query.equal("$id", some));
        }
        writes.remove("receipts", Query.lessThan("lastAt", before));
        writes.remove("quarantine", Query.lessThan("at", before));
        writes.remove("used", Query.lessThan("until", now));
        writes.remove(
          "commits",
          Query.lessThan("number", writes.number - 1),
          Query.createdBefore(new Date(now - manyCommits).toISOString()),
        );
        return gone.length;
      }),
  };
}

/**
 * A memory on tables that the deployment has made.
 *
 * @param tables - With a key that may read and write rows.
 * @param databaseId - Of the database they are in.
 */
export function openAppwriteStore(tables: TablesDB, databaseId: string): Store {
  const database = new AppwriteDatabase(tables, databaseId);
  return {
    ...memoryOf(database),
    ...outboxOf(database),
    ...viewsOf(database),
    close: () => Promise.resolve(),
  };
}
