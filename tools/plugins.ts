import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ensured } from "./ensure.ts";
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
  readonly stack: string;
  readonly target: string;
  readonly env: NodeJS.ProcessEnv;
  readonly tools: Ensured;
  readonly progress: Progress;
}

/** What a package says of the plugin behind it. */
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

/** Whether the content goes into a Grafana that somebody else runs. */
async function hasGrafanaElsewhere(root: string, stack: string): Promise<boolean> {
  // A package, which is there only once packages are installed.
  const { parse } = await import("yaml");
  const text = await readFile(join(root, `Pulumi.${stack}.yaml`), "utf8");
  const { config } = parse(text) as { config?: Record<string, { url?: unknown } | undefined> };
  return config?.["vigil:grafana"]?.url !== undefined;
}

/**
 * Sees to the provider plugins a target needs: without Docker's there is nothing to deploy with;
 * without Grafana's the estate does without Grafana.
 *
 * @throws UserError when the target cannot do without.
 */
export async function ensurePlugins(options: PluginOptions): Promise<MissingPlugin[]> {
  const { env, progress, root, stack, target, tools } = options;
  if (target === "docker") {
    const spec = await specOf(root, "docker");
    const reason = await install(spec, env, progress);
    if (reason !== undefined) throw noDocker(spec, reason);
  }
  const hasServer = target !== "local" || existsSync(join(tools.binFolder, "grafana"));
  if (!hasServer && !(await hasGrafanaElsewhere(root, stack))) return [];
  const reason = await install(await specOf(root, "grafana"), env, progress);
  if (reason === undefined) return [];
  return [{ name: "grafana-plugin", reason: `its provider plugin: ${reason}` }];
}

function noDocker({ version }: PluginSpec, reason: string): UserError {
  return new UserError(`The provider plugin docker ${version} could not be installed`, {
    details: [`${reason}; it is asked for again with the next run`, "Nothing was changed."],
    advice: [
      `From a file of its own: ./vigil pulumi plugin install resource docker ${version} --file pulumi-resource-docker-v${version}-${platformKey(currentPlatform())}.tar.gz`,
      "Without Docker: STACK=local make up needs no plugin.",
    ],
  });
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
