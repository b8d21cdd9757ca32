import { heartbeatName } from "../core/alert.ts";
import { longest } from "../core/retry.ts";
import { clocksDiffer } from "../core/times.ts";
import type { Timed } from "./desk.ts";
import type { Run, Sql } from "./sql.ts";

/** No worker takes anything for so long: milliseconds. */
const noLease = 5 * 60_000;

/**
 * Of a database that others share each of them notices that its clock was set, and one alone may put right what was
 * planned. Each notes now and then what time it is, as long as the clock is right: whoever finds that note as old as
 * before, but for the step, is first.
 */
const noteAge = 15_000;

/** What is less brings nothing early that matters, and cannot be told from a note that is late. */
const leastStep = 2 * noteAge;

async function isFirst(run: Run, by: number, now: number): Promise<boolean> {
  const [row] = await run("SELECT at FROM clock");
  const gap = now - Number(row?.["at"]);
  return Math.abs(by) >= leastStep && Math.abs(gap - by) <= noteAge;
}

const note = (run: Run, now: number): Promise<unknown> => run("UPDATE clock SET at = ?", now);

/** Waiting deliveries wait as long as they would have, and a heartbeat is as old as it was. */
async function shift(run: Run, by: number, now: number): Promise<void> {
  const before = now - by;
  await run(
    `UPDATE outbox SET "dueAt" = "dueAt" + ?, "plannedAt" = "plannedAt" + ? WHERE state = 'pending'`,
    by,
    by,
  );
  await run(
    `UPDATE outbox SET "leasedUntil" = "leasedUntil" + ?
     WHERE state IN ('pending', 'cancelled') AND "leasedUntil" > ?`,
    by,
    before,
  );
  await run(
    `UPDATE alerts SET "lastSeenAt" = "lastSeenAt" + ? WHERE alertname = '${heartbeatName}'`,
    by,
  );
}

/** What no clock can have planned that was right is due, or waits as long from now. */
async function catchUp(run: Run, now: number): Promise<void> {
  await run(
    `UPDATE outbox SET "leasedUntil" = 0
     WHERE state IN ('pending', 'cancelled') AND "leasedUntil" > ?`,
    now + noLease,
  );
  await run(
    `UPDATE outbox SET "dueAt" = ?, "plannedAt" = CASE WHEN "plannedAt" < ? THEN "plannedAt" ELSE ? END
     WHERE state = 'pending' AND (attempts > 0 AND "dueAt" > ?
       OR attempts = 0 AND occasion <> 'reminder' AND "dueAt" > ?)`,
    now,
    now,
    now,
    now + longest,
    now + clocksDiffer,
  );
  await run(
    `UPDATE outbox SET "dueAt" = CAST(? AS bigint) + "dueAt" - a."updatedAt",
       "plannedAt" = CAST(? AS bigint) + "dueAt" - a."updatedAt" FROM alerts a
     WHERE outbox.state = 'pending' AND outbox.occasion = 'reminder' AND outbox.attempts = 0
       AND a.fingerprint = outbox.fingerprint AND a."updatedAt" > ? AND outbox."dueAt" >= a."updatedAt"`,
    now,
    now,
    now + clocksDiffer,
  );
}

/** Corrections after somebody sets the clock. */
export function timeOf(sql: Sql): Timed {
  const adjust: Timed["adjust"] = (by, now) =>
    sql.transaction(async (run) => {
      const isOurs = sql.kind === "sqlite" ? by !== 0 : await isFirst(run, by, now);
      if (isOurs) await shift(run, by, now);
      else await catchUp(run, now);
      if (isOurs) await note(run, now);
      // Nothing was heard or done later than now; how old it is shows how long the clock has been steady.
      for (const column of ["updatedAt", "lastSeenAt"])
        await run(`UPDATE alerts SET "${column}" = ? WHERE "${column}" > ?`, now, now);
    });
  const heardBefore: Timed["heardBefore"] = async (at) => {
    const [row] = await sql.read(
      `SELECT max("lastAt") AS last FROM receipts WHERE "lastAt" < ?`,
      at,
    );
    const last = row?.["last"] ?? null;
    return last === null ? null : Number(last);
  };
  const noteTime: Timed["noteTime"] = (now) =>
    sql.transaction(async (run) => {
      await note(run, now);
    });
  return { now: () => sql.now(), adjust, noteTime, heardBefore };
}
