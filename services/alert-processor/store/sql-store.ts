import type { Alert } from "../core/alert.ts";
import * as lifecycle from "../core/lifecycle.ts";
import { clocksDiffer } from "../core/times.ts";
import { type Planner, receiveAll } from "../core/writes.ts";
import { alertOf } from "./rows.ts";
import { migrate } from "./schema.ts";
import type { Sql } from "./sql.ts";
import type { DeskStore } from "./desk.ts";
import { deskOf } from "./sql-desk.ts";
import { heardBy } from "./sql-heard.ts";
import { outboxOf } from "./sql-outbox.ts";
import { viewsOf } from "./sql-views.ts";
import { timeOf } from "./sql-time.ts";
import { knownAlerts, quarantine, receive, useOnce, write } from "./sql-writes.ts";
import {
  ConflictError,
  type Ingested,
  type Known,
  type Store,
  UnknownAlertError,
} from "./store.ts";

/**
 * A channel that was notified of an episode is notified of its end, however late that comes; what is heard of it
 * counts.
 */
const isOver = (table: string): string =>
  `NOT EXISTS (SELECT 1 FROM alerts a WHERE a.fingerprint = ${table}.fingerprint
     AND a."startsAt" = ${table}."startsAt" AND a.status <> 'resolved')`;

/** Changes of alerts: every transaction decides from what it reads, by the pure core. */
function changesOf(
  sql: Sql,
): Pick<Store, "ingest" | "act" | "wake" | "lose" | "useOnce" | "prune"> {
  function ingest(
    ...[receipts, plan, now, steady]: Parameters<Store["ingest"]>
  ): Promise<Ingested> {
    const messages = receipts.flatMap(({ alerts }) => alerts);
    const poison = receipts.flatMap((receipt) => receipt.poison);
    return sql.transaction(async (run) => {
      const known = await knownAlerts(
        sql,
        run,
        new Set(messages.map(({ fingerprint }) => fingerprint)),
      );
      const changes = receiveAll((one) => known.get(one), messages, now, steady);
      await write(sql, run, changes, plan, now);
      await receive(sql, run, receipts, now);
      await quarantine(sql, run, poison, now);
      const changed = changes.filter(({ event }) => event !== undefined).length;
      const repeated = Math.max(0, messages.length - changed);
      return { changed, repeated, poisoned: poison.length };
    });
  }

  function act(
    ...[fingerprint, action, actor, version, plan, now]: Parameters<Store["act"]>
  ): Promise<Alert> {
    return sql.transaction(async (run) => {
      const alert = (await knownAlerts(sql, run, new Set([fingerprint]))).get(fingerprint);
      if (alert === undefined) throw new UnknownAlertError(`there is no alert ${fingerprint}`);
      if (version !== undefined && version !== alert.version) {
        throw new ConflictError(`somebody changed it: it is at version ${alert.version}`);
      }
      const change = lifecycle.act(alert, action, actor, now);
      await write(sql, run, [change], plan, now);
      return change.alert;
    });
  }

  function wake(plan: Planner, now: number, doubted = -Infinity): Promise<number> {
    return sql.transaction(async (run) => {
      const due = await run(
        `SELECT * FROM alerts WHERE status = 'snoozed' AND "snoozedUntil" <= ?`,
        now,
      );
      const rows = due.filter(({ lastSeenAt }) => Number(lastSeenAt) >= doubted);
      const changes = rows.flatMap((row) => lifecycle.wake(alertOf(row), now));
      await write(sql, run, changes, plan, now);
      return changes.length;
    });
  }

  function lose(known: Known, before: number, plan: Planner, now: number): Promise<number> {
    return sql.transaction(async (run) => {
      // Nearly all are known, and of the others alone more than the name is needed.
      const names = await run(
        `SELECT fingerprint FROM alerts WHERE status IN ('firing', 'acknowledged', 'snoozed')
         AND ("lastSeenAt" < ? OR "lastSeenAt" > ?)`,
        before,
        // Heard by a clock that was ahead: it would be kept until the clock is there again.
        now + clocksDiffer,
      );
      const lost = names.map(({ fingerprint }) => String(fingerprint));
      const unknown = new Set(lost.filter((one) => !known.has(one)));
      const alerts = await knownAlerts(sql, run, unknown);
      const changes = [...alerts.values()].flatMap((alert) => lifecycle.lose(alert, now));
      await write(sql, run, changes, plan, now);
      return changes.length;
    });
  }

  function prune(before: number, now: number): Promise<number> {
    return sql.transaction(async (run) => {
      const gone = await run(
        `DELETE FROM alerts WHERE status = 'resolved' AND "updatedAt" < ? RETURNING fingerprint`,
        before,
      );
      await run("DELETE FROM alert_events WHERE at < ?", before);
      await run(
        `DELETE FROM outbox WHERE state <> 'pending' AND "settledAt" < ? AND ${isOver("outbox")}`,
        before,
      );
      await run("DELETE FROM outbox WHERE fingerprint NOT IN (SELECT fingerprint FROM alerts)");
      await run(`DELETE FROM receipts WHERE "lastAt" < ?`, before);
      await run("DELETE FROM quarantine WHERE at < ?", before);
      await run(`DELETE FROM incidents WHERE at < ? AND ${isOver("incidents")}`, before);
      await run("DELETE FROM used WHERE until < ?", now);
      return gone.length;
    });
  }

  return {
    ingest,
    act,
    wake,
    lose,
    useOnce: (id, until) => sql.transaction((run) => useOnce(run, id, until)),
    prune,
  };
}

/** A memory on a database, its tables brought up to date. */
export async function openStore(sql: Sql): Promise<DeskStore> {
  await migrate(sql);
  return {
    ...changesOf(sql),
    ...outboxOf(sql),
    ...viewsOf(sql),
    ...deskOf(sql),
    ...heardBy(sql),
    ...timeOf(sql),
    close: () => sql.close(),
  };
}
