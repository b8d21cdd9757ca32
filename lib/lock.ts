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
import { explainDisk } from "./errors.ts";
import { isAlive, isHere, ownerName, parseOwner, type Owner } from "./owner.ts";

const held = new Set<string>();
process.on("exit", () => {
  for (const path of held) rmSync(path, { force: true });
});

/** How often an owner shows that it still runs, in milliseconds. */
const beat = 5_000;

/** After how long without that an owner is dead whom nobody can see from here, in milliseconds. */
const silence = 60_000;

/**
 * Runs work while holding a lock file that names its owner. A dead owner's lock is taken over: one of
 * this host that runs no more, one of another host that is silent. So is that of a host which was given
 * another name since.
 *
 * The lock saves work, it does not protect correctness: what it guards ends in one atomic rename.
 * So the instant in which two processes could both take over from a dead one costs time at worst.
 *
 * @param onWait told once who is waited for.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  onWait: (owner: Owner) => void = () => undefined,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw explainDisk(error, dirname(path));
  });
  let lock = await take(path);
  for (let told = false; lock === undefined; lock = await take(path)) {
    const owner = await ownerOf(path);
    if (owner === undefined) continue;
    if (!isAlive(owner) || (!isHere(owner) && (await silentFor(path)) > silence)) {
      await takeAway(path, owner);
      continue;
    }
    if (!told) onWait(owner);
    told = true;
    await sleep(200);
  }
  held.add(path);
  const beating = keepBeating(lock);
  try {
    return await work();
  } finally {
    clearInterval(beating);
    await lock.close().catch(() => undefined);
    await rm(path, { force: true });
    held.delete(path);
  }
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

/** Who holds the lock: pid 0 when nobody wrote it; undefined when it has just been given back. */
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
