import { chmod, open, readdir, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isAlive, ownerName, parseOwner } from "./owner.ts";

/** Removes what whoever was killed while writing a file left beside it: it may hold secrets. */
async function removeDeadDrafts(whole: string): Promise<void> {
  const start = `${basename(whole)}.`;
  for (const name of await readdir(dirname(whole))) {
    if (!name.startsWith(start) || !name.endsWith(".draft")) continue;
    const owner = parseOwner(name.slice(start.length, -".draft".length));
    if (owner && !isAlive(owner)) await rm(join(dirname(whole), name), { force: true });
  }
}

/**
 * Writes a file whole or not at all: a disk that fills up in the middle leaves the old text. A file that is right
 * already is not written, so that reading commands work on a full or read-only disk.
 *
 * @param mode - Of a new file; one that is there keeps its own.
 */
export async function writeWhole(path: string, text: string, mode = 0o600): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => undefined)) === text) return;
  // A link stays one: what it leads to is written.
  const whole = await realpath(path).catch(() => path);
  const draft = `${whole}.${ownerName()}.draft`;
  try {
    await removeDeadDrafts(whole);
    const file = await open(draft, "w", mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    const before = await stat(whole).catch(() => undefined);
    if (before !== undefined) await chmod(draft, before.mode & 0o777);
    await rename(draft, whole);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
