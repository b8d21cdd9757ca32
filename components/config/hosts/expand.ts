/** Hosts by name, each of a range by itself. Pure. */
import type { StatedHost } from "../../targets/host/fields.ts";
import { name as nameField } from "../fields.ts";
import { mostHosts, rangeIn } from "./range.ts";

/** An entry that cannot be expanded. */
interface Unexpandable {
  /** Of the entry. */
  readonly name: string;
  readonly reason: string;
}

interface Expanded {
  /** By name, in the order of the entries and their ranges; none of them is a range. */
  readonly hosts: ReadonlyMap<string, StatedHost>;
  /** The entry that each was made from, by the name of the host. */
  readonly owners: ReadonlyMap<string, string>;
  readonly problems: readonly Unexpandable[];
}

/** The hosts that an entry stands for: itself, or `<name>-01`, `<name>-02` and so on. */
function hostsOf(name: string, host: StatedHost): [string, StatedHost][] {
  const range = rangeIn(host.address);
  // What cannot be used the schema has complained of.
  if (range === undefined || "reason" in range) return [[name, host]];
  return range.items.map((item) => [`${name}-${item}`, { ...host, address: range.with(item) }]);
}

/** All hosts that these entries stand for. Two of one name are a mistake, and so is a name that is too long. */
export function expandHosts(entries: Readonly<Record<string, StatedHost>>): Expanded {
  const hosts = new Map<string, StatedHost>();
  const owners = new Map<string, string>();
  const problems: Unexpandable[] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const all = hostsOf(name, entry);
    if (hosts.size + all.length > mostHosts) {
      problems.push({ name, reason: `makes more than ${mostHosts} hosts, with those before it` });
      break;
    }
    const bad = all.find(([one]) => !nameField.safeParse(one).success);
    const taken = all.find(([one]) => owners.has(one));
    if (bad !== undefined) {
      problems.push({ name, reason: `makes the host ${bad[0]}, whose name is too long` });
    } else if (taken !== undefined) {
      const owner = owners.get(taken[0]) ?? "";
      problems.push({ name, reason: `makes the host ${taken[0]}, as ${owner} does` });
    } else {
      for (const [one, host] of all) {
        hosts.set(one, host);
        owners.set(one, name);
      }
    }
  }
  return { hosts, owners, problems };
}
