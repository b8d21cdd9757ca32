import { readFile, readdir, readlink } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { poll } from "../../lib/poll.ts";
import { VigilError } from "../errors.ts";
import { allPids, markOf, type Marked } from "./marks.ts";
import { findOnPath } from "../../lib/path.ts";
import { run } from "./tool.ts";

/** The process that listens on a port; without a pid where the system does not tell. */
export interface Holder {
  readonly pid: number | undefined;
  readonly command: string;
  /** Numeric user, where known. */
  readonly user: number | undefined;
  /** Where it belongs to an estate. */
  readonly mark?: Marked | undefined;
}

interface Listener {
  readonly inode: string;
  readonly user: number;
}

/** Listening sockets (state 0A) of /proc/net/tcp or tcp6 on `port`. */
export function parseListeners(table: string, port: number): Listener[] {
  return table
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/u);
      const [, local, , state, , , , user, , inode] = fields;
      if (local === undefined || state !== "0A" || inode === undefined) return [];
      const own = Number.parseInt(local.slice(local.lastIndexOf(":") + 1), 16);
      return own === port ? [{ inode, user: Number(user) }] : [];
    });
}

/** Reads `lsof -nP -iTCP:<port> -sTCP:LISTEN -F pcu`. */
export function parseLsof(output: string): Holder[] {
  return output.split(/^(?=p\d)/mu).flatMap((block) => {
    const field = (letter: string): string | undefined =>
      new RegExp(`^${letter}(.*)$`, "mu").exec(block)?.[1];
    const pid = field("p");
    if (pid === undefined) return [];
    const user = field("u");
    return [
      {
        pid: Number(pid),
        command: field("c") ?? "unknown",
        user: user === undefined ? undefined : Number(user),
      },
    ];
  });
}

/** Everyone who listens on `port` of any address of this machine. */
export async function holdersOf(port: number): Promise<Holder[]> {
  if (process.platform !== "linux") {
    const lsof = findOnPath("lsof") ?? "/usr/sbin/lsof";
    const args = ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-F", "pcu"];
    return parseLsof((await run(lsof, args, { timeoutSeconds: 20 })).output);
  }
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8").catch(() => "")),
  );
  const listeners = tables.flatMap((table) => parseListeners(table, port));
  if (listeners.length === 0) return [];
  const owners = await ownersOf(new Set(listeners.map(({ inode }) => `socket:[${inode}]`)));
  if (owners.length > 0) return owners;
  return listeners.slice(0, 1).map(({ user }) => ({ pid: undefined, command: "", user }));
}

async function ownersOf(sockets: ReadonlySet<string>): Promise<Holder[]> {
  const found = await Promise.all((await allPids()).map((pid) => holderAt(pid, sockets)));
  return found.filter((holder) => holder !== undefined);
}

async function holderAt(pid: number, sockets: ReadonlySet<string>): Promise<Holder | undefined> {
  try {
    const names = await readdir(`/proc/${pid}/fd`);
    const targets = await Promise.all(
      names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")),
    );
    if (!targets.some((target) => sockets.has(target))) return undefined;
    const command = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").join(" ").trim();
    return { pid, command, user: undefined };
  } catch {
    // Ended meanwhile, or another user's: the caller says what can be said.
    return undefined;
  }
}

/** A command line may carry a password; no more of it is shown than tells who it is. */
const longestCommand = 160;

/** Says who holds a port in words. */
export function describe(holder: Holder): string {
  const { mark } = holder;
  if (mark !== undefined) {
    const part = mark.process?.slice(mark.process.lastIndexOf(":") + 1) ?? "the supervisor";
    return `${part} of stack ${basename(mark.home)} in ${dirname(dirname(mark.home))} (process ${mark.pid})`;
  }
  if (holder.pid !== undefined) {
    return `process ${holder.pid} (${holder.command.slice(0, longestCommand)})`;
  }
  const user = holder.user === undefined ? "" : `, user id ${holder.user}`;
  return `a process that is not visible from here (another user's or a container's${user})`;
}

/** The port's holders other than the process marked `<home>:<name>`. */
export async function strangersOn(port: number, home: string, name?: string): Promise<Holder[]> {
  const holders = await holdersOf(port);
  const marked = await Promise.all(
    holders.map(async ({ pid }) => (pid === undefined ? undefined : markOf(pid))),
  );
  return holders
    .map((holder, index) => ({ ...holder, mark: marked[index] }))
    .filter(({ mark }) => {
      if (mark?.home !== home) return true;
      return name !== undefined && mark.process !== `${home}:${name}`;
    });
}

/** Milliseconds that a process which was told to end may seem to hold its port still, with no owner to be seen. */
const ending = 3_000;

/** The first that stays: a process that is being stopped lets go of the port in a moment. */
async function whoStays(port: number, home: string, name?: string): Promise<Holder | undefined> {
  const [stranger] = await poll(
    () => strangersOn(port, home, name),
    (found) => found.length === 0,
    { every: 100, within: ending },
  );
  return stranger;
}

/** @throws VigilError when a stranger holds one of `ports`, and goes on holding it. */
export async function requirePorts(
  ports: readonly number[],
  home: string,
  name: string,
  within: "process" | "home",
): Promise<void> {
  for (const port of ports) {
    const stranger = await whoStays(port, home, within === "process" ? name : undefined);
    if (stranger === undefined) continue;
    throw new VigilError(
      `${name} cannot use port ${port}`,
      `it is held by ${describe(stranger)}`,
      "Stop that process or configure another port, and run again.",
    );
  }
}
