import { hasUnknown, isRecord, isWrapped, reveal, same, type Raw } from "./values.ts";

/** A change of the value at a path. */
export type Change = "add" | "delete" | "update";

/** Changes by property path, in the engine's syntax: `args[2]`, `files["prometheus.yml"]`. */
export type Changes = Readonly<Record<string, Change>>;

/** The effect of an update. */
export interface Difference {
  readonly changes: Changes;
  /** Properties of which any change replaces the resource. */
  readonly replaces?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
}

/**
 * The smallest parts of `properties` in which `news` differs from `olds`, so that the engine shows
 * those alone. A secret is one part, whatever is in it: its inner names are nobody's business.
 */
export function changesOf(olds: Raw, news: Raw, properties: readonly string[]): Changes {
  const changes: Record<string, Change> = {};
  compareMembers("", properties, olds, news, changes);
  return changes;
}

function compareMembers(
  parent: string,
  keys: readonly string[],
  old: Raw,
  next: Raw,
  changes: Record<string, Change>,
): void {
  for (const key of keys) {
    const path = pathTo(parent, key);
    if (old[key] === undefined && next[key] === undefined) continue;
    if (old[key] === undefined) changes[path] = "add";
    else if (next[key] === undefined) changes[path] = "delete";
    else compare(path, old[key], next[key], changes);
  }
}

function compare(path: string, old: unknown, next: unknown, changes: Record<string, Change>): void {
  if (isOpen(old) && isOpen(next)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(next)])].sort();
    compareMembers(path, keys, old, next, changes);
  } else if (Array.isArray(old) && Array.isArray(next)) {
    compareItems(path, old, next, changes);
  } else if (hasUnknown(next) || !same(reveal(old), reveal(next))) {
    changes[path] = "update";
  }
}

/** Equal items at both ends are left out, so that an inserted item shows alone. */
function compareItems(
  path: string,
  old: readonly unknown[],
  next: readonly unknown[],
  changes: Record<string, Change>,
): void {
  const shorter = Math.min(old.length, next.length);
  const equal = (left: unknown, right: unknown): boolean =>
    !hasUnknown(right) && same(reveal(left), reveal(right));
  let start = 0;
  while (start < shorter && equal(old[start], next[start])) start += 1;
  let ends = 0;
  while (ends < shorter - start && equal(old.at(-1 - ends), next.at(-1 - ends))) ends += 1;
  for (let index = start; index < Math.max(old.length, next.length) - ends; index += 1) {
    const part = `${path}[${index}]`;
    if (index >= old.length - ends) changes[part] = "add";
    else if (index >= next.length - ends) changes[part] = "delete";
    else compare(part, old[index], next[index], changes);
  }
}

/** Paths cannot name every key: a backslash is not to be told from an escape. */
function isOpen(value: unknown): value is Raw {
  return (
    isRecord(value) &&
    !isWrapped(value) &&
    !Object.keys(value).some((key) => key.includes("\\") || key === "")
  );
}

function pathTo(parent: string, key: string): string {
  if (!/^[a-z_$][\w$]*$/iu.test(key)) return `${parent}["${key.replaceAll('"', '\\"')}"]`;
  return parent === "" ? key : `${parent}.${key}`;
}
