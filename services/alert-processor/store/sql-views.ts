import { type Alert, heartbeatName } from "../core/alert.ts";
import { alertOf, deliveryStateOf, eventOf } from "./rows.ts";
import type { Row, Sql } from "./sql.ts";
import { certain, doubtValues } from "./sql-doubt.ts";
import { knownAlerts } from "./sql-writes.ts";
import type { Filter, Store } from "./store.ts";

type View =
  | "list"
  | "heartbeats"
  | "get"
  | "among"
  | "history"
  | "deliveries"
  | "quarantine"
  | "noise"
  | "depth"
  | "wasUsed";

async function count(rows: Promise<Row[]>): Promise<number> {
  return Number((await rows)[0]?.["n"] ?? 0);
}

/** Read-only queries. */
export function viewsOf(sql: Sql): Pick<Store, View> {
  const { read } = sql;
  async function list({ limit = 500, severity, state = "open", team }: Filter): Promise<Alert[]> {
    const states = {
      open: `status <> 'resolved'`,
      resolved: `status = 'resolved'`,
      all: `status <> ''`,
    };
    const order = state === "resolved" ? '"endsAt"' : '"startsAt"';
    const rows = await read(
      `SELECT * FROM alerts WHERE ${states[state]} AND alertname <> '${heartbeatName}'
         AND (team = ? OR ? = '') AND (severity = ? OR ? = '')
       ORDER BY ${order} DESC, fingerprint LIMIT ?`,
      team ?? "",
      team ?? "",
      severity ?? "",
      severity ?? "",
      limit,
    );
    return rows.map(alertOf);
  }

  async function heartbeats(): Promise<Alert[]> {
    const rows = await read(
      `SELECT * FROM alerts WHERE alertname = '${heartbeatName}' ORDER BY fingerprint`,
    );
    return rows.map(alertOf);
  }

  async function get(fingerprint: string): Promise<Alert | undefined> {
    const [row] = await read("SELECT * FROM alerts WHERE fingerprint = ?", fingerprint);
    return row && alertOf(row);
  }

  async function among(fingerprints: readonly string[]): Promise<Alert[]> {
    return [...(await knownAlerts(sql, read, new Set(fingerprints))).values()];
  }

  async function history(...[fingerprint, limit]: Parameters<Store["history"]>) {
    const rows = await read(
      "SELECT * FROM alert_events WHERE fingerprint = ? ORDER BY id DESC LIMIT ?",
      fingerprint,
      limit,
    );
    return rows.map(eventOf);
  }

  async function deliveries(...[fingerprint, limit]: Parameters<Store["deliveries"]>) {
    const rows = await read(
      "SELECT * FROM outbox WHERE fingerprint = ? ORDER BY id DESC LIMIT ?",
      fingerprint,
      limit,
    );
    return rows.map(deliveryStateOf);
  }

  async function quarantine(limit: number) {
    const rows = await read("SELECT * FROM quarantine ORDER BY id DESC LIMIT ?", limit);
    return rows.map(({ at, raw, why }) => ({ at: Number(at), why: String(why), raw: String(raw) }));
  }

  async function noise(since: number) {
    const rows = await read(
      `SELECT a.alertname, a.team,
         count(CASE WHEN e.kind = 'firing' THEN 1 END) AS episodes,
         count(DISTINCT CASE WHEN e.kind = 'acknowledged'
           THEN e.fingerprint || ' ' || e."startsAt" END) AS taken
       FROM alert_events e JOIN alerts a ON a.fingerprint = e.fingerprint
       WHERE e.at >= ? AND e.kind IN ('firing', 'acknowledged')
         AND a.alertname <> '${heartbeatName}'
       GROUP BY a.alertname, a.team ORDER BY episodes DESC, a.alertname, a.team LIMIT 100`,
      since,
    );
    return rows.map((row) => ({
      alertname: String(row["alertname"]),
      team: String(row["team"]),
      episodes: Number(row["episodes"]),
      // An episode may have begun before, and been taken since.
      acknowledged: Math.min(Number(row["taken"]), Number(row["episodes"])),
    }));
  }

  async function depth(doubted?: number) {
    const [pending] = await read(
      `SELECT min("dueAt") AS oldest FROM outbox o WHERE state = 'pending' ${certain(doubted)}`,
      ...doubtValues(doubted),
    );
    const oldest = pending?.["oldest"] ?? null;
    return {
      open: await count(
        read(
          `SELECT count(*) AS n FROM alerts
           WHERE status IN ('firing', 'acknowledged', 'snoozed', 'stale')
             AND alertname <> '${heartbeatName}'`,
        ),
      ),
      pending: await count(read("SELECT count(*) AS n FROM outbox WHERE state = 'pending'")),
      dead: await count(read("SELECT count(*) AS n FROM outbox WHERE state = 'dead'")),
      quarantined: await count(read("SELECT count(*) AS n FROM quarantine")),
      oldestDueAt: oldest === null ? null : Number(oldest),
    };
  }

  async function wasUsed(id: string): Promise<boolean> {
    return (await read("SELECT id FROM used WHERE id = ?", id)).length === 1;
  }

  return { list, heartbeats, get, among, history, deliveries, quarantine, noise, depth, wasUsed };
}
