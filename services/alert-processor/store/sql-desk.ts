import { heartbeatName } from "../core/alert.ts";
import type { Alert, Occasion } from "../core/alert.ts";
import { classOf, oddRank, seenAlert, wordsByRank } from "../core/severity.ts";
import type { AlertRow, ChannelDepth, Dead, Desk, Ended } from "./desk.ts";
import { alertOf } from "./rows.ts";
import type { Row, Sql } from "./sql.ts";
import { knownAlerts } from "./sql-writes.ts";

/** Characters that JavaScript trims. */
const blanks = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code))
  .filter((character) => character.trim() === "")
  .join("");

/** The rank of a severity as core/severity.ts has it: the worst come first. */
const rank = `CASE lower(trim(severity, '${blanks}')) ${wordsByRank
  .flatMap(([of, words]) => words.map((word) => `WHEN '${word}' THEN ${of}`))
  .join(" ")} ELSE ${oddRank} END`;

/** How far back the last message of a channel is looked for, in deliveries. */
const lookBack = 20_000;

const text = (row: Row, name: string): string => String(row[name] ?? "");
const number = (row: Row, name: string): number => Number(row[name] ?? 0);
const optional = (row: Row, name: string): number | null =>
  row[name] === null || row[name] === undefined ? null : Number(row[name]);

const summaryOf = ({ description, summary }: Readonly<Record<string, string>>): string =>
  summary ?? description ?? "";

function rowOf(alert: Alert): AlertRow {
  const summary = summaryOf(alert.annotations);
  return seenAlert({ ...alert, annotations: summary === "" ? {} : { summary } });
}

const like = (word: string): string => `%${word.replaceAll(/[\\%_]/g, "\\$&")}%`;

/** Views for people, and their clean-up. */
export function deskOf(sql: Sql): Omit<Desk, "hear"> {
  const { read } = sql;

  async function position(): Promise<number> {
    const [row] = await read("SELECT max(id) AS n FROM alert_events");
    return Number(row?.["n"] ?? 0);
  }

  async function changedSince(...[from, limit]: Parameters<Desk["changedSince"]>) {
    const events = await read(
      "SELECT id, fingerprint FROM alert_events WHERE id > ? ORDER BY id LIMIT ?",
      from,
      limit,
    );
    const last = events.at(-1);
    if (last === undefined) return { position: from, alerts: [], more: false };
    const names = new Set(events.map((event) => text(event, "fingerprint")));
    const changed = [...(await knownAlerts(sql, read, names)).values()];
    const alerts = changed.filter(({ alertname }) => alertname !== heartbeatName).map(rowOf);
    return { position: number(last, "id"), alerts, more: events.length === limit };
  }

  async function open(limit: number): Promise<AlertRow[]> {
    const rows = await read(
      `SELECT * FROM alerts WHERE status <> 'resolved' AND alertname <> '${heartbeatName}'
       ORDER BY ${rank}, "startsAt" DESC, fingerprint LIMIT ?`,
      limit,
    );
    return rows.map((row) => rowOf(alertOf(row)));
  }

  async function channels(now: number): Promise<ChannelDepth[]> {
    const waiting = await read(
      // By when it was first due: what failed waits for its next try, and is no less late for that.
      `SELECT channel, count(*) AS pending, count(CASE WHEN "plannedAt" <= ? THEN 1 END) AS due,
         min(CASE WHEN "plannedAt" <= ? THEN "plannedAt" END) AS oldest
       FROM outbox WHERE state = 'pending' GROUP BY channel`,
      now,
      now,
    );
    const dead = await read(
      "SELECT channel, count(*) AS dead FROM outbox WHERE state = 'dead' GROUP BY channel",
    );
    const sent = await read(
      `SELECT channel, max("settledAt") AS at FROM outbox
       WHERE id > (SELECT max(id) FROM outbox) - ${lookBack} AND state = 'sent' GROUP BY channel`,
    );
    const found = Map.groupBy([...waiting, ...dead, ...sent], (row) => text(row, "channel"));
    return [...found].map(([channel, rows]) => {
      const row: Row = Object.fromEntries(rows.flatMap((one) => Object.entries(one)));
      return {
        channel,
        pending: number(row, "pending"),
        due: number(row, "due"),
        dueSince: optional(row, "oldest"),
        dead: number(row, "dead"),
        sentAt: optional(row, "at"),
      };
    });
  }

  async function dead(limit: number): Promise<Dead[]> {
    const rows = await read(
      `SELECT o.*, a.alertname, a.instance FROM outbox o
       JOIN alerts a ON a.fingerprint = o.fingerprint
       WHERE o.state = 'dead' ORDER BY o.id DESC LIMIT ?`,
      limit,
    );
    return rows.map((row) => ({
      key: text(row, "key"),
      channel: text(row, "channel"),
      fingerprint: text(row, "fingerprint"),
      alertname: text(row, "alertname"),
      instance: text(row, "instance"),
      occasion: text(row, "occasion") as Occasion,
      settledAt: number(row, "settledAt"),
      attempts: number(row, "attempts"),
      why: text(row, "why"),
    }));
  }

  const dismissDead: Desk["dismissDead"] = (channel = "", now) =>
    sql.transaction(async (run) => {
      const rows = await run(
        `UPDATE outbox SET state = 'cancelled', "settledAt" = ?
         WHERE state = 'dead' AND (channel = ? OR ? = '') RETURNING key`,
        now,
        channel,
        channel,
      );
      return rows.length;
    });

  const clearQuarantine: Desk["clearQuarantine"] = () =>
    sql.transaction(async (run) => (await run("DELETE FROM quarantine RETURNING id")).length);

  async function quarantinedAt(): Promise<number | null> {
    const [row] = await read("SELECT at FROM quarantine ORDER BY id DESC LIMIT 1");
    return row === undefined ? null : number(row, "at");
  }

  async function ended(...[words, before, limit]: Parameters<Desk["ended"]>): Promise<Ended[]> {
    const rows = await read(
      `SELECT e.id, e.at, e.actor, e."startsAt" AS began, a.* FROM alert_events e
       JOIN alerts a ON a.fingerprint = e.fingerprint
       WHERE e.kind = 'resolved' AND e.id < ? AND a.alertname <> '${heartbeatName}'
         ${words.map(() => `AND lower(a.labels || ' ' || a.annotations) LIKE ? ESCAPE '\\'`).join(" ")}
       ORDER BY e.id DESC LIMIT ?`,
      before ?? Number.MAX_SAFE_INTEGER,
      ...words.map(like),
      limit,
    );
    return rows.map((row) => {
      const alert = alertOf(row);
      const [startsAt, at] = [number(row, "began"), number(row, "at")];
      const { alertname, fingerprint, instance, service, severity, team } = alert;
      // Of the last episode the end is known, of those before when it was heard.
      const own = alert.startsAt === startsAt && (alert.endsAt ?? 0) > startsAt;
      return {
        id: number(row, "id"),
        ...{ fingerprint, alertname, instance, service, severity, team, startsAt },
        level: classOf(severity),
        summary: summaryOf(alert.annotations),
        endsAt: own ? (alert.endsAt ?? at) : at,
        closedBy: row["actor"] === null ? null : text(row, "actor"),
      };
    });
  }

  return {
    position,
    changedSince,
    open,
    channels,
    dead,
    dismissDead,
    clearQuarantine,
    quarantinedAt,
    ended,
  };
}
