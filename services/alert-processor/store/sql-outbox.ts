import type { Occasion, Status } from "../core/alert.ts";
import { keepable } from "../core/keepable.ts";
import { cancelling } from "../core/routing.ts";
import { allRanks } from "../core/severity.ts";
import { isStillNews } from "../core/writes.ts";
import { bundlesOf } from "./bundles.ts";
import { takenOf } from "./rows.ts";
import { type Columns, json, keyed, type Row, type Run, type Sql } from "./sql.ts";
import { certain, doubtValues, uncertain } from "./sql-doubt.ts";
import { knownAlerts } from "./sql-writes.ts";
import { type Bundle, notNews, type Redriven, type Settled, type Store } from "./store.ts";

const maxWhy = 500;

/**
 * The rows, and those that went out with them before: a bundle is never torn apart, but by doubt. What is left behind
 * then is another message than the one that its name stands for.
 */
async function whole(
  sql: Sql,
  run: Run,
  rows: readonly Row[],
  doubted: number | undefined,
): Promise<Row[]> {
  const bundles = new Set(rows.flatMap(({ bundle }) => (bundle === null ? [] : [String(bundle)])));
  if (bundles.size === 0) return [...rows];
  if (doubted !== undefined) {
    await run(
      `UPDATE outbox AS o SET bundle = NULL FROM ${sql.records({ key: "text" })}
       WHERE o.bundle = r.key AND o.state = 'pending' AND ${uncertain}`,
      keyed(bundles),
      ...doubtValues(doubted),
    );
  }
  const together = await run(
    `SELECT o.* FROM outbox o JOIN ${sql.records({ key: "text" })} ON o.bundle = r.key
     WHERE o.state = 'pending' ORDER BY o.id`,
    keyed(bundles),
  );
  return [...together, ...rows.filter(({ bundle }) => bundle === null)];
}

const overtaking = cancelling.map((kind) => `'${kind}'`).join(", ");

/** Whether a row that was given up, with what is known of its alert, is worth telling still. */
function isNewsRow({ current, occasion, overtaken, startsAt, status, told }: Row): boolean {
  const alert =
    status === null || status === undefined
      ? undefined
      : { startsAt: Number(current), status: String(status) as Status };
  const delivery = {
    occasion: String(occasion) as Occasion,
    startsAt: Number(startsAt),
    wasTold: Number(told) === 1,
    isOvertaken: Number(overtaken) === 1,
  };
  return isStillNews(delivery, alert);
}

