import { DatabaseError } from "./database-error.ts";

interface SqliteError {
  readonly code?: string;
  /** The lower eight bits are SQLite's primary result code. */
  readonly errcode?: number;
  readonly message: string;
}

const damaged =
  "the file is damaged: put a copy in its place (alert-processor restore --config FILE COPY), or move it " +
  "away; what still fires comes again from Alertmanager";

/** What to do, by SQLite's primary result code. */
const advice = new Map([
  [5, "another program has it locked: end that"],
  [8, "let the user who runs this write it"],
  [10, "look at the disk it is on, and at its room"],
  [11, damaged],
  [13, "free space on its disk"],
  [14, "make sure that its folder is there and the user who runs this may write in it"],
  [26, damaged],
]);

/** Whether what is in the file is not what was written. */
export const isDamaged = ({ errcode = 0 }: SqliteError): boolean =>
  [11, 26].includes(errcode & 0xff);

/** A failure of SQLite or of the file's folder, in words; anything else as it is. */
export function sqliteError(path: string, error: unknown): unknown {
  const { code = "", errcode, message } = error as SqliteError;
  const ofFolder: Readonly<Record<string, number>> = {
    EACCES: 8,
    ENOENT: 14,
    ENOSPC: 13,
    EROFS: 8,
  };
  const known = code === "ERR_SQLITE_ERROR" ? (errcode ?? 0) & 0xff : ofFolder[code];
  if (known === undefined) return error;
  const todo = advice.get(known) ?? "look at its disk and at the log";
  const why = code === "ERR_SQLITE_ERROR" ? message : code;
  return new DatabaseError(`${path}: ${why}; ${todo}`, code, error);
}
