import { type Alert, isOpen } from "../core/alert.ts";
import { hear, type Heard } from "../core/heard.ts";
import type { Episode } from "../core/writes.ts";
import type { Desk } from "./desk.ts";
import { alertOf } from "./rows.ts";
import type { Run, Sql } from "./sql.ts";
import { knownAlerts, useOnce, write } from "./sql-writes.ts";

/** How long it is remembered what was heard: far longer than anybody sends it again. */
const remembered = 24 * 3_600_000;

/** Events from the other side of channels. */
export function heardBy(sql: Sql): Pick<Desk, "hear"> {
  async function link(run: Run, incident: string, { fingerprint, startsAt }: Episode, now: number) {
    await run(
      "INSERT INTO incidents VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
      incident,
      fingerprint,
      startsAt,
      now,
    );
  }

  /** The episode that it names; of an alert alone that which is open. */
  async function named(run: Run, { episode, fingerprint }: Heard): Promise<Episode | undefined> {
    if (episode !== undefined || fingerprint === undefined) return episode;
    const alert = (await knownAlerts(sql, run, new Set([fingerprint]))).get(fingerprint);
    return alert !== undefined && isOpen(alert) ? alert : undefined;
  }

  /** Alerts in an incident, as far as they are in the same episode still. */
  async function alertsIn(run: Run, incident: string): Promise<Alert[]> {
    const rows = await run(
      `SELECT a.* FROM incidents i JOIN alerts a
         ON a.fingerprint = i.fingerprint AND a."startsAt" = i."startsAt"
       WHERE i.incident = ? ORDER BY a.fingerprint`,
      incident,
    );
    return rows.map(alertOf);
  }

  /** When a person did something to this episode here: what was done over there is told in its order. */
  async function actedAt(
    run: Run,
    { fingerprint, startsAt }: Alert,
    service: string,
  ): Promise<number> {
    const [row] = await run(
      `SELECT max(at) AS at FROM alert_events WHERE fingerprint = ? AND "startsAt" = ?
         AND kind <> 'commented' AND actor <> ? AND actor NOT LIKE ?`,
      fingerprint,
      startsAt,
      service,
      `% (${service})`,
    );
    return Number(row?.["at"] ?? 0);
  }

  return {
    hear: (channel, heard, plan, now) =>
      sql.transaction(async (run) => {
        if (!(await useOnce(run, `heard ${channel} ${heard.id}`, now + remembered))) {
          return { result: "repeated", alerts: [] };
        }
        // Incidents of one service: another channel may have others of the same name.
        const incident = `${channel} ${heard.incident}`;
        const episode = await named(run, heard);
        if (episode !== undefined) await link(run, incident, episode, now);
        const alerts = await alertsIn(run, incident);
        if (heard.movedTo !== undefined) {
          for (const one of alerts) await link(run, `${channel} ${heard.movedTo}`, one, now);
        }
        const changes = [];
        for (const alert of alerts) {
          changes.push(
            ...hear(alert, heard, await actedAt(run, alert, heard.service), channel, now),
          );
        }
        await write(sql, run, changes, plan, now);
        const isDone = changes.some(({ event }) => event?.kind !== "commented");
        if (changes.length > 0)
          return { result: isDone ? "done" : "noted", alerts: changes.map(({ alert }) => alert) };
        return { result: alerts.length > 0 ? "nothing" : "unknown", alerts: [] };
      }),
  };
}
