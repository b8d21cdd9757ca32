import { open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { freeFiles, freeSpace } from "../../tools/cache.ts";
import { FatalError, reasonOf } from "../../lib/errors.ts";
import { ownerName } from "../../lib/owner.ts";
import type { StackHome } from "./home.ts";
import { recordFile } from "./record.ts";

const megabyte = 1024 * 1024;

/** Space for what a run writes besides the record: configuration, logs, the servers' first data. */
const beside = 2 * megabyte;

/** Files that a first run makes: rules, certificates, logs, records. */
const filesNeeded = 300;

/** The engine writes a record next to the old one and keeps both, twice. */
const copies = 4;

/** Bytes a run of the engine may need on the disk of the state. */
export async function roomNeeded(home: StackHome): Promise<number> {
  const record = (await stat(recordFile(home)).catch(() => undefined))?.size ?? 0;
  return beside + copies * Math.max(record, megabyte / 2);
}

/**
 * Makes sure that a run of the engine can write what it does: one that cannot leaves servers without a
 * record. By really writing, too, because a quota does not show in what is free.
 *
 * @throws FatalError when the disk is too full.
 */
export async function requireRoom(home: StackHome): Promise<void> {
  if (!home.own) return;
  const folder = join(home.root, ".vigil");
  const needed = await roomNeeded(home);
  const free = await freeSpace(folder);
  const files = await freeFiles(folder);
  const show = (bytes: number): string => `${Math.floor(bytes / megabyte)} MB`;
  const why =
    free < needed
      ? `${show(free)} free, ${show(needed)} needed.`
      : files < filesNeeded
        ? `${files} more files can be created there (inodes), ${filesNeeded} are needed.`
        : await tryWriting(folder);
  if (why !== undefined) throw noRoom(folder, why);
}

/** The error of a disk that is too full for a stack's state. */
export const noRoom = (folder: string, why: string): FatalError =>
  new FatalError(`There is not enough disk space for ${folder}`, {
    details: [why, "Nothing was changed."],
    advice: [
      `See what is full and what uses the space: df -h '${folder}'; df -i '${folder}'; du -sh '${folder}'/*`,
      "make down needs no space, and PULUMI_BACKEND_URL may point to a folder elsewhere.",
    ],
  });

async function tryWriting(folder: string): Promise<string | undefined> {
  const path = join(folder, `.room.${ownerName()}`);
  try {
    const file = await open(path, "w", 0o600);
    try {
      await file.writeFile(Buffer.alloc(megabyte, 1));
      await file.sync();
    } finally {
      await file.close();
    }
    return undefined;
  } catch (error) {
    return reasonOf(error);
  } finally {
    await rm(path, { force: true });
  }
}
