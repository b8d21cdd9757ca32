import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWorkshop } from "../../tools/ensure.ts";
import { UsageError, UserError } from "../../lib/errors.ts";
import {
  inModuleCache,
  isAllowed,
  licenceIn,
  licenceList,
  pinnedModules,
} from "../../lab/licences.ts";
import { obtain } from "../../tools/obtain.ts";
import { checkout } from "../../lib/checkout.ts";
import { run as call } from "../../lib/process.ts";
import { createProgress } from "../../lib/progress.ts";
import { go } from "../../tools/tools.ts";

const help = `./vigil licences [NAME…]

Reads the licence of every Go module that tools/go pins, downloading those that are not in Go's
module cache, and writes them to ${licenceList}. Exit code 1 when one may not be built. With names of
folders of tools/go only these are read, and what is known of the others is kept.
`;

/** Versions of one module may differ: all of what they say. */
const joined = (before: string | undefined, licence: string): string =>
  [...new Set([...(before?.split(" AND ") ?? []), ...licence.split(" AND ")])].sort().join(" AND ");

/** The present content of the list. */
async function known(): Promise<Record<string, string>> {
  return JSON.parse(await readFile(join(checkout, licenceList), "utf8")) as Record<string, string>;
}

/** `vigil licences`. */
export async function run(args: string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(help);
    return 0;
  }
  const pinned = pinnedModules(checkout);
  const strangers = args.filter((name) => !pinned.has(name));
  if (strangers.length > 0) throw new UsageError(`tools/go has no ${strangers.join(", ")}`);
  const progress = createProgress();
  const shop = createWorkshop({ root: checkout });
  const program = (await obtain(go, shop, progress)).binaries["go"] ?? "go";
  const env = { ...process.env, GOFLAGS: "-mod=mod", GONOSUMDB: "github.com/pulumi/*" };
  const cache = (await call(program, ["env", "GOMODCACHE"], { env })).trim();
  const licences = args.length === 0 ? {} : await known();
  const unknown: string[] = [];
  for (const [name, modules] of pinned) {
    if (args.length > 0 && !args.includes(name)) continue;
    const absent = modules.filter((module) => !existsSync(inModuleCache(cache, module)));
    const step = progress.start(name, `reading ${modules.length} licences`);
    if (absent.length > 0) {
      const wanted = absent.map(({ path, version }) => `${path}@${version}`);
      // From a folder without go.mod: what is committed stays as it is.
      await call(program, ["mod", "download", ...wanted], { cwd: tmpdir(), env });
    }
    for (const module of modules) {
      const licence = licenceIn(inModuleCache(cache, module), module.path);
      if (licence === undefined || !isAllowed(licence)) {
        unknown.push(`${module.path} ${module.version}: ${licence ?? "no known licence"}`);
      } else licences[module.path] = joined(licences[module.path], licence);
    }
    step.done(`${modules.length} licences`);
  }
  if (unknown.length > 0) {
    throw new UserError("Modules that may not be built", {
      details: unknown,
      advice: ["lab/licences.ts has the licences that are allowed"],
    });
  }
  const sorted = Object.fromEntries(Object.entries(licences).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(join(checkout, licenceList), `${JSON.stringify(sorted, undefined, 2)}\n`);
  return 0;
}
