/** Groups and hosts of an Ansible inventory, whichever way it is written. Pure. */
import { mostHosts, rangeIn } from "./range.ts";
import type { FileProblem } from "./file-problems.ts";

/** Variables by name. */
export type Vars = ReadonlyMap<string, unknown>;

interface Group {
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly vars: Map<string, unknown>;
}

/** A host as all mentions of it together have it. */
export interface Mentioned {
  readonly line: number | undefined;
  readonly vars: Map<string, unknown>;
}

/** More than anybody sorts hosts into. */
const mostGroups = 2000;

/** A name with the port of SSH behind it. A range has a colon of its own. */
const withPort = /^((?:\[[^\]]*\]|[^:[\]])+):(\d{1,5})$/;

/** What an inventory says. Mistakes are collected. */
export class Tree {
  readonly problems: FileProblem[] = [];
  readonly groups = new Map<string, Group>();
  readonly hosts = new Map<string, Mentioned>();
  #mentions = 0;

  /** Whether there is more than can be meant; nothing is added then. */
  isFull(): boolean {
    return this.#mentions > mostHosts || this.groups.size > mostGroups;
  }

  complain(line: number | undefined, reason: string): void {
    this.problems.push({ line, reason });
  }

  /** The group of that name, made where it is new. */
  group(name: string): Group {
    const made = this.groups.get(name) ?? {
      hosts: new Set<string>(),
      children: new Set<string>(),
      vars: new Map<string, unknown>(),
    };
    this.groups.set(name, made);
    return made;
  }

  /** Adds the hosts that a name or a range of names stands for. */
  add(group: string, written: string, vars: Vars, line: number | undefined): void {
    const [, pattern = written, port] = withPort.exec(written) ?? [];
    const range = rangeIn(pattern);
    if (range !== undefined && "reason" in range) {
      this.complain(line, `${written} ${range.reason}`);
      return;
    }
    const own = new Map([
      ...(port === undefined ? [] : [["ansible_port", port] as const]),
      ...vars,
    ]);
    for (const name of range?.items.map(range.with) ?? [pattern]) {
      this.#mentions += 1;
      if (this.isFull()) break;
      this.group(group).hosts.add(name);
      const known = this.hosts.get(name) ?? { line, vars: new Map<string, unknown>() };
      for (const [key, value] of own) known.vars.set(key, value);
      this.hosts.set(name, known);
    }
    this.checkSize();
  }

  /** Complains once of more than can be meant. */
  checkSize(): void {
    if (!this.isFull() || this.problems.some(({ reason }) => reason === tooMuch)) return;
    this.complain(undefined, tooMuch);
  }
}

const tooMuch = `has more than ${mostHosts} hosts or ${mostGroups} groups`;

/** The groups above each group, or a group that is above itself. */
function parentsOf({ groups }: Tree): Map<string, string[]> {
  const parents = new Map<string, string[]>();
  for (const [name, { children }] of groups) {
    for (const child of children) parents.set(child, [...(parents.get(child) ?? []), name]);
  }
  return parents;
}

/**
 * How far below `all` each group is at most, in an order that has parents before their children.
 * Groups that are above themselves are left over: they are not in the answer.
 */
function depths(tree: Tree): Map<string, number> {
  const parents = parentsOf(tree);
  const missing = new Map(
    [...tree.groups.keys()].map((name) => [name, parents.get(name)?.length ?? 0]),
  );
  const depth = new Map<string, number>();
  const ready = [...missing].flatMap(([name, count]) => (count === 0 ? name : []));
  for (let name = ready.shift(); name !== undefined; name = ready.shift()) {
    const above = (parents.get(name) ?? []).map((one) => depth.get(one) ?? 0);
    depth.set(name, name === "all" ? 0 : 1 + Math.max(0, ...above));
    for (const child of tree.groups.get(name)?.children ?? []) {
      const left = (missing.get(child) ?? 0) - 1;
      missing.set(child, left);
      if (left === 0) ready.push(child);
    }
  }
  return depth;
}

/** A host with what its groups say as well. */
export interface Resolved extends Mentioned {
  readonly name: string;
  /** The groups that list it, without those that every host is in. */
  readonly groups: readonly string[];
}

const everybody: ReadonlySet<string> = new Set(["all", "ungrouped"]);

/** Every host with its variables, of which the nearest count: its own, those of its groups, those of their parents. */
export function resolve(tree: Tree): Resolved[] {
  const depth = depths(tree);
  const parents = parentsOf(tree);
  const circle = [...tree.groups.keys()].filter((name) => !depth.has(name));
  if (circle.length > 0) {
    tree.complain(
      undefined,
      `has groups that are their own children: ${circle.sort().slice(0, 5).join(", ")}`,
    );
    return [];
  }
  const above = new Map<string, ReadonlySet<string>>();
  for (const name of depth.keys()) {
    const all = (parents.get(name) ?? []).flatMap((one) => [...(above.get(one) ?? [])]);
    above.set(name, new Set(["all", ...all, name]));
  }
  const direct = new Map<string, string[]>();
  for (const [group, { hosts }] of tree.groups) {
    for (const host of hosts) direct.set(host, [...(direct.get(host) ?? []), group]);
  }
  const byDepth = (a: string, b: string): number =>
    (depth.get(a) ?? 0) - (depth.get(b) ?? 0) || (a < b ? -1 : 1);
  return [...tree.hosts].map(([name, { line, vars }]) => {
    const groups = direct.get(name) ?? [];
    const lineage = new Set(groups.flatMap((one) => [...(above.get(one) ?? [])]));
    const all = [...lineage]
      .sort(byDepth)
      .flatMap((one) => [...(tree.groups.get(one)?.vars ?? [])]);
    return {
      name,
      line,
      vars: new Map([...all, ...vars]),
      groups: groups.filter((one) => !everybody.has(one)).sort(),
    };
  });
}
