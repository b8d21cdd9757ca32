import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { reasonOf } from "../../lib/errors.ts";
import { findOnPath } from "../../lib/path.ts";
import { run } from "../../lib/process.ts";
import type { Found, Tool } from "../tool.ts";
import { inRange, parseVersion, showRange, showVersion } from "../../lib/version.ts";

/** A tool on PATH, or why what is there will not do. */
export type OnPath = { readonly found: Found } | { readonly reason: string };

/**
 * Looks for a tool of an accepted version on PATH, beyond one of another version as well.
 * @param skip folders not looked into: Vigil's own links would find themselves.
 */
export async function findTool(
  tool: Tool,
  env: NodeJS.ProcessEnv,
  skip: readonly string[] = [],
): Promise<OnPath> {
  const binaries: Record<string, string> = {};
  for (const name of tool.binaries) {
    const path = findOnPath([name, tool.alsoCalled?.[name] ?? name], env["PATH"], skip);
    if (path === undefined) return { reason: `no ${name}` };
    binaries[name] = path;
  }
  const first = binaries[tool.binaries[0] ?? ""] ?? "";
  for (const needed of tool.beside ?? []) {
    const path = join(dirname(realpathSync(first)), needed);
    if (!existsSync(path)) return { reason: `${first} lies outside its home folder (no ${path})` };
  }
  try {
    const version = await versionOf(tool, first, env);
    return { found: { tool, version, origin: "PATH", binaries } };
  } catch (error) {
    const further = await findTool(tool, env, [...skip, dirname(first)]);
    return "found" in further ? further : { reason: reasonOf(error) };
  }
}

/**
 * Asks a binary of a tool for its version.
 * @throws Error when it does not run here, does not say, or says one that is not accepted.
 */
export async function versionOf(tool: Tool, path: string, env: NodeJS.ProcessEnv): Promise<string> {
  const output = await run(path, tool.versionArgs ?? ["--version"], {
    env: { ...env, ...tool.versionEnv },
    timeout: 10_000,
  });
  const version = parseVersion(output);
  if (version === undefined) throw new Error(`${path} does not report its version`);
  if (!inRange(version, tool.accepts)) {
    throw new Error(`${path} is ${showVersion(version)}; required: ${showRange(tool.accepts)}`);
  }
  return showVersion(version);
}
