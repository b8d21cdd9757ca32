import { chmod, lstat, mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { quote } from "./command.ts";
import { FatalError } from "./errors.ts";

/** Write permission of the group and of everybody. */
const othersWrite = 0o022;

/** The folder of everything that Vigil keeps of a checkout. */
export const ownFolder = (root: string): string => join(root, ".vigil");

/**
 * Makes `.vigil`, for this user alone whatever the umask, or checks that it still is: programs are
 * started from there and secrets lie there. One that others may write to is closed to them, as long as
 * nothing of theirs is in it.
 *
 * @throws FatalError where somebody else may have put something into it.
 */
export async function makeOwnFolder(root: string): Promise<string> {
  const folder = ownFolder(root);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Whoever owns the checkout says what is run in it anyway: root may work in somebody's.
  const trusted = new Set([process.getuid?.() ?? 0, (await stat(root)).uid]);
  const found = await stat(folder);
  if (trusted.has(found.uid) && (found.mode & othersWrite) === 0) return folder;
  const foreign: string[] = [];
  for (const name of ["", ...(await readdir(folder))]) {
    const { uid } = await lstat(join(folder, name));
    if (!trusted.has(uid)) foreign.push(`${join(folder, name)} belongs to user id ${uid}`);
  }
  if (foreign.length > 0) {
    throw new FatalError(`The folder ${folder} is not private to this user`, {
      details: [...foreign, "Nothing was changed."],
      advice: [
        `Check what is there: ls -la ${quote(folder)}`,
        "Remove what is not yours, or take it over with sudo chown, and run it again.",
      ],
    });
  }
  await chmod(folder, 0o700);
  return folder;
}

/**
 * Makes the folder of links to programs, which comes first on PATH: nothing may be found there that
 * Vigil did not link.
 *
 * @param names - What may be there.
 */
export async function makeBinFolder(root: string, names: ReadonlySet<string>): Promise<string> {
  const folder = join(await makeOwnFolder(root), "bin");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  for (const name of await readdir(folder)) {
    if (!names.has(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
  return folder;
}
