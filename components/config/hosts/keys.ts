/** The key of each host, from where it is written. Pure. */
import { some } from "../../../lib/some.ts";
import {
  anyKey,
  type Host,
  type Ssh,
  type StatedHost,
  type StatedSsh,
} from "../../targets/host/fields.ts";
import { type ConfigProblem, mistake } from "../mistakes.ts";
import type { Config } from "../schema.ts";
import type { KnownHosts } from "./known-hosts.ts";

/** Whoever is reached over SSH and has no key. */
interface Keyless {
  readonly path: readonly string[];
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly direct: boolean;
}

/** The command that shows keys, from where they can be seen. */
function scanCommand(all: readonly Keyless[], { bastion, user }: StatedSsh): string {
  const byWay = Map.groupBy(all, ({ direct, port }) => `${port} ${direct}`);
  return [...byWay.values()]
    .map((same) => {
      const [{ direct, port } = { direct: true, port: 22 }] = same;
      const scan = `ssh-keyscan -p ${port} ${same.map(({ address }) => address).join(" ")}`;
      if (bastion === undefined || direct) return scan;
      return `ssh -p ${bastion.port} ${bastion.user ?? user}@${bastion.address} ${scan}`;
    })
    .join("; ");
}

/** One problem for all: five hundred hosts would hide every other. */
function keyProblem(
  all: readonly Keyless[],
  why: "none" | "revoked",
  ssh: StatedSsh,
): ConfigProblem[] {
  const [first] = all;
  if (first === undefined) return [];
  const file = ssh.knownHosts;
  const fix = scanCommand(all.slice(0, 3), ssh);
  const isOne = all.length === 1;
  const who = isOne ? "" : ` for ${some(all.map(({ name }) => name))}`;
  const path = isOne ? first.path : ["hosts"];
  if (why === "revoked") {
    return [mistake(path, `has only keys${who} that ${file ?? ""} marks as @revoked`, fix)];
  }
  const where =
    file === undefined
      ? "compare what this shows, and set it or name a file in vigil:ssh.knownHosts"
      : `it is not in ${file} either: compare what this shows, and add it there`;
  return [mistake(path, `${isOne ? "is missing" : `lacks the host key${who}`}; ${where}`, fix)];
}

/** The hosts with a key each, and the bastion; what has none is told of. */
export function withKeys(
  hosts: ReadonlyMap<string, StatedHost>,
  ssh: StatedSsh,
  known: KnownHosts,
) {
  const lacking = { none: [] as Keyless[], revoked: [] as Keyless[] };
  const keyOf = (one: Keyless, stated: string | undefined): string => {
    if (stated !== undefined) return stated;
    const found = known.keyOf(one.address, one.port);
    if (typeof found === "object") return found.key;
    lacking[found].push(one);
    return "";
  };
  const { bastion } = ssh;
  const there: Ssh = {
    ...ssh,
    bastion: bastion && {
      ...bastion,
      hostKey: keyOf(
        { ...bastion, path: ["ssh", "bastion", "hostKey"], name: "the bastion", direct: true },
        bastion.hostKey,
      ),
    },
  };
  const all = [...hosts].map(([name, host]): [string, Host] => {
    const { address, direct, port = ssh.port } = host;
    const one = { path: ["hosts", name, "hostKey"], name, address, port, direct };
    return [name, { ...host, hostKey: keyOf(one, host.hostKey) }];
  });
  return {
    hosts: Object.fromEntries(all),
    ssh: there,
    problems: [
      ...keyProblem(lacking.none, "none", ssh),
      ...keyProblem(lacking.revoked, "revoked", ssh),
    ],
  };
}

/** What is to be said of hosts whose keys nobody looks at; undefined where there are none. */
export function uncheckedText({ hosts, ssh }: Config): string | undefined {
  const names = Object.entries(hosts).flatMap(([name, { hostKey }]) =>
    hostKey === anyKey ? name : [],
  );
  if (ssh.bastion?.hostKey === anyKey && Object.keys(hosts).length > 0)
    names.unshift("the bastion");
  if (names.length === 0) return undefined;
  return `hostKey is any for ${some(names)}: the secrets are sent to whoever answers there.`;
}
