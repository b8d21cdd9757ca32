import { LockedError, withLock } from "../../lib/lock.ts";
import { VigilError } from "../errors.ts";
import type { Layout } from "./layout.ts";

/** Changes what runs in a home while nobody else does: another resource, or an `up` that was killed. */
export async function exclusively<T>(
  { lock }: Layout,
  work: () => Promise<T>,
  seconds = 120,
): Promise<T> {
  try {
    return await withLock(lock, work, { seconds });
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    throw new VigilError(
      "Another run is changing this machine",
      error.message,
      error.advice.join("\n"),
    );
  }
}
