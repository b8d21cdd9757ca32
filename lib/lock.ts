import {
  type FileHandle,
  link,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { explainDisk, UserError } from "./errors.ts";
import { isAlive, isHere, ownerName, parseOwner, type Owner } from "./owner.ts";

const held = new Set<string>();
process.on("exit", () => {
  for (const path of held) rmSync(path, { force: true });
});

/** The last of this process that holds or waits for a lock. */
const queues = new Map<string, Promise<unknown>>();

/** How often an owner shows that it still runs, in milliseconds. */
const beat = 5_000;

/** After how long without that an owner is dead whom nobody can see from here, in milliseconds. */
const silence = 60_000;

/** How a lock is waited for. */
export interface Waiting {
  /** Told once who is waited for: this process itself, where another of its works goes first. */
  readonly onWait?: (owner: Owner) => void;
  /** Seconds that another process is waited for. @default without end */
  readonly seconds?: number;
}

/** Somebody else holds a lock, and does not give it back in time. */
export class LockedError extends UserError {}

/**
 * Runs work while holding a lock file that names its owner: one at a time in this process, in the order they came, and
 * one process at a time. A dead owner's lock is taken over: one of this host that no longer runs, one of another host
 * that is silent. So is that of a host which was given another name since.
 *
 * The lock saves work, it does not protect correctness: what it guards ends in one atomic rename.
 * So the instant in which two processes could both take over from a dead one costs time at worst.
 *
 * @throws {@link LockedError} where it is waited for no longer.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  waiting: Waiting = {},
): Promise<T> {
  const release = await acquire(path, waiting);
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Takes a lock as {@link withLock} does. @returns what gives it back. */
export async function acquire(path: string, waiting: Waiting = {}): Promise<() => Promise<void>> {
  const before = queues.get(path);
  const { promise: done, resolve: leave } = Promise.withResolvers<undefined>();
  queues.set(path, done);
  const forget = (): void => {
    if (queues.get(path) === done) queues.delete(path);
    leave(undefined);
  };
  if (before !== undefined) {
    waiting.onWait?.(me());
    await before;
  }
  try {
    const lock = await obtain(path, waiting);
    held.add(path);
    const beating = keepBeating(lock);
    return async () => {
      clearInterval(beating);
      await lock.close().catch(() => undefined);
      await rm(path, { force: true });
      held.delete(path);
      forget();
    };
  } catch (error) {
    forget();
    throw error;
  }
}

/** Takes the lock once no other process holds it. */
async function obtain(path: string, { onWait, seconds = Infinity }: Waiting): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw explainDisk(error, dirname(path));
  });
  const until = Date.now() + seconds * 1000;
  let lock = await take(path);
  for (let told = false; lock === undefined; lock = await take(path)) {
    const owner = await ownerOf(path);
    if (owner === undefined) continue;
    if (await isGone(path, owner)) {
      await takeAway(path, owner);
      continue;
    }
    if (Date.now() >= until) throw heldBy(path, owner, seconds);
    if (!told) onWait?.(owner);
    told = true;
    await sleep(50);
  }
  return lock;
}

/** This process's turn has come: a lock with its own name was left by an earlier one of that name. */
async function isGone(path: string, owner: Owner): Promise<boolean> {
  if (isHere(owner)) return owner.pid === process.pid || !isAlive(owner);
  return !isAlive(owner) || (await silentFor(path)) > silence;
}

const me = (): Owner => parseOwner(ownerName()) as Owner;

function heldBy(path: string, { host, pid, ...owner }: Owner, seconds: number): LockedError {
  const where = isHere({ host, pid, ...owner }) ? "" : ` on ${host}`;
  return new LockedError(`process ${pid}${where} has held ${path} for more than ${seconds} s`, {
    advice: ["Let it finish, or end it, and run again."],
  });
}

/**
 * Takes the lock if nobody holds it. Linked, not written: it never exists without its owner's name.
 *
 * @returns the open file, which stays this process's own whoever takes the lock away; undefined where
 * somebody holds it.
 */
async function take(path: string): Promise<FileHandle | undefined> {
  const draft = draftOf(path);
  let file: FileHandle | undefined;
  try {
    file = await open(draft, "wx");
    await file.write(ownerName(), 0);
    await link(draft, path);
    return file;
  } catch (error) {
    await file?.close();
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    throw explainDisk(error, dirname(path));
  } finally {
    await rm(draft, { force: true });
  }
}

const draftOf = (path: string): string =>
  `${path}.${ownerName()}.${Math.random().toString(36).slice(2)}`;

/** Writes what is there already: the time of it is that of the disk, whose clock may be another one. */
function keepBeating(file: FileHandle): NodeJS.Timeout {
  const show = (): void => void file.write(ownerName(), 0).catch(() => undefined);
  return setInterval(show, beat).unref();
}

/** Milliseconds since the owner of a lock was heard of, by the clock of the disk. */
async function silentFor(path: string): Promise<number> {
  const draft = draftOf(path);
  try {
    await writeFile(draft, "");
    const [now, then] = await Promise.all([stat(draft), stat(path)]);
    return now.mtimeMs - then.mtimeMs;
  } catch {
    return 0;
  } finally {
    await rm(draft, { force: true });
  }
}

/** The holder of the lock: pid 0 when nobody wrote it; undefined when it has just been given back. */
async function ownerOf(path: string): Promise<Owner | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  return text === undefined ? undefined : (parseOwner(text) ?? { host: "?", pid: 0, started: "0" });
}

/** Removes a dead owner's lock, giving it back when another process was quicker to renew it. */
async function takeAway(path: string, dead: Owner): Promise<void> {
  const aside = `${path}.dead.${ownerName()}`;
  await rename(path, aside).catch(() => undefined);
  const taken = await ownerOf(aside);
  if (taken !== undefined && taken.pid !== dead.pid) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}
