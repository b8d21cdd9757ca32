import { deliver, endpointOf } from "../channels/http.ts";
import type { Outcome } from "../core/retry.ts";

const pause = 60_000;

/** Milliseconds that the other side has to answer. */
const timeout = 10_000;

/** Where the heartbeat goes. */
export interface HeartbeatTarget {
  /** A secret. */
  readonly url: string;
  /** Private and loopback addresses are allowed. */
  readonly private?: boolean | undefined;
  /** HTTP without TLS is allowed, to loopback addresses. */
  readonly plain?: boolean | undefined;
}

/**
 * Tells somebody outside that alerts can arrive here: what watches that address raises an alarm when
 * nothing is posted to it any more, whatever broke.
 *
 * @returns Posts once; to be called about once a minute, as long as all is well. Never throws.
 * @throws AddressError where the address may not be used.
 */
export function heartbeatTo(target: HeartbeatTarget): () => Promise<Outcome> {
  const endpoint = endpointOf(target.url, target);
  return () => deliver(endpoint, { body: "{}" }, AbortSignal.timeout(timeout));
}

/** The same work, but once a minute at most however often it is asked for; times in milliseconds. */
export function onceAMinute(work: () => Promise<void>): (now: number) => Promise<void> {
  let last = -Infinity;
  return async (now) => {
    // A clock that was set back is not a reason to wait.
    if (now >= last && now < last + pause) return;
    last = now;
    await work();
  };
}
