import { keepable } from "../core/keepable.ts";
import type { Alert, Delivery } from "../core/alert.ts";
import type { Change } from "../core/lifecycle.ts";
import type { Poison } from "../core/payload.ts";
import { isNews, type OutboxStep, type Planner, writesOf } from "../core/writes.ts";
import { alertOf, recordOf } from "./rows.ts";
import {
  alertColumns,
  eventColumns,
  outboxColumns,
  quarantineColumns,
  receiptColumns,
} from "./schema.ts";
import { type Columns, json, keyed, namesOf, type Run, type Sql } from "./sql.ts";
import type { Receipt } from "./store.ts";

/** The alerts of these fingerprints, as far as there are any. */
export async function knownAlerts(
  sql: Sql,
  run: Run,
  fingerprints: ReadonlySet<string>,
): Promise<Map<string, Alert>> {
  if (fingerprints.size === 0) return new Map();
  const rows = await run(
    `SELECT a.* FROM alerts a
     JOIN ${sql.records({ key: "text" })} ON a.fingerprint = r.key`,
    keyed(fingerprints),
  );
  return new Map(rows.map((row) => [String(row["fingerprint"]), alertOf(row)]));
}

/** Notes that `id` was used, until `until`. @returns False where it was before. */
export async function useOnce(run: Run, id: string, until: number): Promise<boolean> {
  const rows = await run(
    "INSERT INTO used VALUES (?, ?) ON CONFLICT (id) DO NOTHING RETURNING id",
    id,
    until,
  );
  return rows.length === 1;
}

/** Writes what changes have to write. */
export async function write(
  sql: Sql,
  run: Run,
  changes: readonly Change[],
  plan: Planner,
  now: number,
): Promise<void> {
  const { alerts, events, outbox: steps } = writesOf(changes, plan);
  const update = Object.keys(alertColumns).map((name) => `"${name}" = excluded."${name}"`);
  await sql.insert(run, {
    table: "alerts",
    columns: alertColumns,
    records: alerts.map(recordOf),
    then: `ON CONFLICT (fingerprint) DO UPDATE SET ${update.join(", ")}`,
  });
  await sql.insert(run, {
    table: "alert_events",
    columns: eventColumns,
    records: events.map((event) => ({ ...event, text: keepable(event.text) })),
  });
  for (const round of roundsOf(steps)) await outbox(sql, run, round, now);
  // Of an alert that is new nothing was to be told before.
  const old = new Set(alerts.flatMap((one) => (one.version > 1 ? [one.fingerprint] : [])));
  await hasten(
    sql,
    run,
    steps.filter((step) => step.kind === "add" && old.has(step.delivery.fingerprint)),
  );
}

/** Steps of one kind. */
async function outbox(
  sql: Sql,
  run: Run,
  steps: readonly OutboxStep[],
  now: number,
): Promise<void> {
  const episodes = steps.flatMap((step) =>
    step.kind === "cancel" ? [{ ...step.episode, what: step.what }] : [],
  );
  if (episodes.length > 0) {
    const columns: Columns = { fingerprint: "text", startsAt: "bigint", what: "text" };
    await run(
      `UPDATE outbox SET state = 'cancelled', "settledAt" = ? FROM ${sql.records(columns)}
       WHERE state = 'pending' AND outbox.fingerprint = r.fingerprint
         AND outbox."startsAt" = r."startsAt"
         AND (r.what = 'all' OR outbox.occasion IN ('acknowledged', 'resolved'))`,
      now,
      json(episodes),
    );
    return;
  }
  const begun = { state: "pending", attempts: 0, leasedUntil: 0, why: "" };
  const added = (ifTold: boolean) =>
    steps.flatMap((step) =>
      step.kind === "add" && step.ifTold === ifTold
        ? [{ ...step.delivery, ...begun, plannedAt: step.delivery.dueAt }]
        : [],
    );
  const then = "ON CONFLICT (key) DO NOTHING";
  // The end of an episode comes before the beginning of the next.
  const late = added(true);
  if (late.length > 0) {
    await run(
      `INSERT INTO outbox (${namesOf(outboxColumns)})
       SELECT ${namesOf(outboxColumns, "r.")} FROM ${sql.records(outboxColumns)}
       WHERE EXISTS (SELECT 1 FROM outbox b WHERE b.fingerprint = r.fingerprint
         AND b."startsAt" = r."startsAt" AND b.channel = r.channel AND b.attempts > 0)
       ${then}`,
      json(late),
    );
  }
  await sql.insert(run, {
    table: "outbox",
    columns: outboxColumns,
    records: added(false),
    then,
  });
}

