import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../../lib/write.ts";

/** Everything of a checkout that decides what an `up` makes. */
const parts = [
  "index.ts",
  "package-lock.json",
  "Pulumi.yaml",
  "components",
  "dashboards",
  "lib",
  "provider",
  "rules",
  "services",
  "tools/tools.ts",
] as const;

/** Nothing that runs: tests, documents, and what was installed. */
const idle = /(?:^|\/)(?:node_modules|test)(?:\/|$)|\.md$/;

async function filesBelow(root: string, path: string): Promise<string[]> {
  const entries = await readdir(join(root, path), { withFileTypes: true, recursive: true }).catch(
    () => undefined,
  );
  if (entries === undefined) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

/** Files that a stack's own file names: rules of its own, say. */
async function namedIn(root: string, path: string): Promise<string[]> {
  const text = await readFile(join(root, path), "utf8").catch(() => "");
  const words = [...new Set(text.match(/[\w./-]*[\w-]\.\w+/g))];
  const isFile = (word: string) =>
    stat(join(root, word)).then(
      (found) => found.isFile(),
      () => false,
    );
  const found = await Promise.all(words.map(isFile));
  return words.filter((_word, index) => found[index]);
}

/** One text for all that decides what an `up` of a stack makes, as it is now. */
export async function fingerprint(root: string, stack: string): Promise<string> {
  const file = `Pulumi.${stack}.yaml`;
  const wanted = [...parts, file, ...(await namedIn(root, file))];
  const found = (await Promise.all(wanted.map((path) => filesBelow(root, path)))).flat();
  const hash = createHash("sha256");
  for (const path of [...new Set(found)].filter((one) => !idle.test(one)).sort()) {
    const text = await readFile(join(root, path)).catch(() => undefined);
    if (text !== undefined) hash.update(`${path}\0${text.length}\0`).update(text);
  }
  return hash.digest("hex");
}

const noteOf = (root: string, stack: string): string => join(root, ".vigil/deployed", stack);

/** Notes what the last `up` was made of. */
export async function noteDeployed(root: string, stack: string, what: string): Promise<void> {
  await mkdir(join(root, ".vigil/deployed"), { recursive: true, mode: 0o700 });
  await writeWhole(noteOf(root, stack), `${what}\n`);
}

/** The fingerprint of the last `up`; undefined if none has succeeded since this is recorded. */
export async function deployed(root: string, stack: string): Promise<string | undefined> {
  return (await readFile(noteOf(root, stack), "utf8").catch(() => undefined))?.trim();
}
