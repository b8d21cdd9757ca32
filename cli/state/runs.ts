import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { isRunning } from "../../lib/owner.ts";
import type { StackHome } from "./home.ts";
import { engineFolder } from "./record.ts";

/** A run of the engine that has, or had, a stack to itself. */
export interface Run {
  readonly pid: number;
  readonly host: string;
  readonly user: string;
  /** When it began, as the engine writes it. */
  readonly since: string;
  /** `elsewhere` cannot be seen from here: a folder shared by several machines. */
  readonly state: "alive" | "dead" | "elsewhere";
}

const allLocks = (root: string): string => join(engineFolder(root), "locks/organization/vigil");

/** Folder of the engine's locks on a stack. */
export const lockFolder = ({ root, stack }: Pick<StackHome, "root" | "stack">): string =>
  join(allLocks(root), stack);

/** Whether an engine may be writing anywhere in the state, for whichever stack. */
export async function isBeingWritten(home: StackHome): Promise<boolean> {
  const stacks = await readdir(allLocks(home.root)).catch(() => []);
  const runs = await Promise.all(stacks.map((stack) => runsOf({ ...home, stack })));
  return runs.flat().some(({ state }) => state !== "dead");
}

/** Whoever holds a lock on the stack. Locks that say nothing, as a full disk leaves them, are nobody's. */
export async function runsOf(home: StackHome): Promise<Run[]> {
  if (!home.own) return [];
  const folder = lockFolder(home);
  // Beside each lock lies a file with its attributes.
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith(".json"));
  const runs = await Promise.all(files.map((file) => readRun(join(folder, file))));
  return runs.filter((run) => run !== undefined);
}

interface LockFile {
  readonly pid: number;
  readonly hostname: string;
  readonly username?: string;
  readonly timestamp?: string;
}

async function readRun(path: string): Promise<Run | undefined> {
  try {
    const lock = JSON.parse(await readFile(path, "utf8")) as LockFile;
    const { pid, hostname: host, timestamp: since = "", username: user = "" } = lock;
    if (host !== hostname()) return { pid, host, user, since, state: "elsewhere" };
    return { pid, host, user, since, state: isEngine(pid) ? "alive" : "dead" };
  } catch {
    return undefined;
  }
}

/** A pid alone may have been given to another program since, after a reboot for sure. */
function isEngine(pid: number): boolean {
  if (!isRunning(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pulumi");
  } catch {
    // No /proc (macOS): it has to be believed.
    return true;
  }
}
