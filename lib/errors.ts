import { quote } from "./command.ts";

/** A failure somebody using Vigil can act on: shown as message, details and what to do. */
export class UserError extends Error {
  /** Lines that say what was seen. */
  readonly details: readonly string[];
  /** Lines that say what to do about it. */
  readonly advice: readonly string[];

  constructor(
    message: string,
    {
      details = [],
      advice = [],
      cause,
    }: { details?: readonly string[]; advice?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = new.target.name;
    this.details = details;
    this.advice = advice;
  }
}

/** A command line that says nothing Vigil understands: exit code 2, as is the custom. */
export class UsageError extends UserError {}

/** One place a tool was looked for, and why it was not found there. */
export interface Attempt {
  readonly place: string;
  readonly reason: string;
}

/** A tool that could not be obtained, with every place tried. */
export class ToolError extends UserError {
  readonly tool: string;
  readonly tried: readonly Attempt[];

  constructor(tool: string, tried: readonly Attempt[], advice: readonly string[]) {
    super(`${tool} could not be obtained`, {
      details: tried.map(({ place, reason }) => `${place}: ${reason}`),
      advice,
    });
    this.tool = tool;
    this.tried = tried;
  }
}

/** A reason to stop instead of trying the next place: nothing further would be right or safe. */
export class FatalError extends UserError {}

/** The message of whatever was thrown; where it only collects others, theirs. */
export function reasonOf(error: unknown): string {
  const { message, errors } = (error ?? {}) as Partial<AggregateError>;
  // Node tries each address of a name, and gives what became of all of them no message.
  if (message === "" && errors !== undefined) return errors.map(reasonOf).join("; ");
  return message ?? String(error);
}

/** The error of a disk without space, as somebody can act on it. */
export const diskFull = (folder: string, cause: unknown): FatalError =>
  new FatalError(`No space is left on the disk of ${folder}`, {
    details: [reasonOf(cause), "Nothing half-done was left behind."],
    advice: [
      `Free about 2 GB there (see: df -h ${quote(folder)}), or set VIGIL_CACHE to a folder on a larger disk.`,
    ],
    cause,
  });

/** Codes with which systems say that a folder is not ours to write in. */
const denied = new Set(["EACCES", "EPERM", "EROFS"]);

/**
 * Turns what happens when a disk is full or a folder is closed into a {@link FatalError} naming the
 * path; anything else comes back as it is.
 */
export function explainDisk(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? "";
  if (
    code === "ENOSPC" ||
    code === "EDQUOT" ||
    /no space left|quota exceeded/i.test(reasonOf(error))
  ) {
    return diskFull(folder, error);
  }
  if (denied.has(code)) {
    return new FatalError(`The folder ${folder} cannot be written to`, {
      details: [reasonOf(error)],
      advice: [
        `Make it yours (see: ls -ld ${quote(folder)}); the cache can be elsewhere, set VIGIL_CACHE.`,
      ],
      cause: error,
    });
  }
  return error;
}

/** How an error is printed: never a stack trace unless asked for. */
export function formatError(error: unknown, debug = false): string {
  const lines = [`✗ ${reasonOf(error)}`];
  if (error instanceof UserError) {
    lines.push(...error.details.map((line) => `  ${line}`));
    lines.push(...error.advice.map((line) => `  → ${line}`));
  } else if (!debug) {
    lines.push("  → VIGIL_DEBUG=1 shows where this comes from.");
  }
  if (debug && error instanceof Error && error.stack !== undefined) lines.push(error.stack);
  return lines.join("\n");
}
