/** When a failed delivery is retried. */
import { instantOf } from "./instant.ts";

/** The outcome of an attempt. */
export type Outcome =
  | { readonly kind: "sent" }
  /** May work later; `afterSeconds` where the other side said when. */
  | { readonly kind: "failed"; readonly why: string; readonly afterSeconds?: number }
  /** The channel is refused, whatever the message: a wrong token, an address that is gone. Works once somebody fixes it. */
  | { readonly kind: "barred"; readonly why: string }
  /** This message will never work: its body is not accepted. */
  | { readonly kind: "refused"; readonly why: string };

const first = 5_000;
/** Milliseconds that an attempt waits at most, unless the other side says so. */
export const longest = 15 * 60_000;
const giveUpAfter = 24 * 3_600_000;

/**
 * Milliseconds until the next attempt: 5 s doubled each time up to 15 minutes, half of it random, so that messages that
 * failed together are not retried together. Undefined where a day has passed.
 *
 * @param attempts - Made so far, this one included.
 * @param age - Milliseconds since it was first due.
 * @param chance - From 0 to 1.
 */
export function waitFor(
  attempts: number,
  age: number,
  chance: number,
  afterSeconds = 0,
): number | undefined {
  if (age >= giveUpAfter) return undefined;
  const usual = Math.min(longest, first * 2 ** (attempts - 1));
  return Math.ceil(Math.max(afterSeconds * 1000, usual / 2 + (usual / 2) * chance));
}

const longestSaid = 3600;

/** Statuses that concern the message, not its sender or address: malformed, too large, of another kind. */
const aboutMessage: readonly number[] = [400, 413, 414, 415, 422, 431];

/**
 * Seconds that a `Retry-After` header asks for, given as a number or as a date; undefined where it
 * says nothing of use, or more than an hour.
 */
function secondsOf(retryAfter: string, now: number): number | undefined {
  const date = (): number => Math.ceil((instantOf(retryAfter) - now) / 1000);
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : date();
  return seconds > 0 && seconds <= longestSaid ? seconds : undefined;
}

/**
 * The outcome of an HTTP answer, by the meaning of its status for a second attempt.
 *
 * @param retryAfter - The header, null where there is none.
 * @param now - To count from where the header is a date.
 */
export function outcomeOf(status: number, retryAfter: string | null, now: number): Outcome {
  if (status >= 200 && status < 300) return { kind: "sent" };
  const why = `answered ${status}`;
  if (status >= 500 || [408, 409, 425, 429].includes(status)) {
    const afterSeconds = secondsOf(retryAfter ?? "", now);
    return { kind: "failed", why, ...(afterSeconds !== undefined && { afterSeconds }) };
  }
  return { kind: aboutMessage.includes(status) ? "refused" : "barred", why };
}