/**
 * What a channel has refused so far is told before what is new of the same alert: it is tried again as soon
 * as that is due, as if it were as new, so that it does not hold up the beginning of an emergency.
 */
async function hasten(sql: Sql, run: Run, steps: readonly OutboxStep[]): Promise<void> {
  const due = new Map<string, Pick<Delivery, "channel" | "dueAt" | "fingerprint">>();
  for (const step of steps) {
    if (step.kind === "cancel" || isNews(step.delivery)) continue;
    const { channel, dueAt, fingerprint } = step.delivery;
    const line = `${fingerprint} ${channel}`;
    if (dueAt < (due.get(line)?.dueAt ?? Infinity)) due.set(line, { channel, dueAt, fingerprint });
  }
  if (due.size === 0) return;
  const columns: Columns = { channel: "text", dueAt: "bigint", fingerprint: "text" };
  await run(
    `UPDATE outbox SET "dueAt" = r."dueAt", attempts = 1 FROM ${sql.records(columns)}
     WHERE outbox.fingerprint = r.fingerprint AND outbox.channel = r.channel
       AND outbox.state = 'pending' AND outbox.occasion IN ('acknowledged', 'resolved')
       AND outbox.attempts > 0 AND outbox."dueAt" > r."dueAt"`,
    json([...due.values()]),
  );
}

/** Counts each message by its bytes. */
export async function receive(
  sql: Sql,
  run: Run,
  receipts: readonly Receipt[],
  now: number,
): Promise<void> {
  const records = new Map<string, { digest: string; count: number; alerts: number }>();
  for (const { alerts, digest, poison } of receipts) {
    const count = (records.get(digest)?.count ?? 0) + 1;
    records.set(digest, { digest, count, alerts: alerts.length + poison.length });
  }
  const names = namesOf(receiptColumns);
  await run(
    `INSERT INTO receipts (${names}, "firstAt", "lastAt")
     SELECT ${names}, CAST(? AS bigint), CAST(? AS bigint)
     FROM ${sql.records(receiptColumns)} WHERE true
     ON CONFLICT (digest) DO UPDATE
       SET count = receipts.count + excluded.count, "lastAt" = excluded."lastAt"`,
    now,
    now,
    json([...records.values()]),
  );
}

/** Keeps aside what could not be understood. */
export async function quarantine(
  sql: Sql,
  run: Run,
  poison: readonly Poison[],
  now: number,
): Promise<void> {
  if (poison.length === 0) return;
  await run(
    `INSERT INTO quarantine (at, ${namesOf(quarantineColumns)})
     SELECT CAST(? AS bigint), ${namesOf(quarantineColumns)}
     FROM ${sql.records(quarantineColumns)}`,
    now,
    json(poison),
  );
}

/**
 * Steps in rounds of one kind, so that each round is one statement: those of an alert in their order,
 * those of different alerts together, because they do not touch each other.
 */
function roundsOf(steps: readonly OutboxStep[]): OutboxStep[][] {
  const rounds: OutboxStep[][] = [];
  const reached = new Map<string, number>();
  for (const step of steps) {
    // Even rounds cancel, odd ones add.
    const { fingerprint } = step.kind === "cancel" ? step.episode : step.delivery;
    const before = reached.get(fingerprint) ?? 0;
    const round = before + ((before % 2 === 0) === (step.kind === "cancel") ? 0 : 1);
    reached.set(fingerprint, round);
    while (rounds.length <= round) rounds.push([]);
    rounds[round]?.push(step);
  }
  return rounds;
}
