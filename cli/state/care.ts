import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { reasonOf } from "../../lib/errors.ts";
import type { Progress } from "../../lib/progress.ts";
import type { StackHome } from "./home.ts";
import { writeWhole } from "../../lib/write.ts";
import { noRoom } from "./room.ts";
import { engineFolder, readRecord, recordFile } from "./record.ts";
import { isBeingWritten, lockFolder } from "./runs.ts";

/** Earlier records kept by the engine; it never removes any. */
const keptHistory = 20;

/** Our own copy of a record: the engine's lie beside it and are written in the same moment. */
export const copyOf = ({ root, stack }: Pick<StackHome, "root" | "stack">): string =>
  join(root, ".vigil/kept", `${stack}.json`);

/**
 * Looks after the state before the engine meets it: a killed run or a full disk leaves files that the
 * engine can neither read nor get rid of. They are told and removed, and a record that cannot be read is
 * replaced by the newest copy that can. Nothing is touched while an engine is at work.
 */
export async function careForState(home: StackHome, progress: Progress): Promise<void> {
  if (!home.own || (await isBeingWritten(home))) return;
  try {
    await dropLeftOvers(home, progress);
    await restoreRecord(home, progress);
    await dropOldHistory(home);
  } catch (error) {
    const full = (error as NodeJS.ErrnoException).code === "ENOSPC";
    throw full ? noRoom(join(home.root, ".vigil"), reasonOf(error)) : error;
  }
}

/** Keeps a copy of a record that can be read. It is a help and no more: a full disk does not stop it. */
export async function keepCopy(home: StackHome): Promise<void> {
  if (!home.own) return;
  const found = await readRecord(recordFile(home));
  if (found.state !== "readable") return;
  const path = copyOf(home);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    .then(() => writeWhole(path, found.text))
    .catch(() => undefined);
}

/**
 * Puts a record out of the way of the engine, which then knows nothing of the stack. Renamed, which needs
 * no room on the disk.
 *
 * @returns where it is now; undefined where there was none.
 */
export async function setAside(
  home: Pick<StackHome, "root" | "stack">,
): Promise<string | undefined> {
  const record = recordFile(home);
  const at = new Date().toISOString().slice(0, 19).replaceAll(":", "");
  const aside = join(dirname(copyOf(home)), `${home.stack}.${at}.json`);
  await mkdir(dirname(aside), { recursive: true, mode: 0o700 });
  const found = await rename(record, aside).then(
    () => aside,
    () => undefined,
  );
  const copies = [`${record}.attrs`, `${record}.bak`, `${record}.bak.attrs`, copyOf(home)];
  for (const path of copies) await rm(path, { force: true });
  for (const kind of ["backups", "history"]) {
    const folder = join(engineFolder(home.root), kind, "vigil", home.stack);
    await rm(folder, { recursive: true, force: true });
  }
  return found;
}

async function dropLeftOvers(home: StackHome, progress: Progress): Promise<void> {
  const folder = engineFolder(home.root);
  const locks = lockFolder(home);
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  for (const path of names.map((name) => join(folder, name))) {
    const draft = path.endsWith(".tmp");
    const judged = draft || path.endsWith(".attrs") || dirname(path) === locks;
    if (!judged || (!draft && isJson(await readFile(path, "utf8").catch(() => "")))) continue;
    await rm(path, { force: true });
    // Attributes that are cut off go without a word: the engine does without them.
    if (!path.endsWith(".attrs")) {
      progress.note(`Removed a leftover of a run that did not finish: ${basename(path)}`);
    }
  }
  // Without its one line the engine takes the folder for one of an old layout, and finds no stack in it.
  const meta = join(folder, "meta.yaml");
  if ((await readFile(meta, "utf8").catch(() => undefined))?.trim() === "") {
    await writeWhole(meta, "version: 1\n");
  }
}

async function restoreRecord(home: StackHome, progress: Progress): Promise<void> {
  const record = recordFile(home);
  const found = await readRecord(record);
  if (found.state === "readable") return;
  const copy = await newestCopy(home);
  if (found.state === "absent" && copy === undefined) return;
  if (copy === undefined) {
    const aside = await setAside(home);
    progress.note(
      `The record of stack ${home.stack} cannot be read (${found.state === "broken" ? found.why : ""}) ` +
        `and there is no copy; it is now ${aside ?? "gone"}, and the stack starts from scratch.`,
    );
    return;
  }
  // A record that is gone while copies are there: somebody removed it, and does not want it back.
  if (found.state === "absent") return;
  await mkdir(dirname(record), { recursive: true, mode: 0o700 });
  await writeWhole(record, copy.text);
  await rm(`${record}.attrs`, { force: true });
  progress.note(
    `The record of stack ${home.stack} could not be read (${found.why}); ` +
      `the copy of ${new Date(copy.at).toISOString()} replaces it.`,
  );
}

/** The newest copy of a record that can be read: ours, and all that the engine keeps. */
async function newestCopy(home: StackHome): Promise<{ text: string; at: number } | undefined> {
  const { root, stack } = home;
  const candidates = [copyOf(home), `${recordFile(home)}.bak`];
  for (const kind of ["backups", "history"]) {
    const folder = join(engineFolder(root), kind, "vigil", stack);
    const names = (await readdir(folder).catch(() => [])).filter((name) =>
      name.endsWith(kind === "history" ? ".checkpoint.json" : ".json"),
    );
    candidates.push(...names.map((name) => join(folder, name)));
  }
  const copies = await Promise.all(
    candidates.map(async (path) => {
      const at = (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
      return { path, at };
    }),
  );
  for (const { at, path } of copies.sort((a, b) => b.at - a.at)) {
    const found = await readRecord(path);
    if (found.state === "readable") return { text: found.text, at };
  }
  return undefined;
}

/** Each changing run leaves a whole record twice; what nobody will ever look at goes. */
async function dropOldHistory({ root, stack }: StackHome): Promise<void> {
  for (const [kind, filesEach] of [
    ["backups", 2],
    ["history", 4],
  ] as const) {
    const folder = join(engineFolder(root), kind, "vigil", stack);
    // The names begin with the time.
    const names = (await readdir(folder).catch(() => [])).sort();
    for (const name of names.slice(0, Math.max(0, names.length - keptHistory * filesEach))) {
      await rm(join(folder, name), { force: true });
    }
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
