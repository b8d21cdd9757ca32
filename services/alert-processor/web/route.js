/** Where the reader is, as the address says it after `#`. */

/** @typedef {"open" | "alert" | "history" | "noise" | "silences" | "health" | "lost"} View */

/**
 * @typedef {{
 *   readonly view: View,
 *   readonly fingerprint: string,
 *   readonly query: URLSearchParams,
 * }} Route
 */

/** @type {Readonly<Record<string, View>>} */
const views = {
  "": "open",
  "/": "open",
  "/history": "history",
  "/noise": "noise",
  "/silences": "silences",
  "/health": "health",
};

/** @returns {Route} */
export function readRoute() {
  const [path = "", query = ""] = location.hash.slice(1).split("?", 2);
  const [, fingerprint = ""] = /^\/alerts\/([0-9a-f]{1,32}|own-[0-9a-f]{28})$/.exec(path) ?? [];
  const view = fingerprint === "" ? (views[path] ?? "lost") : "alert";
  return { view, fingerprint, query: new URLSearchParams(query) };
}

/**
 * Address of the same page with other parameters; those that are undefined are left out.
 *
 * @param {string} path
 * @param {URLSearchParams} query
 * @param {Readonly<Record<string, string | undefined>>} [fields]
 */
export function hrefOf(path, query, fields = {}) {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return `#${path}${text === "" ? "" : `?${text}`}`;
}
