/** A failure in the words of the person who runs `up`: what happened, why, what to do. */
export class VigilError extends Error {
  readonly what: string;
  readonly why: string;
  readonly fix: string;

  constructor(what: string, why: string, fix: string) {
    super(`${what}: ${why}\n${fix}`);
    this.name = "VigilError";
    this.what = what;
    this.why = why;
    this.fix = fix;
    // The SDK prints stacks of failed operations; they say nothing to the reader.
    this.stack = "";
  }
}

/** The resource exists but does not work yet; the engine keeps it, so that `up` and `destroy` see it. */
export class NotReadyError extends VigilError {
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly reasons: readonly string[];

  constructor(cause: VigilError, id: string, properties: Readonly<Record<string, unknown>>) {
    super(cause.what, cause.why, cause.fix);
    this.name = "NotReadyError";
    this.id = id;
    this.properties = properties;
    this.reasons = [cause.message];
  }
}

/** The message of anything thrown, also by code of another realm. */
export function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error
    ? String(error.message)
    : String(error);
}

/** True for an error of the operating system with one of these codes: `ENOENT`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return (
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    codes.includes(String(error.code))
  );
}
