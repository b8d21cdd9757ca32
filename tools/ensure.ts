import { readlink, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { explainDisk, ToolError, UserError } from "../lib/errors.ts";
import { createNetwork, type Network } from "./network.ts";
import { binFolder, obtain } from "./obtain.ts";
import { makeBinFolder } from "../lib/own-folder.ts";
import { withoutSecrets } from "./plain-env.ts";
import { currentPlatform } from "./platform.ts";
import { createProgress, type Progress } from "../lib/progress.ts";
import type { Found, Tool, Workshop } from "./tool.ts";
import { toolNames, tools, type ToolName } from "./tools.ts";

/** Where and how tools are got. */
export interface EnsureOptions {
  /** The checkout. */
  readonly root: string;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** @default a live line or plain lines on standard error */
  readonly progress?: Progress;
  /** @default one that remembers unreachable sites for this call */
  readonly network?: Network;
  /** Asks again for optional tools that could not be obtained within the last day. @default false */
  readonly again?: boolean;
  /** @default the pinned tools, see tools.ts */
  readonly table?: Readonly<Record<string, Tool>>;
}

/** The result of {@link ensureTools}. */
export interface Ensured {
  /** Folder of links, one per binary under its upstream name: to be first on PATH. */
  readonly binFolder: string;
  readonly found: readonly Found[];
  /** Optional tools that could not be obtained, and why. */
  readonly missing: readonly ToolError[];
}

/** The context for getting tools, from options. */
export function createWorkshop({
  root,
  env = process.env,
  network = createNetwork(),
  again = false,
}: EnsureOptions): Workshop {
  const platform = currentPlatform();
  const cache = cacheFolder(env, platform.os);
  return { root, env: withoutSecrets(env), platform, cache, network, again };
}

/**
 * Gets tools, each from the first place that has it, and links their binaries into
 * `<root>/.vigil/bin`. With all of them in the cache nothing is looked up anywhere.
 * @throws ToolError, or one UserError for several tools, when a needed tool cannot be obtained.
 * @throws FatalError when the disk is full, the cache closed or a checksum wrong.
 */
export async function ensureTools(
  names: readonly ToolName[] = toolNames,
  options: EnsureOptions,
): Promise<Ensured> {
  const table: Readonly<Record<string, Tool>> = options.table ?? tools;
  const { progress = createProgress() } = options;
  const shop = createWorkshop(options);
  const found: Found[] = [];
  const failed: ToolError[] = [];
  const asked = names.map((name) => table[name]).filter((tool) => tool !== undefined);
  for (const tool of asked) {
    try {
      found.push(await obtain(tool, shop, progress));
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      failed.push(error);
    }
  }
  const needed = failed.filter(({ tool }) => table[tool]?.optional !== true);
  if (needed.length > 0) throw joined(needed);
  const links = new Map(found.flatMap(({ binaries }) => Object.entries(binaries)));
  links.set("node", process.execPath);
  const known = Object.values(table).flatMap((tool) => tool.binaries);
  const folder = await makeBinFolder(shop.root, new Set([...known, ...links.keys()])).catch(
    (error: unknown) => {
      throw explainDisk(error, binFolder(shop.root));
    },
  );
  await linkBinaries(
    folder,
    links,
    asked.flatMap((tool) => tool.binaries),
  );
  return { binFolder: folder, found, missing: failed };
}

/** All problems at once, as one error. */
function joined(errors: readonly ToolError[]): UserError {
  const [first] = errors;
  if (first !== undefined && errors.length === 1) return first;
  return new UserError(`${errors.map(({ tool }) => tool).join(", ")} could not be obtained`, {
    details: errors.flatMap(({ message, details }) => [
      message,
      ...details.map((line) => `  ${line}`),
    ]),
    advice: errors.flatMap(({ advice }) => advice),
  });
}

/** Links binaries, and removes links of asked ones that are not there. Others stay. */
async function linkBinaries(
  folder: string,
  links: ReadonlyMap<string, string>,
  asked: readonly string[],
): Promise<void> {
  try {
    for (const [name, target] of links) {
      const path = join(folder, name);
      if ((await readlink(path).catch(() => undefined)) === target) continue;
      // Renamed into place: a program looking for it meanwhile finds the old or the new one.
      const draft = join(folder, "..", `.${name}.${process.pid}`);
      await rm(draft, { force: true });
      await symlink(target, draft);
      await rename(draft, path);
    }
    for (const name of asked) if (!links.has(name)) await rm(join(folder, name), { force: true });
  } catch (error) {
    throw explainDisk(error, folder);
  }
}
