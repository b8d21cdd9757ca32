import type { Reach } from "./paths.ts";

/** The session's cookie. */
export interface Cookie {
  readonly name: string;
  /** Its value among all that a browser sends; empty where it is not there. */
  in(header: string | undefined): string;
  /** The header that sets it. */
  with(value: string, seconds: number): string;
}

/**
 * The prefix has browsers refuse it over plain HTTP and, where the host is ours alone, from other hosts. Under a
 * path it goes nowhere else: not to what else the host has, nor to another processor beside.
 */
export function cookieAt({ base, origin }: Reach): Cookie {
  // Browsers send cookies to every port of a host: without the port in its name, signing in at one processor
  // would sign out at another on the same host.
  const port = new URL(origin).port || "443";
  const name = `${base === "" ? "__Host" : "__Secure"}-vigil-session-${port}`;
  const start = `${name}=`;
  return {
    name,
    in: (header) => {
      const pairs = (header ?? "").split(";").map((pair) => pair.trim());
      return pairs.find((pair) => pair.startsWith(start))?.slice(start.length) ?? "";
    },
    // Lax: a link in a message must find the person signed in. No script reads it.
    with: (value, seconds) =>
      `${start}${value}; Max-Age=${seconds}; Path=${base}/; Secure; HttpOnly; SameSite=Lax`,
  };
}