/** The operations of workers. */
export function outboxOf(sql: Sql): Pick<Store, "take" | "settle" | "release" | "redrive"> {
  async function take(
    ...[channel, limit, size, at, until, scope = "all", doubted]: Parameters<Store["take"]>
  ): Promise<Bundle[]> {
    // Another replica may have noticed first that the database's clock was set back, and put right what waits.
    const now = sql.kind === "postgres" ? Math.min(at, await sql.now()) : at;
    const doubt = doubtValues(doubted);
    const dueOf = (run: Run, rank: number, room: number): Promise<Row[]> =>
      run(
        `SELECT * FROM outbox o WHERE channel = ? AND rank = ? AND state = 'pending' AND "dueAt" <= ?
           AND "leasedUntil" <= ? AND NOT EXISTS (
             SELECT 1 FROM outbox b WHERE b.fingerprint = o.fingerprint
               AND b.channel = o.channel AND b.id < o.id
               AND (b.state = 'cancelled' AND b."leasedUntil" > ? OR b.state = 'pending'
                 AND (b."dueAt" <= ? OR b.occasion IN ('acknowledged', 'resolved'))))
           ${certain(doubted)}
         ORDER BY "dueAt", id LIMIT ?`,
        channel,
        rank,
        now,
        now,
        now,
        now,
        ...doubt,
        room,
      );
    return sql.transaction(async (run) => {
      const due: Row[] = [];
      // By rank, so that none looks through what is planned for later.
      for (const rank of scope === "all" ? allRanks : allRanks.slice(0, 1)) {
        if (due.length < limit) due.push(...(await dueOf(run, rank, limit - due.length)));
      }
      if (due.length === 0) return [];
      const rows = await whole(sql, run, due, doubted);
      const alerts = await knownAlerts(
        sql,
        run,
        new Set(rows.map(({ fingerprint }) => String(fingerprint))),
      );
      const taken = rows.flatMap((row) => {
        const alert = alerts.get(String(row["fingerprint"]));
        return alert === undefined ? [] : [takenOf(row, alert)];
      });
      const bundles = bundlesOf(taken, size);
      const columns: Columns = { key: "text", bundle: "text" };
      await run(
        `UPDATE outbox SET attempts = attempts + 1, "leasedUntil" = ?, bundle = r.bundle
         FROM ${sql.records(columns)} WHERE outbox.key = r.key`,
        until,
        json(
          bundles.flatMap(({ items, key }) => items.map((one) => ({ key: one.key, bundle: key }))),
        ),
      );
      return bundles.map(({ items, key, occasion }) => ({ key, occasion, deliveries: items }));
    });
  }

  /** What a channel was told makes needless what of it was due before: reminders, and the beginning after a reminder. */
  async function spare(run: Run, told: string, now: number): Promise<void> {
    await run(
      `UPDATE outbox SET state = 'cancelled', "settledAt" = ? WHERE key IN (
         SELECT o.key FROM ${sql.records({ key: "text" })} JOIN outbox t ON t.key = r.key
           JOIN outbox o ON o.fingerprint = t.fingerprint AND o."startsAt" = t."startsAt"
             AND o.channel = t.channel
         WHERE t.occasion IN ('firing', 'reminder') AND o.occasion IN ('firing', 'reminder')
           AND o.state = 'pending' AND o."plannedAt" <= ?)`,
      now,
      told,
      now,
    );
  }

  /** A delivery cancelled while it was on its way is no longer cancelled. */
  async function freeCancelled(run: Run, which: string, keys: string): Promise<void> {
    await run(`UPDATE outbox SET "leasedUntil" = 0 WHERE state = 'cancelled' AND ${which}`, keys);
  }

  function settle(results: readonly Settled[], now: number): Promise<void> {
    return sql.transaction(async (run) => {
      for (const result of results) {
        const keys = keyed(result.keys);
        const which = `key IN (SELECT key FROM ${sql.records({ key: "text" })})`;
        const why = "why" in result ? keepable(result.why.slice(0, maxWhy)) : "";
        switch (result.kind) {
          case "sent":
            // Also where it was cancelled meanwhile: it is what happened.
            await run(
              `UPDATE outbox SET state = 'sent', "settledAt" = ?, why = '' WHERE ${which}`,
              now,
              keys,
            );
            await spare(run, keys, now);
            break;
          case "again":
            await freeCancelled(run, which, keys);
            await run(
              `UPDATE outbox SET "dueAt" = ?, "leasedUntil" = 0, why = ?
               WHERE state = 'pending' AND ${which}`,
              // What waits for a random time has a fraction; the column has none.
              Math.ceil(result.dueAt),
              why,
              keys,
            );
            break;
          case "apart":
            await freeCancelled(run, which, keys);
            await run(
              `UPDATE outbox SET bundle = key, "dueAt" = ?, "leasedUntil" = 0, why = ?
               WHERE state = 'pending' AND ${which}`,
              now,
              why,
              keys,
            );
            break;
          case "dead":
            await freeCancelled(run, which, keys);
            await run(
              `UPDATE outbox SET state = 'dead', "settledAt" = ?, why = ?
               WHERE state = 'pending' AND ${which}`,
              now,
              why,
              keys,
            );
            break;
        }
      }
    });
  }

  async function release(now: number): Promise<void> {
    // All but reminders are due when they are planned: one of them that was not taken yet waits for no
    // time but that of a clock which was ahead.
    await sql.transaction(async (run) => {
      await run(
        `UPDATE outbox SET "leasedUntil" = 0 WHERE state = 'cancelled' AND "leasedUntil" > 0`,
      );
      await run(
        `UPDATE outbox SET "leasedUntil" = 0, "dueAt" = CASE WHEN "dueAt" < ? THEN "dueAt" ELSE ? END
         WHERE state = 'pending' AND (attempts > 0 OR occasion <> 'reminder')`,
        now,
        now,
      );
    });
  }

  function redrive(channel: string | undefined, now: number): Promise<Redriven> {
    return sql.transaction(async (run) => {
      const rows = await run(
        `SELECT o.key, o.occasion, o."startsAt", o.bundle, a."startsAt" AS current, a.status,
           CASE WHEN EXISTS (SELECT 1 FROM outbox b WHERE b.fingerprint = o.fingerprint
             AND b."startsAt" = o."startsAt" AND b.channel = o.channel AND b.state = 'sent')
             THEN 1 ELSE 0 END AS told,
           CASE WHEN EXISTS (SELECT 1 FROM alert_events e WHERE e.fingerprint = o.fingerprint
             AND e."startsAt" = o."startsAt" AND e.at > o."settledAt" AND e.kind IN (${overtaking}))
             THEN 1 ELSE 0 END AS overtaken
         FROM outbox o LEFT JOIN alerts a ON a.fingerprint = o.fingerprint
         WHERE o.state = 'dead' AND (o.channel = ? OR ? = '') ORDER BY o.id`,
        channel ?? "",
        channel ?? "",
      );
      const news = rows.filter(isNewsRow);
      const old = rows.filter((row) => !news.includes(row));
      const which = `key IN (SELECT key FROM ${sql.records({ key: "text" })})`;
      const keysOf = (some: readonly Row[]): string => keyed(some.map(({ key }) => String(key)));
      await run(
        `UPDATE outbox SET state = 'cancelled', "settledAt" = ?, why = ? WHERE ${which}`,
        now,
        notNews,
        keysOf(old),
      );
      await run(
        `UPDATE outbox SET state = 'pending', "dueAt" = ?, "plannedAt" = ?, "leasedUntil" = 0,
           "settledAt" = NULL WHERE ${which}`,
        now,
        now,
        keysOf(news),
      );
      // The rest of a bundle is another message than the one that its name stands for.
      const torn = new Set(old.map(({ bundle }) => bundle));
      await run(
        `UPDATE outbox SET bundle = NULL WHERE ${which}`,
        keysOf(news.filter(({ bundle }) => torn.has(bundle ?? null))),
      );
      return { deliveries: news.length, skipped: old.length };
    });
  }

  return { take, settle, release, redrive };
}
