import { existsSync } from "node:fs";
import { freeSpace } from "../tools/cache.ts";
import { dependenciesFresh } from "../tools/dependencies.ts";
import { look, placesOf } from "../tools/obtain.ts";
import { askDocker, type Docker } from "./targets/docker/engine.ts";
import { otherUsers } from "./neighbours.ts";
import { findPlugins, type Plugin } from "../tools/installed-plugins.ts";
import { packages, pinnedPlugins } from "../tools/plugins.ts";
import type { Tool, Workshop } from "../tools/tool.ts";

/** One tool on this machine. */
export interface ToolReport {
  readonly name: string;
  readonly pinned: string;
  /** here; absent but obtainable; absent, and Vigil does without; absent and not available anywhere */
  readonly state: "here" | "obtainable" | "optional" | "missing";
  readonly version?: string;
  readonly origin?: string;
  readonly binaries?: Readonly<Record<string, string>>;
  /** Why what is on PATH will not do. */
  readonly reason?: string;
  /** Places it would be fetched from, in order. */
  readonly from?: readonly string[];
  readonly advice?: string;
}

/** One provider plugin on this machine. */
export interface PluginReport extends Plugin {
  /** The version that the program needs; undefined where the checkout does not say. */
  readonly pinned: string | undefined;
}

/** Everything that was found on this machine. */
export interface Report {
  readonly node: { readonly version: string; readonly path: string };
  readonly tools: readonly ToolReport[];
  readonly cache: { readonly folder: string; readonly exists: boolean; readonly freeBytes: number };
  readonly dependencies: "installed" | "to be installed";
  readonly docker: Docker;
  readonly plugins: readonly PluginReport[];
  /** Others with a shell on this machine, who reach the engine's ports while it runs. */
  readonly otherUsers: readonly string[];
}

/** Looks at this machine without changing, fetching or installing anything. */
export async function examine(shop: Workshop, table: readonly Tool[]): Promise<Report> {
  const { cache, root, env } = shop;
  const [docker, installed, pinned, freeBytes, fresh, ...tools] = await Promise.all([
    askDocker(env),
    findPlugins(Object.keys(packages), env),
    pinnedPlugins(root),
    freeSpace(cache),
    dependenciesFresh(root),
    ...table.map((tool) => examineTool(tool, shop)),
  ]);
  return {
    node: { version: process.versions.node, path: process.execPath },
    tools,
    cache: { folder: cache, exists: existsSync(cache), freeBytes },
    dependencies: fresh ? "installed" : "to be installed",
    docker,
    plugins: installed.map((plugin) => ({ ...plugin, pinned: pinned[plugin.name] })),
    otherUsers: otherUsers(),
  };
}

async function examineTool(tool: Tool, shop: Workshop): Promise<ToolReport> {
  const { name, version: pinned, advice } = tool;
  const looked = await look(tool, shop);
  if (looked.found !== undefined) {
    const { version, origin, binaries } = looked.found;
    return { name, pinned, state: "here", version, origin, binaries };
  }
  const from = placesOf(tool, shop).map(({ label }) => label);
  const state = tool.optional === true ? "optional" : from.length > 0 ? "obtainable" : "missing";
  return { name, pinned, state, reason: looked.onPath.reason, from, advice };
}
