/** A configuration with its hosts as everything else sees them: each by itself, with its key. Pure. */
import type { StatedHost } from "../../targets/host/fields.ts";
import { core } from "../../targets/fields.ts";
import { removeCommand } from "../commands.ts";
import { type ConfigProblem, mistake } from "../mistakes.ts";
import type { Config, Stated } from "../schema.ts";
import { expandHosts } from "./expand.ts";
import { type FileProblem, holdingOf, inFile, type Read } from "./file-problems.ts";
import { withKeys } from "./keys.ts";
import type { KnownHosts } from "./known-hosts.ts";

/** The files that a stack has its hosts from, as far as it names any. */
export interface HostFiles {
  readonly inventory?: Read<Readonly<Record<string, StatedHost>>>;
  readonly knownHosts?: Read<KnownHosts>;
}

interface WithHosts {
  /** Without hosts where they are not all known. */
  readonly config: Partial<Config>;
  readonly problems: readonly ConfigProblem[];
  /** What is wrong in files. */
  readonly ofFiles: readonly ConfigProblem[];
}

/** What is wrong with a host. */
interface Wrong {
  readonly name: string;
  readonly reason: string;
}

const named = ({ name, reason }: Wrong): FileProblem => ({ reason: `${name} ${reason}` });

/** One name for two targets. */
function takenNames(names: readonly string[], targets: Stated["targets"] = {}): Wrong[] {
  return names.flatMap((name) => {
    if (name === core) {
      return {
        name,
        reason: "is the name of the target that vigil:target deploys the estate to; choose another",
      };
    }
    if (!Object.hasOwn(targets, name)) return [];
    return { name, reason: "is also the name of a target; choose another" };
  });
}

/** One machine under two names would be given everything twice. The first of them is enough to see why. */
function sameAddress(
  hosts: ReadonlyMap<string, StatedHost>,
  portOf: (host: StatedHost) => number,
): Wrong[] {
  const first = new Map<string, string>();
  const twice = [...hosts].flatMap(([name, host]) => {
    const where = `${host.address.toLowerCase()}:${portOf(host)}`;
    const other = first.get(where);
    if (other === undefined) first.set(where, name);
    return other === undefined ? [] : [{ name, where, other }];
  });
  const [one] = twice;
  if (one === undefined) return [];
  const more = twice.length > 1 ? `; so it is with ${twice.length - 1} more` : "";
  const reason = `is at ${one.where} like ${one.other}: one machine has one name${more}`;
  return [{ name: one.name, reason }];
}

/** About the entry of the stack that a host was made from. */
function inStack({ name, reason }: Wrong, owner: string): ConfigProblem {
  const said = owner === name ? reason : `makes ${name}, which ${reason}`;
  return mistake(["hosts", owner], said, removeCommand(["hosts", owner]));
}

/** What a stack says of its hosts, put together. */
export function withHosts(stated: Partial<Stated>, files: HostFiles = {}): WithHosts {
  const { hosts: own, inventory, ssh, targets, ...rest } = stated;
  const config: Partial<Config> = {
    ...rest,
    ...(inventory !== undefined && { inventory }),
    ...(targets !== undefined && { targets }),
  };
  if (own === undefined || ssh === undefined) return { config, problems: [], ofFiles: [] };
  const ofFiles: ConfigProblem[] = [];
  const listed = holdingOf(["inventory"], inventory, files.inventory, {}, ofFiles);
  const nothing: KnownHosts = { problems: [], keyOf: () => "none" };
  const known = holdingOf(
    ["ssh", "knownHosts"],
    ssh.knownHosts,
    files.knownHosts,
    nothing,
    ofFiles,
  );
  const mine = expandHosts(own);
  const theirs = expandHosts(listed ?? {});
  ofFiles.push(...inFile(["inventory"], inventory ?? "", theirs.problems.map(named)));
  const hosts = new Map([...theirs.hosts, ...mine.hosts]);
  const problems = mine.problems.map((one) => inStack(one, one.name));
  const wrong = [
    ...takenNames([...hosts.keys()], targets),
    ...sameAddress(hosts, ({ port = ssh.port }) => port),
  ];
  for (const one of wrong) {
    const owner = mine.owners.get(one.name);
    if (owner === undefined) ofFiles.push(...inFile(["inventory"], inventory ?? "", [named(one)]));
    else problems.push(inStack(one, owner));
  }
  if (known === undefined || listed === undefined || problems.length + ofFiles.length > 0) {
    return { config, problems, ofFiles };
  }
  const done = withKeys(hosts, ssh, known);
  return done.problems.length > 0
    ? { config: { ...config, hosts: done.hosts }, problems: done.problems, ofFiles }
    : { config: { ...config, hosts: done.hosts, ssh: done.ssh }, problems: [], ofFiles };
}
