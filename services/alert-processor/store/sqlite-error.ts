import { DatabaseError } from "./database-error.ts";

interface SqliteError {
  readonly code?: string;
  /** The lower eight bits are SQLite's primary result code. */
  readonly errcode?: number;
  readonly message: string;
}

const damaged =
  "the file is damaged: replace it with a copy (alert-processor restore --config FILE COPY), or move it " +
  "away; Alertmanager sends again whatever still fires";

/** Advice by SQLite's primary result code. */
const advice = new Map([
  [5, "another program has locked it: stop that program"],
  [8, "give the user who runs this write access to it"],
  [10, "check its disk and the free space there"],
  [11, damaged],
  [13, "free space on its disk"],
  [14, "make sure that its folder exists and that the user who runs this may write to it"],
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
  const todo = advice.get(known) ?? "check its disk and the log";
  const why = code === "ERR_SQLITE_ERROR" ? message : code;
  return new DatabaseError(`${path}: ${why}; ${todo}`, code, error);
}
