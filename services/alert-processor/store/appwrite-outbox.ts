/** The outbox in Appwrite. */
import { Query } from "node-appwrite";
import type { Occasion } from "../core/alert.ts";
import { cancelling } from "../core/routing.ts";
import { isNews, isStillNews, type Episode, type OutboxStep } from "../core/writes.ts";
import type { AppwriteDatabase } from "./appwrite-database.ts";
import { cancelled, dueTo, episodeOf, lineOf, pending, wholeOf } from "./appwrite-due.ts";
import type { Writes } from "./appwrite-writes.ts";
import { bundlesOf } from "./bundles.ts";
import { alertOf, takenOf } from "./rows.ts";
import { deliveryColumns } from "./schema.ts";
import type { Row } from "./sql.ts";
import { notNews, type Settled, type Store } from "./store.ts";

const maxWhy = 500;

const columns = [
  ...Object.keys(deliveryColumns),
  ...[
    "rank",
    "plannedAt",
    "state",
    "attempts",
    "leasedUntil",
    "bundle",
    "settledAt",
    "why",
    "position",
  ],
];

/** A row without what Appwrite adds to it. */
const plain = (row: Row): Row =>
  Object.fromEntries(columns.map((name) => [name, row[name] ?? null]));

const keyOf = (row: Row): string => String(row["key"]);

const put = (writes: Writes, row: Row, fields: Row): void => {
  writes.put("outbox", keyOf(row), { ...plain(row), ...fields });
};

const nameOf = ({ fingerprint, startsAt }: Episode): string => `${fingerprint} ${startsAt}`;

/** Pending word that somebody has it or that it was over: it comes before what is new. */
const isPendingNews = ({ occasion, state }: Row): boolean =>
  state === "pending" && isNews({ occasion: String(occasion) as Occasion });

/** Does the steps in their order. */
export async function writeOutbox(
  database: AppwriteDatabase,
  writes: Writes,
  steps: readonly OutboxStep[],
  now: number,
): Promise<void> {
  const of = steps.map((step) => (step.kind === "add" ? step.delivery : step.episode));
  const known = await database.among(
    "outbox",
    "fingerprint",
    of.map(({ fingerprint }) => fingerprint),
  );
  const rows = Map.groupBy(known, episodeOf);
  const news = Map.groupBy(known.filter(isPendingNews), lineOf);
  const keys = new Set(known.map(keyOf));
  const changed = new Set<string>();
  const change = (episode: string, row: Row): void => {
    const others = (rows.get(episode) ?? []).filter((one) => keyOf(one) !== keyOf(row));
    rows.set(episode, [...others, row]);
    keys.add(keyOf(row));
    changed.add(keyOf(row));
  };
  for (const step of steps) {
    if (step.kind === "cancel") {
      const episode = nameOf(step.episode);
      for (const row of rows.get(episode) ?? []) {
        if (row["state"] !== "pending" || (step.what === "news" && !isPendingNews(row))) continue;
        change(episode, { ...row, state: "cancelled", settledAt: now });
      }
      continue;
    }
    const { delivery, ifTold } = step;
    const episode = nameOf(delivery);
    const told = (rows.get(episode) ?? []).some(
      ({ attempts, channel }) => channel === delivery.channel && Number(attempts) > 0,
    );
    if (keys.has(delivery.key) || (ifTold && !told)) continue;
    const fresh = { state: "pending", attempts: 0, leasedUntil: 0, bundle: null, settledAt: null };
    const { dueAt } = delivery;
    const position = writes.next();
    change(episode, { ...delivery, ...fresh, plannedAt: dueAt, why: "", position });
    if (isNews(delivery)) continue;
    // Messages that the channel has refused so far come first, so it is tried as soon as this is due.
    for (const one of news.get(lineOf({ ...delivery })) ?? []) {
      const row = rows.get(episodeOf(one))?.find((other) => keyOf(other) === keyOf(one));
      if (row === undefined || !isPendingNews(row) || Number(row["dueAt"]) <= dueAt) continue;
      change(episodeOf(row), { ...row, dueAt, attempts: Math.min(1, Number(row["attempts"])) });
    }
  }
  for (const row of [...rows.values()].flat()) if (changed.has(keyOf(row))) put(writes, row, {});
}

/** The change of a row by the outcome of its delivery; undefined where it stays. */
function settled(row: Row, result: Settled, now: number): Row | undefined {
  // Also where it was cancelled meanwhile: it is what happened.
  if (result.kind === "sent") return { ...row, state: "sent", settledAt: now, why: "" };
  // A delivery cancelled while it was on its way is no longer cancelled.
  if (row["state"] === "cancelled") return { ...row, leasedUntil: 0 };
  if (row["state"] !== "pending") return undefined;
  const why = result.why.slice(0, maxWhy);
  if (result.kind === "dead") return { ...row, state: "dead", settledAt: now, why };
  if (result.kind === "apart")
    return { ...row, bundle: keyOf(row), dueAt: now, leasedUntil: 0, why };
  return { ...row, dueAt: result.dueAt, leasedUntil: 0, why };
}

