import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { reasonOf, UserError } from "../lib/errors.ts";
import { createNetwork } from "./network.ts";
import { currentPlatform, platformKey } from "./platform.ts";
import { run } from "../lib/process.ts";
import type { Progress } from "../lib/progress.ts";
import { pulumiHome } from "./pulumi-home.ts";

/** A provider plugin that could not be obtained. */
export interface MissingPlugin {
  readonly name: string;
  readonly reason: string;
}

interface PluginOptions {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
}

/** A package's own description of its plugin. */
interface PluginSpec {
  readonly name: string;
  readonly version: string;
  readonly server?: string;
}

/** The package of each provider plugin that targets use, by the plugin's name. */
export const packages: Readonly<Record<string, string>> = {
  docker: "@pulumi/docker",
  grafana: "@pulumiverse/grafana",
};

/** Version and site of a plugin, as its installed package says. */
async function specOf(root: string, name: string): Promise<PluginSpec> {
  const file = join(root, "node_modules", packages[name] ?? name, "package.json");
  const { pulumi, version } = JSON.parse(await readFile(file, "utf8")) as {
    version: string;
    pulumi?: { server?: string };
  };
  return { name, version, ...(pulumi?.server ? { server: pulumi.server } : {}) };
}

function installed({ name, version }: PluginSpec, env: NodeJS.ProcessEnv): boolean {
  return existsSync(join(pulumiHome(env), "plugins", `resource-${name}-v${version}`));
}

/** Site the plugin is downloaded from, to see within seconds whether it can be reached. */
const siteOf = ({ server }: PluginSpec): string =>
  server?.startsWith("github://") ? "https://api.github.com" : "https://get.pulumi.com";

/** Installs one plugin through the engine; the reason when that cannot be done. */
async function install(
  spec: PluginSpec,
  env: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<string | undefined> {
  if (installed(spec, env)) return undefined;
  const step = progress.start(`plugin ${spec.name} ${spec.version}`, "getting it");
  try {
    await createNetwork()
      .text(`${siteOf(spec)}/`)
      .catch(rethrowUnreachable);
    const server = spec.server === undefined ? [] : ["--server", spec.server];
    const args = ["plugin", "install", "resource", spec.name, spec.version, ...server];
    await run("pulumi", args, { env, timeout: 300_000 });
    step.done("installed");
    return undefined;
  } catch (error) {
    step.fail("not available here");
    return reasonOf(error);
  }
}

/** Any answer will do, an error page too: the site is there. */
function rethrowUnreachable(error: unknown): void {
  if (/cannot be reached/.test(reasonOf(error))) throw error;
}

/**
 * Sees to a provider plugin without which nothing can be made.
 *
 * @param plugin - With how to do without it.
 * @throws UserError where it cannot be obtained.
 */
export async function requirePlugin(
  plugin: { readonly name: string; readonly without: string },
  { env, progress, root }: PluginOptions,
): Promise<void> {
  const spec = await specOf(root, plugin.name);
  const reason = await install(spec, env, progress);
  if (reason === undefined) return;
  const { name, version } = spec;
  throw new UserError(`The provider plugin ${name} ${version} could not be installed`, {
    details: [`${reason}; the next run tries again`, "Nothing was changed."],
    advice: [
      `To install it from a file: ./vigil pulumi plugin install resource ${name} ${version} --file pulumi-resource-${name}-v${version}-${platformKey(currentPlatform())}.tar.gz`,
      plugin.without,
    ],
  });
}

/** Sees to a provider plugin that the estate can do without. @returns it, where it cannot be obtained. */
export async function tryPlugin(
  name: string,
  { env, progress, root }: PluginOptions,
): Promise<MissingPlugin[]> {
  const reason = await install(await specOf(root, name), env, progress);
  if (reason === undefined) return [];
  return [{ name: `${name}-plugin`, reason: `its provider plugin: ${reason}` }];
}

/** Versions of the plugins that the program was written for, by name; those it does not say are left out. */
export async function pinnedPlugins(root: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(join(root, "package.json"), "utf8").catch(() => "{}");
  const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
  return Object.fromEntries(
    Object.entries(packages).flatMap(([name, from]) => {
      const version = dependencies[from];
      return version === undefined ? [] : [[name, version]];
    }),
  );
}
