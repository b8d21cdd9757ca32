import { readFile, readdir, readlink, stat } from "node:fs/promises";
import { poll } from "../../lib/poll.ts";
import { hasCode } from "../errors.ts";
import { run } from "./tool.ts";

/** Environment variables by which processes of a home are known again. */
export const marks = {
  /** `<home>`: the supervisor, inherited by all it starts. */
  home: "VIGIL_SUPERVISED_HOME",
  /** `<home>:<name>`: a supervised process and its children. */
  process: "VIGIL_PROCESS",
} as const;

/** A running process that carries a mark. */
export interface Marked {
  readonly pid: number;
  readonly home: string;
  /** Undefined for the supervisor itself. */
  readonly process: string | undefined;
  /** The name of `home` when it was started, if it has changed since. Linux only. */
  readonly movedFrom?: string;
}

/** Every process of this user that belongs to `home`, the supervisor first. */
export async function findMarked(home: string): Promise<Marked[]> {
  const all = process.platform === "linux" ? await fromProc() : await fromPs();
  return inOrder(all.filter((found) => found.home === home && found.pid !== process.pid));
}

/** The supervisor first, then by age, as far as numbers that begin again can tell. */
export const inOrder = (all: readonly Marked[]): Marked[] =>
  all.toSorted(
    (a, b) => Number(a.process !== undefined) - Number(b.process !== undefined) || a.pid - b.pid,
  );

/** Every process of the system. Linux only. */
export async function allPids(): Promise<number[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/u.test(name)).map(Number);
}

async function fromProc(): Promise<Marked[]> {
  const found = await Promise.all((await allPids()).map(markOf));
  return found.filter((mark) => mark !== undefined);
}

/** The mark of a process, where it has one and its environment may be read. */
export async function markOf(pid: number): Promise<Marked | undefined> {
  if (process.platform !== "linux") return (await fromPs()).find((found) => found.pid === pid);
  try {
    const entries = (await readFile(`/proc/${pid}/environ`, "utf8")).split("\0");
    const mark = markIn(pid, entries);
    return mark && (await whereItIs(mark));
  } catch (error) {
    // Ended meanwhile, or another user's.
    if (hasCode(error, "ENOENT", "ESRCH", "EACCES", "EPERM")) return undefined;
    throw error;
  }
}

function markIn(pid: number, entries: readonly string[]): Marked | undefined {
  const valueOf = (name: string): string | undefined =>
    entries.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
  const home = valueOf(marks.home);
  return home === undefined ? undefined : { pid, home, process: valueOf(marks.process) };
}

/**
 * A folder that is moved or renamed takes what runs in it along: the system knows each process's working
 * folder by its name of today.
 */
async function whereItIs(mark: Marked): Promise<Marked> {
  const at = await readlink(`/proc/${mark.pid}/cwd`).catch(() => "");
  const [, home] = /^(.+?)\/(?:supervisor|services\/[^/]+)$/u.exec(at) ?? [];
  if (home === undefined || home === mark.home) return mark;
  const [now, then] = await Promise.all(
    [home, mark.home].map((path) => stat(path).catch(() => undefined)),
  );
  // By a link it has two names.
  if (now === undefined || (now.ino === then?.ino && now.dev === then.dev)) return mark;
  const process = mark.process?.replace(mark.home, () => home);
  return { ...mark, home, process, movedFrom: mark.home };
}

async function fromPs(): Promise<Marked[]> {
  const { output } = await run("/bin/ps", ["-axEww", "-o", "pid=,command="], {
    timeoutSeconds: 20,
  });
  return parsePs(output);
}

/** Reads `ps -axEww -o pid=,command=`: each line a pid, the command and its environment. */
export function parsePs(output: string): Marked[] {
  return output.split("\n").flatMap((line) => {
    const [, pid, rest] = /^\s*(\d+)\s(.*)$/u.exec(line) ?? [];
    if (pid === undefined || rest === undefined) return [];
    // A value may hold spaces; the next variable's name ends it.
    const entries = rest.split(/ (?=[A-Za-z_][A-Za-z0-9_]*=)/u);
    const mark = markIn(Number(pid), entries);
    return mark === undefined ? [] : [mark];
  });
}

/** True while a process with this id exists and is not a zombie. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, "EPERM");
  }
  if (process.platform !== "linux") return true;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return !/^[ZX]/u.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

/** TERM, then KILL for whoever is left after `graceSeconds`. Only processes that still carry the mark. */
export async function stopAll(processes: readonly Marked[], graceSeconds: number): Promise<void> {
  let left = processes;
  const signalLeft = (signal: NodeJS.Signals): void => {
    for (const { pid } of left) {
      try {
        process.kill(pid, signal);
      } catch (error) {
        if (!hasCode(error, "ESRCH")) throw error;
      }
    }
  };
  const whoIsLeft = async (): Promise<boolean> => {
    const alive = await Promise.all(left.map(({ pid }) => isAlive(pid)));
    left = left.filter((_one, index) => alive[index]);
    return left.length > 0;
  };
  const gone = (some: boolean): boolean => !some;
  signalLeft("SIGTERM");
  await poll(whoIsLeft, gone, { every: 25, within: graceSeconds * 1000 });
  signalLeft("SIGKILL");
  await poll(whoIsLeft, gone, { every: 25 });
}
