import { randomBytes } from "node:crypto";
import { chmod, lstat, mkdir, open, readFile, readdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasCode } from "../errors.ts";
import type { Files } from "../types.ts";

/** Larger files in a configuration folder are described, not kept in the state. */
const largest = 1_000_000;

/** Makes a folder that only its owner may enter, whatever the umask. */
export async function privateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
}

/** Writes beside the target and renames, so that no reader ever sees half a file. */
export async function writeAtomic(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The text of a file, or undefined where there is none. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

/** The names in a folder, sorted; none where there is no folder. */
export async function namesIn(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
}

/** True where something lies at `path`. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return false;
    throw error;
  }
}

/** All regular files below `folder`, by path relative to it. */
export async function readTree(folder: string, below = ""): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of await namesIn(join(folder, below))) {
    const path = below === "" ? name : `${below}/${name}`;
    const found = await lstat(join(folder, path));
    if (found.isDirectory()) Object.assign(files, await readTree(folder, path));
    else if (!found.isFile()) files[path] = "[not a regular file]";
    else if (found.size > largest) files[path] = `[${found.size} bytes]`;
    else files[path] = await readFile(join(folder, path), "utf8");
  }
  return files;
}

/**
 * Makes `folder` hold exactly `files`; files that are right already stay untouched.
 * @returns the paths that were written or removed.
 */
export async function writeTree(folder: string, files: Files): Promise<string[]> {
  await privateFolder(folder);
  const present = await readTree(folder);
  const changed: string[] = [];
  for (const path of Object.keys(present)) {
    if (path in files) continue;
    await rm(join(folder, path), { force: true });
    changed.push(path);
  }
  await removeEmptyFolders(folder);
  for (const [path, text] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (present[path] === text) {
      await chmod(join(folder, path), 0o600);
      continue;
    }
    const parts = path.split("/").slice(0, -1);
    for (const index of parts.keys()) {
      await privateFolder(join(folder, ...parts.slice(0, index + 1)));
    }
    await writeAtomic(join(folder, path), text);
    changed.push(path);
  }
  return changed;
}

async function removeEmptyFolders(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    if (!(await lstat(path)).isDirectory()) continue;
    await removeEmptyFolders(path);
    await removeIfEmpty(path);
  }
}

/** Removes a folder that holds nothing; leaves any other alone. */
export async function removeIfEmpty(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ENOTEMPTY", "EEXIST", "ENOTDIR")) throw error;
  }
}
