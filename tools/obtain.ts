import { join } from "node:path";
import { recallAbsent, rememberAbsent } from "./absent.ts";
import { install, readCached, sweep, type Cached } from "./cache.ts";
import { FatalError, reasonOf, ToolError, type Attempt } from "../lib/errors.ts";
import { withLock } from "../lib/lock.ts";
import { archivePlace } from "./places/archive.ts";
import { debianPlace } from "./places/debian.ts";
import { goPlace } from "./places/go-module.ts";
import { findTool, versionOf } from "./places/path.ts";
import { platformKey } from "./platform.ts";
import type { Progress, Step } from "../lib/progress.ts";
import type { Found, Place, Tool, Workshop } from "./tool.ts";
import { go } from "./tools.ts";

/** The folder of Vigil's links to tools, first on PATH of everything it starts. */
export const binFolder = (root: string): string => join(root, ".vigil/bin");

/** A tool as found without fetching anything. */
export type Look =
  { readonly found: Found } | { readonly found: undefined; readonly onPath: Attempt };

/** Looks on PATH and in the cache. Starts nothing but `--version` and touches no network. */
export async function look(tool: Tool, shop: Workshop): Promise<Look> {
  const onPath = await findTool(tool, shop.env, [binFolder(shop.root)]);
  if ("found" in onPath) return onPath;
  const cached = await readCached(cachedAt(tool, shop));
  if (cached !== undefined) return { found: fromCache(tool, cached) };
  return { found: undefined, onPath: { place: "PATH", reason: onPath.reason } };
}

/** The places a tool would be fetched from on this machine, in order. */
export function placesOf(tool: Tool, shop: Workshop, getGo?: () => Promise<Found>): Place[] {
  return [
    archivePlace(tool, shop),
    debianPlace(tool, shop),
    goPlace(tool, shop, getGo ?? (() => Promise.reject(new Error("not asked for")))),
  ].filter((place) => place !== undefined);
}

/**
 * Finds a tool or gets it from the first place that has it, into the cache.
 * @throws ToolError with every place tried; FatalError when trying on would be wrong.
 */
export async function obtain(tool: Tool, shop: Workshop, progress: Progress): Promise<Found> {
  const looked = await look(tool, shop);
  if (looked.found !== undefined) return looked.found;
  if (tool.optional === true && shop.again !== true) {
    const absent = await recallAbsent(tool, shop);
    if (absent !== undefined) throw absent;
  }
  const step = progress.start(`${tool.name} ${tool.version}`, "getting it");
  try {
    await sweep(shop.cache);
    const cached = await withLock(
      join(shop.cache, "locks", `${tool.name}-${tool.version}.lock`),
      async () =>
        (await readCached(cachedAt(tool, shop))) ??
        (await fill(tool, shop, progress, step, looked.onPath)),
      {
        onWait: ({ pid }) => {
          step.update(`waiting for another run that is getting it (process ${pid})`);
          progress.note(`  ${tool.name}: another run is getting it (process ${pid}), waiting`);
        },
      },
    );
    step.done(cached.origin);
    return fromCache(tool, cached);
  } catch (error) {
    if (tool.optional === true && error instanceof ToolError) {
      await rememberAbsent(error, tool, shop);
      step.fail("not available here; Vigil does without");
    } else {
      step.fail(reasonOf(error));
    }
    throw error;
  }
}

/** Go, asked for once per run however many tools are built. */
const goOf = new WeakMap<Workshop, Promise<Found>>();
function getGo(shop: Workshop, progress: Progress): Promise<Found> {
  const asked = goOf.get(shop) ?? obtain(go, shop, progress);
  goOf.set(shop, asked);
  return asked;
}

/** Tries each place in order. */
async function fill(
  tool: Tool,
  shop: Workshop,
  progress: Progress,
  step: Step,
  onPath: Attempt,
): Promise<Cached> {
  const tried = [onPath];
  for (const place of placesOf(tool, shop, () => getGo(shop, progress))) {
    try {
      return await install(shop.cache, cachedAt(tool, shop), async (folder) => {
        const filled = await place.fill(folder, step);
        // Proves that it runs here: right system, right libraries.
        const first = filled.binaries[tool.binaries[0] ?? ""] ?? "";
        const version = await versionOf(tool, join(folder, first), shop.env);
        return { version, binaries: filled.binaries, origin: place.label };
      });
    } catch (error) {
      if (error instanceof FatalError) throw error;
      const inner = error instanceof ToolError ? ` (${error.details.join("; ")})` : "";
      tried.push({ place: place.label, reason: reasonOf(error) + inner });
    }
  }
  throw new ToolError(tool.name, tried, [tool.advice]);
}

const cachedAt = (tool: Tool, { cache, platform }: Workshop): string =>
  join(cache, tool.name, `${tool.version}-${platformKey(platform)}`);

function fromCache(tool: Tool, { folder, version, origin, binaries }: Cached): Found {
  const paths = Object.entries(binaries).map(([name, path]) => [name, join(folder, path)] as const);
  return { tool, version, origin: `cache, ${origin}`, binaries: Object.fromEntries(paths) };
}
