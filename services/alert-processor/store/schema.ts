import { attributes, heartbeatName } from "../core/alert.ts";
import type { Columns, Sql } from "./sql.ts";

const numbers: readonly string[] = [
  "startsAt",
  "endsAt",
  "lastSeenAt",
  "updatedAt",
  "snoozedUntil",
  "version",
];

const columns = (names: readonly string[], bigints: readonly string[]): Columns =>
  Object.fromEntries(names.map((name) => [name, bigints.includes(name) ? "bigint" : "text"]));

/** The attributes of an alert; labels and annotations as JSON. */
export const alertColumns = columns(attributes, numbers);

/** Those of the first version of the table. */
const firstAlertColumns = columns(
  attributes.filter((name) => name !== "closedBy"),
  numbers,
);

export const eventColumns = columns(
  ["fingerprint", "startsAt", "kind", "at", "actor", "text"],
  ["startsAt", "at"],
);

export const deliveryColumns = columns(
  ["key", "channel", "fingerprint", "startsAt", "occasion", "dueAt"],
  ["startsAt", "dueAt"],
);

/** A delivery as it begins. */
export const outboxColumns = {
  ...deliveryColumns,
  ...columns(
    ["rank", "plannedAt", "state", "attempts", "leasedUntil", "why"],
    ["rank", "plannedAt", "attempts", "leasedUntil"],
  ),
};

export const receiptColumns = columns(["digest", "count", "alerts"], ["count", "alerts"]);

export const quarantineColumns = columns(["why", "raw"], []);

const nullable: readonly string[] = ["endsAt", "owner", "snoozedUntil", "closedBy", "actor"];

const define = (of: Columns): string =>
  Object.entries(of)
    .map(([name, type]) => `"${name}" ${type}${nullable.includes(name) ? "" : " NOT NULL"}`)
    .join(", ");

/** Each entry once, in order; a released one is never changed. `ID` is a number that counts up. */
const migrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE alerts (${define(firstAlertColumns)}, PRIMARY KEY (fingerprint))`,
    `CREATE INDEX alerts_status ON alerts (status)`,
    `CREATE INDEX alerts_severity ON alerts (severity)`,
    `CREATE INDEX alerts_instance ON alerts (instance)`,
    `CREATE INDEX alerts_starts ON alerts ("startsAt")`,
    `CREATE INDEX alerts_heartbeat ON alerts (fingerprint) WHERE alertname = '${heartbeatName}'`,
    `CREATE TABLE alert_events (id ID, ${define(eventColumns)})`,
    `CREATE INDEX alert_events_alert ON alert_events (fingerprint, id)`,
    `CREATE INDEX alert_events_at ON alert_events (at)`,
    `CREATE TABLE outbox (id ID, ${define(deliveryColumns)}, state text NOT NULL,
      "plannedAt" bigint NOT NULL, attempts bigint NOT NULL, "leasedUntil" bigint NOT NULL,
      bundle text, "settledAt" bigint, why text NOT NULL, UNIQUE (key))`,
    `CREATE INDEX outbox_due ON outbox (channel, "dueAt") WHERE state = 'pending'`,
    `CREATE INDEX outbox_bundle ON outbox (bundle) WHERE state = 'pending' AND bundle IS NOT NULL`,
    `CREATE INDEX outbox_dead ON outbox (channel) WHERE state = 'dead'`,
    `CREATE INDEX outbox_episode ON outbox (fingerprint, "startsAt", channel)`,
    `CREATE TABLE receipts (${define(receiptColumns)}, "firstAt" bigint NOT NULL,
      "lastAt" bigint NOT NULL, PRIMARY KEY (digest))`,
    `CREATE INDEX receipts_last ON receipts ("lastAt")`,
    `CREATE TABLE quarantine (id ID, at bigint NOT NULL, ${define(quarantineColumns)})`,
    `CREATE TABLE used (id text NOT NULL PRIMARY KEY, until bigint NOT NULL)`,
  ],
  [`ALTER TABLE alerts ADD COLUMN "closedBy" text`],
  [
    `ALTER TABLE outbox ADD COLUMN rank bigint NOT NULL DEFAULT 1`,
    `DROP INDEX outbox_due`,
    `CREATE INDEX outbox_due ON outbox (channel, rank, "dueAt") WHERE state = 'pending'`,
  ],
  [
    `CREATE TABLE incidents (incident text NOT NULL, fingerprint text NOT NULL,
      "startsAt" bigint NOT NULL, at bigint NOT NULL, PRIMARY KEY (incident, fingerprint, "startsAt"))`,
  ],
  [`CREATE TABLE clock (at bigint NOT NULL)`, `INSERT INTO clock VALUES (0)`],
];

const ids = {
  postgres: "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
  sqlite: "INTEGER PRIMARY KEY AUTOINCREMENT",
} as const;

/** The database was made by a newer version than this one. */
export class SchemaError extends Error {}

/**
 * Brings the tables to what this version needs.
 *
 * @throws {@link SchemaError} where a newer version was here.
 */
export async function migrate(sql: Sql): Promise<void> {
  await sql.transaction(async (run) => {
    await run("CREATE TABLE IF NOT EXISTS migrations (number bigint NOT NULL PRIMARY KEY)");
    const done = (await run("SELECT number FROM migrations")).length;
    if (done > migrations.length) {
      throw new SchemaError(
        `the database is at version ${done}, this program knows up to ${migrations.length}: ` +
          "run the version that wrote it, or restore a backup from before",
      );
    }
    for (const [index, statements] of migrations.entries()) {
      if (index < done) continue;
      for (const statement of statements) await run(statement.replace(/\bID\b/, ids[sql.kind]));
      await run("INSERT INTO migrations VALUES (?)", index + 1);
    }
  });
}
