/** Hosts of Vigil's from those of an Ansible inventory. Pure. */
import { name as nameField } from "../fields.ts";
import { nearest } from "../../../lib/nearest.ts";
import { type Resolved, resolve, type Tree, type Vars } from "./ansible-tree.ts";
import type { FileProblem } from "./file-problems.ts";

/** A host as a file has it, before its fields are looked at. */
export interface Entry {
  readonly name: string;
  readonly line: number | undefined;
  readonly host: unknown;
}

/** What a file holds, and what is wrong with it. */
export interface Entries {
  readonly entries: readonly Entry[];
  readonly problems: readonly FileProblem[];
}

/** Variables of Vigil's own; Ansible passes over them. */
const ours = ["vigil_direct", "vigil_host_key", "vigil_name", "vigil_skip"];
const labelPrefix = "vigil_label_";

/** The fields of a host, and the variables that they are taken from: the first that there is. */
const sources = {
  address: ["ansible_host", "ansible_ssh_host"],
  port: ["ansible_port", "ansible_ssh_port"],
  user: ["ansible_user", "ansible_ssh_user"],
  hostKey: ["vigil_host_key"],
  direct: ["vigil_direct"],
} as const;

/** What Ansible calls SSH. */
const overSsh = new Set([
  "ssh",
  "smart",
  "paramiko",
  "paramiko_ssh",
  "libssh",
  "ansible.netcommon.libssh",
]);

/** `web-1.example.com` is web-1, `10.0.0.5` is host-10-0-0-5, `DB_1` is db-1. */
export function nameFrom(inventoryName: string): string {
  const isAddress = /^[\d.]+$/.test(inventoryName);
  const short = isAddress ? inventoryName : (inventoryName.split(".", 1)[0] ?? "");
  const plain = short.toLowerCase().replaceAll(/[._]/g, "-");
  return /^[a-z]/.test(plain) ? plain : `host-${plain}`;
}

/** A text as it is, and anything else as JSON has it. */
const written = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

const isTrue = (value: unknown): boolean => /^"?(?:true|yes|on|1)"?$/i.test(JSON.stringify(value));

/** Python writes them with a capital. */
const plainValue = (value: unknown): unknown =>
  typeof value === "string" && /^(?:true|false)$/i.test(value) ? value.toLowerCase() : value;

/** Why a host cannot be taken over; undefined where it can. */
function unfit(vars: Vars, used: ReadonlyMap<string, unknown>): string | undefined {
  for (const [variable, value] of used) {
    if (typeof value === "string" && /\{\{|\{%/.test(value)) {
      return `has a template in ${variable}, which only Ansible can fill in`;
    }
  }
  const connection = vars.get("ansible_connection");
  if (connection !== undefined && !overSsh.has(written(connection))) {
    return `is reached by ${written(connection)} and not over SSH; if it is not meant to be watched, give it vigil_skip=true`;
  }
  const strange = [...vars.keys()].find(
    (one) => one.startsWith("vigil_") && !one.startsWith(labelPrefix) && !ours.includes(one),
  );
  if (strange === undefined) return undefined;
  const meant = nearest(strange, ours);
  return `has the variable ${strange}; ${meant === undefined ? `known are ${ours.join(", ")}` : `did you mean ${meant}?`}`;
}

function entryOf({ groups, line, name: host, vars }: Resolved): Entry | FileProblem {
  const used = new Map<string, unknown>();
  const fields = Object.entries(sources).flatMap(([field, names]) => {
    const variable = names.find((one) => vars.has(one));
    if (variable === undefined) return [];
    used.set(variable, vars.get(variable));
    return [[field, plainValue(vars.get(variable))] as const];
  });
  const labels = [...vars].flatMap(([variable, value]) => {
    if (!variable.startsWith(labelPrefix)) return [];
    used.set(variable, value);
    return [[variable.slice(labelPrefix.length), value] as const];
  });
  const reason = unfit(vars, used);
  if (reason !== undefined) return { line, reason: `${host} ${reason}` };
  const name = written(vars.get("vigil_name") ?? nameFrom(host));
  const badName = nameField.safeParse(name).error?.issues[0]?.message;
  if (badName !== undefined) {
    return {
      line,
      reason: `${host} would be the host ${name}, but a name ${badName}; give it vigil_name`,
    };
  }
  const group = groups.length === 0 ? {} : { group: groups.join(",") };
  return {
    name,
    line,
    host: {
      address: host,
      ...Object.fromEntries(fields),
      labels: { ...group, ...Object.fromEntries(labels) },
    },
  };
}

/** The hosts of an inventory by the names that they have here. */
export function entriesOf(tree: Tree): Entries {
  const entries = new Map<string, Entry>();
  const owners = new Map<string, string>();
  const problems: FileProblem[] = [];
  for (const one of resolve(tree)) {
    if (isTrue(one.vars.get("vigil_skip") ?? false)) continue;
    const entry = entryOf(one);
    if ("reason" in entry) {
      problems.push(entry);
      continue;
    }
    const other = owners.get(entry.name);
    if (other !== undefined) {
      const reason = `${other} and ${one.name} would both be the host ${entry.name}; give one of them vigil_name`;
      problems.push({ line: one.line, reason });
      continue;
    }
    owners.set(entry.name, one.name);
    entries.set(entry.name, entry);
  }
  return { entries: [...entries.values()], problems: [...tree.problems, ...problems] };
}
