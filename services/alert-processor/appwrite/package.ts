/** The upload: the function's own files as JavaScript, and its dependencies as a lock file. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join, posix } from "node:path";
import { tarGz } from "./tar.ts";

export interface Package {
  readonly archive: Buffer;
  /** Path of the entry point in it; its folder identifies the packed code. */
  readonly entrypoint: string;
}

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
}

const entry = "appwrite/function.ts";
const dependencies = ["node-appwrite", "zod"];

const imports = /(\b(?:from|import)\s*")(\.{1,2}\/[^"]+)\.ts"/g;

/** A file and everything it imports, as JavaScript: the runtime may be too old to strip types. */
function filesFrom(folder: string, path: string, found = new Map<string, string>()) {
  const name = path.replace(/\.ts$/, ".js");
  if (found.has(name)) return found;
  const source = stripTypeScriptTypes(readFileSync(join(folder, path), "utf8"));
  const script = source.replace(imports, '$1$2.js"');
  found.set(name, script);
  for (const [, , target = ""] of source.matchAll(imports)) {
    filesFrom(folder, `${posix.join(posix.dirname(path), target)}.ts`, found);
  }
  return found;
}

/** The nearest lock file above a folder: a workspace keeps its own at its root. */
function lockAbove(folder: string): Readonly<Record<string, Locked>> {
  const path = join(folder, "package-lock.json");
  if (existsSync(path)) {
    return (JSON.parse(readFileSync(path, "utf8")) as { packages: Record<string, Locked> })
      .packages;
  }
  if (dirname(folder) === folder) throw new Error("there is no package-lock.json: run npm install");
  return lockAbove(dirname(folder));
}

/** The part of a lock file that some packages need, with the hashes of all of them. */
function lockOf(packages: Readonly<Record<string, Locked>>, names: readonly string[]) {
  const locked = new Map<string, Locked>();
  const add = (name: string): void => {
    const path = `node_modules/${name}`;
    const one = packages[path];
    if (one === undefined) throw new Error(`${name} is not in package-lock.json: run npm install`);
    if (locked.has(path)) return;
    locked.set(path, one);
    Object.keys(one.dependencies ?? {}).forEach(add);
  };
  names.forEach(add);
  return Object.fromEntries([...locked].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Packs the function; the same bytes for the same code and salt.
 *
 * @param folder - Of the alert processor.
 * @param salt - What else makes a new deployment necessary.
 */
export function packFunction(folder: string, salt: string): Package {
  const files = filesFrom(folder, entry);
  const own = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Required<Locked>;
  const versions = Object.fromEntries(
    dependencies.map((name) => [name, own.dependencies[name] ?? ""]),
  );
  const root = { name: "vigil", private: true, type: "module", dependencies: versions };
  const lock = {
    name: "vigil",
    lockfileVersion: 3,
    requires: true,
    packages: {
      "": { name: "vigil", dependencies: versions },
      ...lockOf(lockAbove(folder), dependencies),
    },
  };
  const manifests = [JSON.stringify(root, null, 2), JSON.stringify(lock, null, 2)] as const;
  const digest = createHash("sha256")
    .update(JSON.stringify([...files].sort()))
    .update(JSON.stringify([manifests, salt]))
    .digest("hex");
  const place = `vigil-${digest.slice(0, 16)}`;
  const placed = [...files].map(([name, text]) => [`${place}/${name}`, text] as const);
  const archive = tarGz(
    new Map([...placed, ["package.json", manifests[0]], ["package-lock.json", manifests[1]]]),
  );
  return { archive, entrypoint: `${place}/${entry.replace(/\.ts$/, ".js")}` };
}
