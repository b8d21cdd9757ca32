import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathWith } from "../../lib/path.ts";
import { rawConfig } from "../../components/config/stack-file.ts";
import type { RawConfig } from "../../components/config/parse.ts";
import { cacheFolder } from "../../tools/cache.ts";
import { binFolder } from "../../tools/obtain.ts";
import { programPath } from "../../tools/program-path.ts";

/** The checkout that is measured. */
export const checkout = join(import.meta.dirname, "../..");

/** Configuration of stack local as its files say. */
export async function localConfig(): Promise<RawConfig> {
  const [project, stack] = await Promise.all(
    ["Pulumi.yaml", "Pulumi.local.yaml"].map((file) => readFile(join(checkout, file), "utf8")),
  );
  return rawConfig(project ?? "", stack ?? "");
}

/**
 * Surroundings like those `./vigil` makes, without any account, backend or stack of the caller, and
 * with the Node that runs this first on PATH.
 */
export function surroundings(pulumiHome: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(?:CI$|PULUMI_|NODE_V8_|NODE_OPTIONS$|STACK$|PURGE$|VIGIL_WITHOUT$)/.test(name),
  );
  const cache = cacheFolder();
  return {
    ...Object.fromEntries(own),
    NO_COLOR: "1",
    NODE_COMPILE_CACHE: join(cache, "compile"),
    NODE_USE_ENV_PROXY: "1",
    PATH: programPath(checkout, binFolder(checkout), pathWith([dirname(process.execPath)])),
    PULUMI_HOME: pulumiHome,
    VIGIL_CACHE: cache,
  };
}
