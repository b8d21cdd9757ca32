/** Text in the terms of those who read it; pure. */

const irregular: ReadonlyMap<string, string> = new Map([
  ["dataSource", "data source"],
  ["hostProcess", "host exporter"],
]);

/** `vigil:index:Certificate` → `certificate`, `grafana:oss/dataSource:DataSource` → `data source`. */
export function kindOf(type: string): string {
  const last = type.split(":").at(-1) ?? type;
  const word = last.charAt(0).toLowerCase() + last.slice(1);
  return irregular.get(word) ?? word;
}

const plural = (what: string): string =>
  what.endsWith("y") ? `${what.slice(0, -1)}ies` : `${what}${what.endsWith("s") ? "es" : "s"}`;

/** `1 login`, `2 authorities`, `5 processes`. */
export const count = (number: number, what: string): string =>
  `${number} ${number === 1 ? what : plural(what)}`;

/** How many there are of each, the most frequent first: `4 certificates, 2 logins`. */
export function tally(things: readonly string[]): string {
  const numbers = new Map<string, number>();
  for (const thing of things) numbers.set(thing, (numbers.get(thing) ?? 0) + 1);
  return [...numbers]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([thing, number]) => count(number, thing))
    .join(", ");
}

/** The first of them, and how many there are more. */
export function some(lines: readonly string[], most: number): string[] {
  // One line more says as much as that there is one more.
  if (lines.length <= most + 1) return [...lines];
  return [...lines.slice(0, most), `… and ${lines.length - most} more`];
}

/** Every line below something else. */
export const indent = (lines: readonly string[], by = "  "): string[] =>
  lines.map((line) => (line === "" ? line : by + line));
