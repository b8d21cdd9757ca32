import { deliver, endpointOf } from "../channels/http.ts";

const pause = 60_000;

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
 * @param onDone - Told whether the other side answered 2xx.
 * @returns To be called as long as all is well; posts once a minute at most.
 * @throws AddressError where the address is none that may be used.
 */
export function heartbeatTo(
  target: HeartbeatTarget | undefined,
  onDone: (sent: boolean) => void,
): (now: number) => Promise<void> {
  const endpoint = target && endpointOf(target.url, target);
  let last = 0;
  return async (now) => {
    if (endpoint === undefined || now < last + pause) return;
    last = now;
    const { kind } = await deliver(endpoint, { body: "{}" }, AbortSignal.timeout(10_000));
    onDone(kind === "sent");
  };
}
