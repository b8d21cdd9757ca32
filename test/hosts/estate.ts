/** Servers of a rack, and an estate that watches them over SSH. */
import { createWorkspace, type Workspace } from "../e2e/workspace.ts";
import { type Machine, Rack } from "./machines.ts";

/** An estate with hosts. */
export interface HostEstate {
  readonly rack: Rack;
  readonly place: Workspace;
  readonly web: Machine;
  /** Reached through web, by an account that is not root. */
  readonly db: Machine;
  /** Takes few connections at once. */
  readonly busy: Machine;
  /** Sets a value of the configuration. */
  set(path: string, ...value: string[]): Promise<unknown>;
  unset(path: string): Promise<unknown>;
  /** Adds a host to the configuration that is reached directly. */
  add(machine: Machine): Promise<void>;
  close(): Promise<void>;
}

const host = ({ address, hostKey, name }: Machine, more = ""): string =>
  `    ${name}:\n      address: ${address}\n      hostKey: ${hostKey}\n${more}`;

/** Starts the servers and makes the configuration; deploys nothing. */
export async function openHostEstate(stack: string): Promise<HostEstate> {
  const rack = await Rack.open();
  const [web, db, busy] = await Promise.all([
    rack.machine("web"),
    rack.machine("db", { user: "deploy" }),
    rack.machine("busy"),
  ]);
  await busy.run("echo 'MaxStartups 3' >> /etc/ssh/sshd_config && systemctl reload ssh");
  const direct = "      direct: true\n";
  const place = await createWorkspace(stack, {
    settings: `  vigil:ssh:
    bastion:
      address: ${web.address}
      user: root
      hostKey: ${web.hostKey}
  vigil:hosts:
${host(web, `${direct}      labels:\n        role: web\n`)}${host(db, "      user: deploy\n")}${host(busy, direct)}`,
  });
  await place.vigil(["pulumi", "config", "set", "--secret", "--path", "vigil:ssh.key"], rack.key);
  const set: HostEstate["set"] = (path, ...value) =>
    place.vigil(["pulumi", "config", "set", "--path", path, "--", ...value]);
  return {
    ...{ rack, place, web, db, busy, set },
    unset: (path) => place.vigil(["pulumi", "config", "rm", "--path", path]),
    add: async ({ address, hostKey, name }) => {
      await set(`vigil:hosts.${name}.address`, address);
      await set(`vigil:hosts.${name}.hostKey`, hostKey);
      await set(`vigil:hosts.${name}.direct`, "true");
    },
    close: async () => {
      await place.vigil(["down", "--purge"]);
      place.remove();
      rack.close();
    },
  };
}
