import { lstat, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { quote } from "../../lib/command.ts";
import { hasCode, VigilError } from "../errors.ts";

/** The part of a file's status that concerns its owner. */
interface Owned {
  readonly uid: number;
  readonly mode: number;
}

/** Write permission of the group and of everybody. */
const othersWrite = 0o022;

/** This process's user; a container's may have no name, so that it cannot be asked for by one. */
export const user = (): number => process.getuid?.() ?? 0;

/** Why what lies at `path` may be another user's doing, or undefined. */
export function ownerProblem({ uid, mode }: Owned): string | undefined {
  if (uid !== user()) return `it belongs to user id ${uid}, and this is user id ${user()}`;
  return (mode & othersWrite) === 0 ? undefined : "others can write to it";
}

/** What to do about a folder that is not this user's alone. */
export const makeItYours = (folder: string): string =>
  `Run this as the user it belongs to, or make it yours: sudo chown -R $(id -u) ${quote(folder)} && chmod 700 ${quote(folder)}`;

/**
 * @throws VigilError unless `folder` is this user's own, nobody else may write to it, and no link of
 * somebody else's leads there.
 */
export async function requireOwnFolder(folder: string): Promise<void> {
  refuse(folder, (await foreignLink(folder)) ?? (await folderProblem(folder)));
}

/** @throws VigilError unless `folder` belongs to this user; who may write to it can be fixed. */
export async function requireOwner(folder: string): Promise<void> {
  const { uid } = await stat(folder);
  refuse(folder, ownerProblem({ uid, mode: 0 }));
}

function refuse(folder: string, why: string | undefined): void {
  if (why === undefined) return;
  throw new VigilError(`The folder ${folder} cannot be used`, why, makeItYours(folder));
}

async function folderProblem(folder: string): Promise<string | undefined> {
  const found = await stat(folder);
  return found.isDirectory() ? ownerProblem(found) : "it is not a folder";
}

/** The user's own links, and those of the system, are the user's own choice. */
async function foreignLink(path: string): Promise<string | undefined> {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    const found = await lstat(at);
    if (found.isSymbolicLink() && ![0, user()].includes(found.uid)) {
      return `the link ${at} belongs to user id ${found.uid}`;
    }
  }
  return undefined;
}

/** Makes a folder in a place where others may have made it first, and never follows their links. */
export async function makeOwnFolder(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (!hasCode(error, "EEXIST")) throw error;
  });
  await requireOwnFolder(folder);
}
