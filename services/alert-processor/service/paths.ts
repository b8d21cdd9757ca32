/** Where people reach the processor, which may be a path of a host that has other things, too. Pure. */
export interface Reach {
  /** `https://host:port`. */
  readonly origin: string;
  /** The path without a slash at its end; empty where there is none. */
  readonly base: string;
}

/** Begins of our own addresses: with a path like one of these nobody could tell which is meant. */
const own = ["-", "metrics", "openapi.json", "take", "v1"];

const plain = /^(?:\/[\w.~-]+)*\/?$/;

/** Why a path cannot be one to be reached under; undefined where it can. */
export function pathProblem(url: string): string | undefined {
  const { hash, pathname, search, username, password } = new URL(url);
  if (hash + search + username + password !== "") return "must consist of a host and a path only";
  if (!plain.test(pathname)) return "must have a plain path: letters, digits, - . _ ~ and /";
  const [, first = ""] = pathname.split("/");
  return own.includes(first)
    ? `must not begin with /${first}: the processor has addresses there`
    : undefined;
}

export function reachOf(publicUrl: string): Reach {
  const { origin, pathname } = new URL(publicUrl);
  return { origin, base: pathname.replace(/\/+$/, "") };
}

/** An address as our routes have it, whether the proxy has taken the path away or not. */
export function within({ base }: Reach, url: string): string {
  if (base === "" || !url.startsWith(base)) return url;
  const rest = url.slice(base.length);
  if (rest === "") return "/";
  if (rest.startsWith("?")) return `/${rest}`;
  return rest.startsWith("/") ? rest : url;
}
