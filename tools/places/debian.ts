import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "../../lib/lock.ts";
import { FatalError, reasonOf } from "../../lib/errors.ts";
import { findOnPath } from "../../lib/path.ts";
import { FailedCommand, run } from "../../lib/process.ts";
import type { Place, Tool, Workshop } from "../tool.ts";
import { inRange, parseVersion, showRange, showVersion } from "../../lib/version.ts";
import { findMirror } from "./debian-mirror.ts";

/** The suite whose packages fit the pinned versions; they run on older releases of Debian too. */
const suite = "forky";

/** Keyrings of Debian's archive, as older and newer releases name them. */
const keyrings = ["gpg", "pgp"].map((end) => `/usr/share/keyrings/debian-archive-keyring.${end}`);

/** The parts of the machine that are read; tests give their own. */
export interface DebianMachine {
  /** Texts of the machine's own apt sources. */
  readonly sources: readonly string[];
  readonly codename: string;
  readonly keyring: string | undefined;
  /** Milliseconds that the index, and then the packages, may take. @default 300_000 */
  readonly patience?: number;
}

/** Indexes read in this run, by apt folder: once is enough. */
const updated = new Map<string, Promise<unknown>>();

/**
 * The packages of a Debian suite, unpacked without installing anything: apt with folders of its own
 * inside the cache, the mirror (and proxies, certificates) the machine is set up with, no root.
 */
export function debianPlace(
  tool: Tool,
  shop: Workshop,
  machine: DebianMachine | undefined = thisMachine(shop),
): Place | undefined {
  const { debian } = tool;
  const mirror = machine && findMirror(machine.sources, machine.codename);
  if (!debian || mirror === undefined || machine?.keyring === undefined) return undefined;
  const source = `deb [signed-by=${machine.keyring}] ${mirror} ${suite} main\n`;

  return {
    label: `Debian package ${debian.packages[0] ?? ""} (${suite})`,
    async fill(folder, step) {
      const config = await prepareApt(join(shop.cache, "debian"), source);
      step.update(`reading the package index of Debian ${suite}`);
      const { patience = 300_000 } = machine;
      const index =
        updated.get(config) ?? fromMirror(mirror, patience, updateIndex(config, patience));
      updated.set(config, index);
      await index;
      const [main = ""] = debian.packages;
      const shown = await run("apt-cache", ["-c", config, "show", "--no-all-versions", main]);
      const version = parseVersion(/^Version: (?:\d+:)?(.*)$/m.exec(shown)?.[1] ?? "");
      if (version === undefined || !inRange(version, tool.accepts)) {
        const has = version === undefined ? "no version of it" : showVersion(version);
        throw new Error(`${suite} has ${has}; required: ${showRange(tool.accepts)}`);
      }
      step.update("downloading the Debian package");
      const packages = join(folder, "../packages");
      await mkdir(packages);
      const download = ["-c", config, "download", ...debian.packages];
      await fromMirror(
        mirror,
        patience,
        run("apt-get", download, { cwd: packages, timeout: patience }).catch(requireSums),
      );
      step.update("unpacking");
      for (const file of await readdir(packages)) {
        await run("dpkg", ["-x", join(packages, file), folder]);
      }
      return { version: showVersion(version), binaries: debian.binaries };
    },
  };
}

/** Reads the indexes; runs racing each other take turns, since apt refuses to share its folders. */
const updateIndex = (config: string, timeout: number): Promise<string> =>
  withLock(`${config}.lock`, () =>
    // Without this setting apt only warns when the index could not be fetched.
    run("apt-get", ["-c", config, "-o", "APT::Update::Error-Mode=any", "update"], { timeout }),
  );

/** Work with a mirror, which is named where it fails: apt waits for one that sends a byte now and then. */
async function fromMirror<T>(mirror: string, patience: number, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof FatalError) throw error;
    const { host } = new URL(mirror);
    const reason = /was ended by SIGTERM/.test(reasonOf(error))
      ? `not done within ${patience / 1000} s`
      : reasonOf(error);
    throw new Error(`${host}: ${reason} (another mirror: see /etc/apt)`, { cause: error });
  }
}

/** apt's message about a package that differs from the signed index. */
const mismatch = /Failed to fetch (\S+) +(?:Hash Sum mismatch|File has unexpected size)/;

/** @throws FatalError where the mirror sent another package than Debian signed; apt has thrown it away. */
function requireSums(error: unknown): never {
  const [, url] = (error instanceof FailedCommand && mismatch.exec(error.output)) || [];
  if (url === undefined) throw error;
  throw new FatalError(`${url} is not the package that Debian signed`, {
    details: [
      "It was discarded; no other source is tried.",
      "A network that wants you to sign in first answers with its own page.",
    ],
    advice: ["Once that is fixed: ./vigil tools"],
    cause: error,
  });
}

/** Writes an apt configuration that keeps everything inside one folder; returns its path. */
async function prepareApt(folder: string, source: string): Promise<string> {
  const [sources, config] = [join(folder, "sources.list"), join(folder, "apt.conf")];
  await mkdir(join(folder, "lists/partial"), { recursive: true });
  await mkdir(join(folder, "cache/archives/partial"), { recursive: true });
  await writeFile(
    config,
    `Dir::Etc::sourcelist "${sources}";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "${folder}";
Dir::State::lists "${folder}/lists";
Dir::State::status "/dev/null";
Dir::Cache "${folder}/cache";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Retries "1";
Acquire::http::Timeout "15";
Acquire::https::Timeout "15";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
`,
  );
  // A mirror's address may hold a password.
  await writeFile(sources, source, { mode: 0o600 });
  return config;
}

function thisMachine({ env }: Workshop): DebianMachine | undefined {
  const has = (program: string) => findOnPath(program, env["PATH"]) !== undefined;
  if (!["apt-get", "apt-cache", "dpkg"].every(has)) return undefined;
  const parts = "/etc/apt/sources.list.d";
  const files = existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : [];
  const read = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : "");
  return {
    sources: ["/etc/apt/sources.list", ...files]
      .filter((path) => /\.(list|sources)$/.test(path))
      .map(read),
    codename: /^VERSION_CODENAME="?(\w+)/m.exec(read("/etc/os-release"))?.[1] ?? "sid",
    keyring: keyrings.find((path) => existsSync(path)),
  };
}
