/** The tables in Appwrite, as data: the deployment creates them, the store fills them. */
import { attributes } from "../core/alert.ts";

export interface Column {
  readonly key: string;
  /** `mediumtext` holds what strangers write: labels are longer than a `varchar` may be. */
  readonly type: "integer" | "mediumtext" | "varchar";
  /** Characters of a `varchar`. */
  readonly size?: number;
  readonly required: boolean;
}

export interface Index {
  readonly key: string;
  readonly type: "key" | "unique";
  readonly columns: readonly string[];
  /** How much of a text is indexed: all of it where it is not given, which `mediumtext` cannot have. */
  readonly lengths?: readonly number[];
}

export interface Table {
  readonly id: string;
  readonly columns: readonly Column[];
  readonly indexes: readonly Index[];
}

const whole = (key: string, required = true): Column => ({ key, type: "integer", required });
const text = (key: string, required = true): Column => ({ key, type: "mediumtext", required });
const word = (key: string, size: number, required = true): Column => ({
  key,
  type: "varchar",
  size,
  required,
});

const index = (...columns: string[]): Index => ({ key: columns.join("_"), type: "key", columns });
const unique = (column: string): Index => ({ key: column, type: "unique", columns: [column] });
const prefix = (column: string): Index => ({ ...index(column), lengths: [191] });

/** Order in which rows were written: Appwrite has no column of its own that survives a restore. */
const position = whole("position");

const special = new Map(
  [
    word("fingerprint", 32),
    word("status", 16),
    whole("startsAt"),
    whole("endsAt", false),
    whole("lastSeenAt"),
    whole("updatedAt"),
    whole("snoozedUntil", false),
    whole("version"),
    text("owner", false),
    text("closedBy", false),
  ].map((column) => [column.key, column]),
);

/** Every table; the first is what people look at. */
export const tables: readonly Table[] = [
  {
    id: "alerts",
    columns: attributes.map((key) => special.get(key) ?? text(key)),
    indexes: [
      unique("fingerprint"),
      index("status"),
      prefix("severity"),
      prefix("instance"),
      index("startsAt"),
    ],
  },
  {
    id: "alert_events",
    columns: [
      word("fingerprint", 32),
      whole("startsAt"),
      word("kind", 16),
      whole("at"),
      text("actor", false),
      text("text"),
      position,
    ],
    indexes: [index("fingerprint", "position"), index("at")],
  },
  {
    id: "outbox",
    columns: [
      word("key", 36),
      word("channel", 128),
      word("fingerprint", 32),
      whole("startsAt"),
      word("occasion", 16),
      whole("rank", false),
      whole("dueAt"),
      whole("plannedAt"),
      word("state", 16),
      whole("attempts"),
      whole("leasedUntil"),
      word("bundle", 36, false),
      whole("settledAt", false),
      word("why", 500),
      position,
    ],
    indexes: [
      index("state", "channel", "rank", "position"),
      index("fingerprint", "position"),
      index("bundle"),
      index("settledAt"),
    ],
  },
  {
    id: "quarantine",
    columns: [whole("at"), text("why"), text("raw"), position],
    indexes: [index("position"), index("at")],
  },
  {
    id: "receipts",
    columns: [
      word("digest", 128),
      whole("count"),
      whole("alerts"),
      whole("firstAt"),
      whole("lastAt"),
    ],
    indexes: [index("lastAt")],
  },
  { id: "used", columns: [whole("until")], indexes: [index("until")] },
  // One row for each transaction: see appwrite-database.ts.
  { id: "commits", columns: [whole("number")], indexes: [unique("number")] },
];
