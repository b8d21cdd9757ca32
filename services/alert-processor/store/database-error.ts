/** The database cannot be reached, or did not do what it was asked: says where, why and what to do. */
export class DatabaseError extends Error {
  /** SQLSTATE, SQLite's or Node's name of the failure, where there is one. */
  readonly code: string | undefined;

  constructor(message: string, code?: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** How to reach it is said wrongly: no waiting fixes that. */
export class DatabaseOptionsError extends DatabaseError {}
