import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** A process that owns a lock or a temporary folder. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  /** When it started, as the system tells it: a pid alone may have been given to another since. */
  readonly started: string;
}

/** Host names may hold dots, which separate the parts of a name. */
const host = hostname().replaceAll(/[^\w-]/g, "_");

/** This process as part of a file name: `host.pid.started`. */
export const ownerName = (pid = process.pid): string => `${host}.${pid}.${startOf(pid) ?? "0"}`;

/** Reads what {@link ownerName} wrote; `vigil` (sh) writes 0, unknown, for the start. */
export function parseOwner(name: string): Owner | undefined {
  const match = /^([^.]+)\.(\d+)(?:\.(\w+))?$/.exec(name);
  return match?.[1] === undefined
    ? undefined
    : { host: match[1], pid: Number(match[2]), started: match[3] ?? "0" };
}

/** Whether an owner's host has the name that this one has now. */
export const isHere = (owner: Owner): boolean => owner.host === host;

/** Whether an owner still runs; one on another host (a shared home) is taken to. */
export function isAlive(owner: Owner): boolean {
  if (owner.pid === 0) return false;
  if (!isHere(owner)) return true;
  if (!isRunning(owner.pid)) return false;
  const started = startOf(owner.pid);
  return owner.started === "0" || started === undefined || started === owner.started;
}

/** Whether a process runs; one that ended and was not yet waited for by its parent does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return statOf(pid)?.[0] !== "Z";
}

/** Clock ticks between boot and the start of a process; undefined where /proc is missing (macOS). */
const startOf = (pid: number): string | undefined => statOf(pid)?.[19];

/** Fields of /proc/<pid>/stat from the state on; undefined where there is no /proc. */
function statOf(pid: number): string[] | undefined {
  try {
    // The second field, the command, may hold spaces and brackets: count from its end.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
