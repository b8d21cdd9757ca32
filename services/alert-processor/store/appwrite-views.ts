/** Read-only views of the memory in Appwrite. */
import { Query } from "node-appwrite";
import { heartbeatName } from "../core/alert.ts";
import { type AppwriteDatabase, rowIdOf } from "./appwrite-database.ts";
import { alertOf, deliveryStateOf, eventOf } from "./rows.ts";
import type { Row } from "./sql.ts";
import type { Filter, Noise, Store } from "./store.ts";

const newestFirst = Query.orderDesc("position");
const noHeartbeat = Query.notEqual("alertname", heartbeatName);

const states: Readonly<Record<NonNullable<Filter["state"]>, readonly string[]>> = {
  open: [Query.notEqual("status", "resolved")],
  resolved: [Query.equal("status", "resolved")],
  all: [],
};

const wanted = (column: string, value: string | undefined): string[] =>
  value === undefined || value === "" ? [] : [Query.equal(column, value)];

/** Episodes by name and team, the most first. */
function noiseOf(events: readonly Row[], alerts: readonly Row[]): Noise[] {
  const byFingerprint = new Map(alerts.map((row) => [row["fingerprint"], alertOf(row)]));
  const groups = Map.groupBy(events, ({ fingerprint }) => {
    const alert = byFingerprint.get(fingerprint ?? null);
    return JSON.stringify(alert === undefined ? [] : [alert.alertname, alert.team]);
  });
  const found = [...groups].flatMap(([name, rows]): Noise[] => {
    const [alertname, team] = JSON.parse(name) as [string?, string?];
    if (alertname === undefined || team === undefined || alertname === heartbeatName) return [];
    const taken = rows
      .filter(({ kind }) => kind === "acknowledged")
      .map(({ fingerprint, startsAt }) => `${fingerprint} ${startsAt}`);
    const episodes = rows.filter(({ kind }) => kind === "firing").length;
    return [{ alertname, team, episodes, acknowledged: new Set(taken).size }];
  });
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return found
    .sort(
      (a, b) =>
        b.episodes - a.episodes || compare(a.alertname, b.alertname) || compare(a.team, b.team),
    )
    .slice(0, 100);
}

type Views = Pick<
  Store,
  | "among"
  | "deliveries"
  | "depth"
  | "get"
  | "heartbeats"
  | "history"
  | "list"
  | "noise"
  | "quarantine"
  | "wasUsed"
>;

export const viewsOf = (database: AppwriteDatabase): Views => ({
  list: async ({ limit = 500, severity, state = "open", team }) => {
    const queries = [
      ...states[state],
      noHeartbeat,
      ...wanted("team", team),
      ...wanted("severity", severity),
      Query.orderDesc(state === "resolved" ? "endsAt" : "startsAt"),
      Query.orderAsc("fingerprint"),
    ];
    return (await database.rows("alerts", queries, limit)).map(alertOf);
  },

  heartbeats: async () => {
    const queries = [Query.equal("alertname", heartbeatName), Query.orderAsc("fingerprint")];
    return (await database.rows("alerts", queries)).map(alertOf);
  },

  // Not by its id: that answer may come from a cache.
  get: async (fingerprint) => {
    const [row] = await database.among("alerts", "fingerprint", [fingerprint]);
    return row && alertOf(row);
  },

  among: async (fingerprints) =>
    (await database.among("alerts", "fingerprint", fingerprints)).map(alertOf),

  history: async (fingerprint, limit) => {
    const queries = [Query.equal("fingerprint", fingerprint), newestFirst];
    return (await database.rows("alert_events", queries, limit)).map(eventOf);
  },

  deliveries: async (fingerprint, limit) => {
    const queries = [Query.equal("fingerprint", fingerprint), newestFirst];
    return (await database.rows("outbox", queries, limit)).map(deliveryStateOf);
  },

  quarantine: async (limit) => {
    const rows = await database.rows("quarantine", [newestFirst], limit);
    return rows.map(({ at, raw, why }) => ({ at: Number(at), why: String(why), raw: String(raw) }));
  },

  noise: async (since) => {
    const events = await database.rows("alert_events", [
      Query.greaterThanEqual("at", since),
      Query.equal("kind", ["firing", "acknowledged"]),
    ]);
    const fingerprints = events.map(({ fingerprint }) => String(fingerprint));
    return noiseOf(events, await database.among("alerts", "fingerprint", fingerprints));
  },

  wasUsed: async (id) => (await database.among("used", "$id", [rowIdOf(id)])).length > 0,

  depth: async () => {
    const pending = Query.equal("state", "pending");
    const [oldest] = await database.rows("outbox", [pending, Query.orderAsc("dueAt")], 1);
    return {
      open: await database.count("alerts", ...states.open, noHeartbeat),
      pending: await database.count("outbox", pending),
      dead: await database.count("outbox", Query.equal("state", "dead")),
      quarantined: await database.count("quarantine"),
      oldestDueAt: oldest === undefined ? null : Number(oldest["dueAt"]),
    };
  },
});
