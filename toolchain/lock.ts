import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { explainDisk } from "./errors.ts";
import { isAlive, ownerName, parseOwner, type Owner } from "./owner.ts";

const held = new Set<string>();
process.on("exit", () => {
  for (const path of held) rmSync(path, { force: true });
});

/**
 * Runs work while holding a lock file that names its owner. A dead owner's lock is taken over.
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
  for (let told = false; !(await take(path));) {
    const owner = await ownerOf(path);
    if (owner === undefined) continue;
    if (!isAlive(owner)) {
      await takeAway(path, owner);
      continue;
    }
    if (!told) onWait(owner);
    told = true;
    await sleep(200);
  }
  held.add(path);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
    held.delete(path);
  }
}

/** Takes the lock if nobody holds it. Linked, not written: it never exists without its owner's name. */
async function take(path: string): Promise<boolean> {
  const draft = `${path}.${ownerName()}.${Math.random().toString(36).slice(2)}`;
  try {
    await writeFile(draft, ownerName());
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw explainDisk(error, dirname(path));
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
