import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeWhole } from "../../lib/write.ts";
import { copyOf } from "./care.ts";
import { secretsIn } from "./config-file.ts";
import { stackFile, type StackHome } from "./home.ts";
import { engineFolder, recordFile } from "./record.ts";

type Stack = Pick<StackHome, "root" | "stack">;

/** Which secrets the stack's file had at the last `up`: hashes of what is sealed, nothing of a secret. */
const notesOf = (stack: Stack): string => copyOf(stack).replace(/\.json$/, ".secrets");

/**
 * Removes every copy of a stack's record that is not the record itself: each holds all secrets of its
 * time, and lies beside the passphrase that opens them.
 *
 * @param kept - Our own newest copy stays, which is as new as the record.
 */
async function dropCopies(stack: Stack, kept: boolean): Promise<void> {
  const record = recordFile(stack);
  const newest = copyOf(stack);
  const asides = (await readdir(dirname(newest)).catch(() => []))
    .filter((name) => name.startsWith(`${stack.stack}.`) && name.endsWith(".json"))
    .map((name) => join(dirname(newest), name));
  const copies = [`${record}.bak`, `${record}.bak.attrs`, ...asides];
  for (const kind of ["backups", "history"]) {
    copies.push(join(engineFolder(stack.root), kind, "vigil", stack.stack));
  }
  for (const path of copies) {
    if (!kept || path !== newest) await rm(path, { recursive: true, force: true });
  }
}

/** Removes all that is recorded of a stack, with everything that could tell a secret of it. */
export async function forgetStack(stack: Stack): Promise<void> {
  const record = recordFile(stack);
  await dropCopies(stack, false);
  for (const path of [record, `${record}.attrs`, notesOf(stack)]) await rm(path, { force: true });
}

/**
 * After an `up` that succeeded: where a secret was taken out of the stack's file or became another one,
 * by whatever way, no copy of an earlier record is kept. Killed half-way it is done after the next.
 */
export async function forgetOldSecrets({ own, ...stack }: StackHome): Promise<void> {
  if (!own) return;
  const text = await readFile(stackFile(stack.root, stack.stack), "utf8");
  const now = secretsIn(text).map(({ value }) => createHash("sha256").update(value).digest("hex"));
  const notes = notesOf(stack);
  const before = (await readFile(notes, "utf8").catch(() => "")).split("\n");
  if (before.some((hash) => hash !== "" && !now.includes(hash))) await dropCopies(stack, true);
  await mkdir(dirname(notes), { recursive: true, mode: 0o700 });
  await writeWhole(notes, now.map((hash) => `${hash}\n`).join(""));
}
