import { keepable } from "../core/keepable.ts";

/** The interface of the two SQL databases, as far as the store needs it. */

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** Runs one statement; each `?` stands for a value. @returns The rows it gives. */
export type Run = (statement: string, ...values: readonly Value[]) => Promise<Row[]>;

/** Columns by name, with types that both databases know. */
export type Columns = Readonly<Record<string, "bigint" | "text">>;

/** Rows to insert, in order. */
export interface Insert {
  readonly table: string;
  readonly columns: Columns;
  /** Each has a value for every column. */
  readonly records: readonly Readonly<Record<string, Value>>[];
  /** Handling of a row that exists already: `ON CONFLICT …`. */
  readonly then?: string;
}

/** A database whose transactions happen one after the other, whoever begins them. */
export interface Sql {
  readonly kind: "postgres" | "sqlite";
  /**
   * Durable when its promise is fulfilled; undone when `work` throws.
   */
  transaction<T>(work: (run: Run) => Promise<T>): Promise<T>;
  /** Sees what was committed. */
  readonly read: Run;
  /** What time it is for all who share the database, in milliseconds since 1970. */
  now(): Promise<number>;
  /** Inserts rows in the way that is fastest here. */
  insert(run: Run, what: Insert): Promise<void>;
  /** A table to select from: the records of a JSON list that is given as a value, named `r`. */
  records(columns: Columns): string;
  close(): Promise<void>;
}

/** Names as SQL takes them: they keep their capitals only in quotes. */
export const quoted = (name: string): string => `"${name}"`;

export const namesOf = (columns: Columns, prefix = ""): string =>
  Object.keys(columns)
    .map((name) => prefix + quoted(name))
    .join(", ");

/** As JSON writes what no database keeps, and now and then something else. */
const odd = /\\u(?:0000|d[89a-f])/;

/** A list as one value: both databases unfold it with `records`. */
export function json(values: readonly unknown[]): string {
  const text = JSON.stringify(values);
  if (!odd.test(text)) return text;
  return JSON.stringify(values, (_, value: unknown) =>
    typeof value === "string" ? keepable(value) : value,
  );
}

/** Keys as one value, to be unfolded as records of one column. */
export const keyed = (values: Iterable<string>): string =>
  json([...values].map((key) => ({ key })));
