import type { StatsFs } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { existsSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { diskFull, explainDisk, FatalError } from "../lib/errors.ts";
import { isAlive, isHere, ownerName, parseOwner } from "../lib/owner.ts";
import { currentPlatform } from "./platform.ts";

/** The record of a folder of the cache; written last, so that it also says "complete". */
export interface Manifest {
  /** The version that is really there, which for packages may be near the pinned one. */
  readonly version: string;
  /** Where it came from, in words. */
  readonly origin: string;
  /** Path of each binary inside the folder. */
  readonly binaries: Readonly<Record<string, string>>;
}

/** A complete folder of the cache. */
export interface Cached extends Manifest {
  readonly folder: string;
}

const manifestName = ".vigil.json";

/** Where tools are kept: per user, outside any checkout. `vigil` (sh) follows the same rule. */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  os: "linux" | "darwin" = currentPlatform().os,
): string {
  if (env["VIGIL_CACHE"]) return resolve(env["VIGIL_CACHE"]);
  if (env["XDG_CACHE_HOME"]) return join(resolve(env["XDG_CACHE_HOME"]), "vigil");
  const home = env["HOME"] ?? homedir();
  return os === "darwin" ? join(home, "Library/Caches/vigil") : join(home, ".cache/vigil");
}

/** The record of a folder of the cache; undefined when it is absent, incomplete or was tampered with. */
export async function readCached(folder: string): Promise<Cached | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, manifestName), "utf8")) as Manifest;
    const paths = Object.values(manifest.binaries);
    return paths.every((path) => existsSync(join(folder, path)))
      ? { ...manifest, folder }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Temporary folders of this process, removed when it ends in any way it can notice. */
const temporary = new Set<string>();
process.on("exit", () => {
  // A write under way can bring a file back while its folder is being removed.
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/**
 * Fills a folder of the cache: `fill` works in a temporary folder that becomes the final one by a
 * single rename, so whatever kills it half-way, nothing incomplete is ever taken for complete.
 * @throws FatalError when the disk is full or the cache closed; whatever `fill` throws.
 */
export async function install(
  cache: string,
  folder: string,
  fill: (temporary: string) => Promise<Manifest>,
): Promise<Cached> {
  return withTemporary(cache, async (work) => {
    const content = join(work, "content");
    await mkdir(content);
    const manifest = await fill(content);
    await writeFile(join(content, manifestName), JSON.stringify(manifest, undefined, 2));
    await mkdir(join(folder, ".."), { recursive: true });
    await rename(content, folder).catch(async () => {
      // Something is in the way: another run's, as good as ours, or one that is not complete.
      if ((await readCached(folder)) !== undefined) return;
      await rm(folder, { recursive: true, force: true });
      await rename(content, folder);
    });
    return (await readCached(folder)) ?? { ...manifest, folder };
  });
}

/** Runs work with a temporary folder inside the cache, removed afterwards. */
export async function withTemporary<T>(
  cache: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = join(cache, "tmp", `${ownerName()}.${Math.random().toString(36).slice(2, 8)}`);
  temporary.add(folder);
  try {
    await mkdir(folder, { recursive: true });
    return await work(folder);
  } catch (error) {
    // Asked before anything is removed: tar and others do not always say why they could not write.
    const full = !(error instanceof FatalError) && (await freeSpace(cache)) < 64 * 1024;
    throw full ? diskFull(cache, error) : explainDisk(error, cache);
  } finally {
    await rm(folder, { recursive: true, force: true });
    temporary.delete(folder);
  }
}

const day = 24 * 60 * 60 * 1000;

/** Milliseconds since a folder was changed; 0 where it is gone. */
const ageOf = (folder: string): Promise<number> =>
  stat(folder).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );

/** Removes temporary folders whose owner was killed. */
export async function sweep(cache: string): Promise<void> {
  const parent = join(cache, "tmp");
  for (const name of await readdir(parent).catch(() => [])) {
    const owner = parseOwner(name.split(".").slice(0, -1).join("."));
    if (owner === undefined) continue;
    // Nobody sees from here whether a process of another host runs; none takes that long.
    const old = !isHere(owner) && (await ageOf(join(parent, name))) > day;
    if (old || !isAlive(owner)) {
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
}

/**
 * Removes what Node compiled once it is more than any number of checkouts in use needs (each has 1,300 files).
 * Node never removes any, and adds some for each change and each place that a checkout is copied to.
 *
 * @param most - Files that may be there.
 */
export async function trimCompiled(cache: string, most = 30_000): Promise<void> {
  const parent = join(cache, "compile");
  for (const name of await readdir(parent).catch(() => [])) {
    const folder = join(parent, name);
    const files = await readdir(folder).catch(() => []);
    if (files.length > most)
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Bytes free on the disk of a folder that may not exist yet. */
export async function freeSpace(folder: string): Promise<number> {
  const { bavail, bsize } = await statsOf(folder);
  return bavail * bsize;
}

/** Files that can still be made on the disk of a folder; many have a number of them that is fixed. */
export async function freeFiles(folder: string): Promise<number> {
  const { ffree, files } = await statsOf(folder);
  return files === 0 ? Infinity : ffree;
}

async function statsOf(folder: string): Promise<StatsFs> {
  for (let path = folder; ; path = join(path, "..")) {
    const stats = await statfs(path).catch(() => undefined);
    if (stats !== undefined) return stats;
  }
}
