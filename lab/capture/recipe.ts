import { existsSync, readdirSync } from "node:fs";
import { delimiter } from "node:path";
import type { GoProgram, Tool } from "../../tools/tool.ts";
import type { Range } from "../../lib/version.ts";
import type { Session } from "./session.ts";

/** Paths of programs by name. */
export type Binaries = Readonly<Record<string, string>>;

/** How to see what one exporter exposes. */
export interface Recipe {
  /** As in the name of the file. */
  readonly exporter: string;
  /** Below the folder of inventories, for what is not the whole of what a program can show. */
  readonly folder?: string;
  /** Required tools: the first one's version is the inventory's. */
  readonly tools: readonly [Tool, ...Tool[]];
  /** The inventory's version where what is scraped is a program of this repository. */
  readonly version?: () => string;
  /** A description of the setup and its flags, once the versions are known. */
  readonly reference: (versions: Binaries) => string;
  /** Starts everything, makes it work so that labelled series appear, and scrapes. */
  readonly capture: (session: Session, binaries: Binaries) => Promise<void>;
}

const forky = (name: string): string =>
  `Install ${name} so that it is on PATH, or use a machine that reaches Debian's mirror.`;

/** An exporter that Debian packages; nothing of it is installed. */
export const debianTool = (name: string, version: string, pack: string, path: string): Tool => ({
  name,
  version,
  binaries: [name],
  accepts: { from: version },
  alsoCalled: { [name]: path.split("/").at(-1) ?? name },
  debian: { packages: [pack], binaries: { [name]: path } },
  advice: forky(name),
});

/** A program built from its Go module below `tools/go/`, where it is not on PATH. */
export const goTool = (
  name: string,
  version: string,
  accepts: Range,
  program: Omit<GoProgram, "binary" | "module">,
  more: Partial<Tool> = {},
): Tool => ({
  name,
  version,
  binaries: [name],
  accepts,
  go: [{ binary: name, module: name, ...program }],
  advice: goAdvice(name),
  ...more,
});

/** What to do where nothing builds a program of that name. */
export const goAdvice = (name: string): string =>
  `Let this machine reach Go's module proxy, or install ${name} so that it is on PATH.`;

/** A server that must be installed: it is too large, or too tied to the system, to be fetched. */
export const serverTool = (
  name: string,
  from: string,
  pack: string,
  binaries: readonly string[],
  more: Partial<Tool> = {},
): Tool => ({
  name,
  version: from,
  binaries,
  accepts: { from },
  advice: `apt-get install ${pack} (its service need not run)`,
  ...more,
});

/** PATH with the folders where distributions put servers. */
export function serverPath(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const postgres = "/usr/lib/postgresql";
  const versions = existsSync(postgres) ? readdirSync(postgres).sort().reverse() : [];
  const folders = [
    // Before /usr/sbin, where programs of the same names change to another user first.
    "/usr/lib/rabbitmq/bin",
    env["PATH"] ?? "",
    "/usr/sbin",
    ...versions.map((version) => `${postgres}/${version}/bin`),
  ];
  return { ...env, PATH: folders.join(delimiter) };
}
