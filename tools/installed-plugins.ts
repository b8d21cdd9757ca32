import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pulumiHome } from "./pulumi-home.ts";

/** A provider plugin of Pulumi the program can use. */
export interface Plugin {
  readonly name: string;
  /** Versions installed, oldest first; empty when there is none. */
  readonly versions: readonly string[];
}

/** Which versions of provider plugins are installed for this user. */
export async function findPlugins(
  names: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Plugin[]> {
  const folders = await readdir(join(pulumiHome(env), "plugins")).catch((): string[] => []);
  return names.map((name) => ({
    name,
    versions: folders
      // Beside a folder there may be its lock or a mark that it is only half-way there.
      .filter((folder) => !folders.includes(`${folder}.partial`))
      .map((folder) => /^resource-(.+)-v(\d+\.\d+\.\d+[^.]*)$/.exec(folder))
      .flatMap((match) => (match?.[1] === name && match[2] ? [match[2]] : []))
      .sort((a, b) => a.localeCompare(b, "en", { numeric: true })),
  }));
}