/** What was due of the beginning, and reminders, before their channel was told of the same episode. */
async function needless(
  database: AppwriteDatabase,
  told: readonly Row[],
  now: number,
): Promise<Row[]> {
  const name = (row: Row): string => `${episodeOf(row)} ${row["channel"]}`;
  const lines = new Set(told.map(name));
  const of = told.map(({ fingerprint }) => String(fingerprint));
  const due = Query.lessThanEqual("plannedAt", now);
  const reminder = Query.equal("occasion", ["firing", "reminder"]);
  const rows = await database.among("outbox", "fingerprint", of, pending, reminder, due);
  return rows.filter((row) => lines.has(name(row)));
}

type Outbox = Pick<Store, "redrive" | "release" | "settle" | "take">;

export const outboxOf = (database: AppwriteDatabase): Outbox => ({
  take: (channel, limit, size, now, until, scope = "all", doubted) =>
    database.transaction(async (writes) => {
      const due = await dueTo(database, channel, limit, now, scope, doubted);
      const { left, rows } = await wholeOf(database, due, doubted);
      for (const row of left) put(writes, row, { bundle: null });
      const fingerprints = rows.map(({ fingerprint }) => String(fingerprint));
      const alerts = new Map(
        (await database.among("alerts", "$id", fingerprints)).map((row) => [
          String(row["fingerprint"]),
          alertOf(row),
        ]),
      );
      const taken = rows.flatMap((row) => {
        const alert = alerts.get(String(row["fingerprint"]));
        return alert === undefined ? [] : [{ ...takenOf(row, alert), row }];
      });
      return bundlesOf(taken, size).map(({ items, key, occasion }) => ({
        key,
        occasion,
        deliveries: items.map(({ row, ...delivery }) => {
          put(writes, row, { attempts: delivery.attempts, leasedUntil: until, bundle: key });
          return delivery;
        }),
      }));
    }),

  settle: (results, now) =>
    database.transaction(async (writes) => {
      const keys = results.flatMap((result) => result.keys);
      const rows = new Map(
        (await database.among("outbox", "$id", keys)).map((row) => [keyOf(row), row]),
      );
      const changed = new Map<string, Row>();
      for (const result of results) {
        for (const key of result.keys) {
          const row = changed.get(key) ?? rows.get(key);
          const next = row && settled(row, result, now);
          if (next !== undefined) changed.set(key, next);
        }
      }
      const told = [...changed.values()].filter(
        ({ occasion, state }) =>
          state === "sent" && (occasion === "firing" || occasion === "reminder"),
      );
      for (const row of await needless(database, told, now)) {
        const key = keyOf(row);
        if (!changed.has(key)) changed.set(key, { ...row, state: "cancelled", settledAt: now });
      }
      for (const row of changed.values()) put(writes, row, {});
    }),

  release: (now) =>
    database.transaction(async (writes) => {
      const rows = await database.rows("outbox", [pending]);
      // All but reminders are due when they are planned: what waits longer waits for a wrong clock.
      const waiting = rows.filter(
        ({ attempts, occasion }) => Number(attempts) > 0 || occasion !== "reminder",
      );
      for (const row of waiting) {
        put(writes, row, { leasedUntil: 0, dueAt: Math.min(now, Number(row["dueAt"])) });
      }
      const leased = Query.greaterThan("leasedUntil", 0);
      for (const row of await database.rows("outbox", [cancelled, leased])) {
        put(writes, row, { leasedUntil: 0 });
      }
    }),

  redrive: (channel, now) =>
    database.transaction(async (writes) => {
      const mine = channel === undefined ? [] : [Query.equal("channel", channel)];
      const rows = await database.rows("outbox", [Query.equal("state", "dead"), ...mine]);
      const of = rows.map(({ fingerprint }) => String(fingerprint));
      const alerts = new Map(
        (await database.among("alerts", "$id", of)).map((row) => [
          String(row["fingerprint"]),
          alertOf(row),
        ]),
      );
      const sent = await database.among("outbox", "fingerprint", of, Query.equal("state", "sent"));
      const line = (row: Row): string => `${episodeOf(row)} ${row["channel"]}`;
      const told = new Set(sent.map(line));
      const happened = Query.equal("kind", [...cancelling]);
      const events = Map.groupBy(
        await database.among("alert_events", "fingerprint", of, happened),
        episodeOf,
      );
      const isOvertaken = (row: Row): boolean =>
        events.get(episodeOf(row))?.some(({ at }) => Number(at) > Number(row["settledAt"])) ===
        true;
      const news = rows.filter((row) =>
        isStillNews(
          {
            occasion: String(row["occasion"]) as Occasion,
            startsAt: Number(row["startsAt"]),
            wasTold: told.has(line(row)),
            isOvertaken: isOvertaken(row),
          },
          alerts.get(String(row["fingerprint"])),
        ),
      );
      const old = rows.filter((row) => !news.includes(row));
      const torn = new Set(old.map(({ bundle }) => bundle));
      for (const row of old) put(writes, row, { state: "cancelled", settledAt: now, why: notNews });
      const fields = { state: "pending", dueAt: now, plannedAt: now, leasedUntil: 0 };
      for (const row of news) {
        // The rest of a bundle is another message than the one that its name stands for.
        const bundle = torn.has(row["bundle"]) ? null : row["bundle"];
        put(writes, row, { ...fields, settledAt: null, bundle: bundle ?? null });
      }
      return { deliveries: news.length, skipped: old.length };
    }),
});
