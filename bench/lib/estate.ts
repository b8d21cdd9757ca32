import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { toYaml } from "../../lib/yaml.ts";
import { catalogueFor } from "../../components/config/catalogue.ts";
import { parseConfig } from "../../components/config/parse.ts";
import { type Finished, timed } from "./command.ts";
import { guarded } from "./interrupt.ts";
import { checkout, localConfig, surroundings } from "./place.ts";
import { freePort } from "../../lib/free-port.ts";

/** A copy of the checkout with a stack of its own, configured as stack local but for its ports. */
export interface Estate {
  readonly folder: string;
  readonly stack: string;
  /** Surroundings of `./vigil` there. */
  readonly env: NodeJS.ProcessEnv;
  readonly prometheus: string;
  /** Runs `./vigil <args>` there. */
  readonly vigil: (args: readonly string[], onOutput?: Watcher) => Promise<Finished>;
  /** Stops everything and removes the stack's data; done by {@link withEstate} at the end, too. */
  readonly purge: () => Promise<void>;
}

type Watcher = (text: string, at: number) => void;

const stack = "bench";

/** What git knows of the checkout, with what is new and not yet committed. */
async function copyCheckout(folder: string): Promise<void> {
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await promisify(execFile)("git", list, { cwd: checkout });
  for (const file of stdout.split("\0").filter((one) => one !== "")) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await copyFile(join(checkout, file), join(folder, file)).catch((error: unknown) => {
      // Known to git and deleted since.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    });
  }
  await symlink(join(checkout, "node_modules"), join(folder, "node_modules"));
}

/** Stack local with a free port for everything that listens. Its own values are kept. */
async function configure(folder: string): Promise<string> {
  const raw = await localConfig();
  const { config } = parseConfig(raw, new Date(), await catalogueFor(raw));
  if (config === undefined) throw new Error("Pulumi.local.yaml is not a valid configuration");
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(raw.values).map(([key, text]) => [key, valueOf(text)]),
  );
  for (const [key, section] of Object.entries(config)) {
    const listens = typeof section === "object" && "port" in section;
    if (listens) values[key] = { ...(values[key] as object), port: await freePort() };
  }
  const own = Object.entries(values).map(([key, value]) => [`vigil:${key}`, value]);
  const text = toYaml({ config: Object.fromEntries(own) as object });
  await writeFile(join(folder, `Pulumi.${stack}.yaml`), text);
  return `https://127.0.0.1:${(values["prometheus"] as { port: number }).port}`;
}

/** Sections come as JSON, scalars as they are. */
const valueOf = (text: string): unknown => (text.startsWith("{") ? JSON.parse(text) : text);

async function open(folder: string): Promise<Estate> {
  await copyCheckout(folder);
  const prometheus = await configure(folder);
  const env = { ...surroundings(join(folder, ".pulumi-home")), STACK: stack };
  const vigil = (args: readonly string[], always: boolean, onOutput?: Watcher): Promise<Finished> =>
    timed(join(folder, "vigil"), args, {
      cwd: folder,
      env,
      always,
      ...(onOutput && { onOutput }),
    });
  return {
    folder,
    stack,
    env,
    prometheus,
    vigil: (args, onOutput) => vigil(args, false, onOutput),
    purge: async () => {
      const down = (): Promise<Finished> => vigil(["down", "--purge"], true);
      // A second one finishes what a first one could not.
      await down().catch(down);
    },
  };
}

/**
 * Lends an estate to `work` and takes it away again, whatever happens: nothing runs on and nothing
 * stays on disk.
 */
export function withEstate<T>(work: (estate: Estate) => Promise<T>): Promise<T> {
  return guarded(async () => {
    const folder = await mkdtemp(join(tmpdir(), "vigil-bench-"));
    let estate: Estate | undefined;
    try {
      estate = await open(folder);
      return await work(estate);
    } finally {
      // Not removed when the purge fails: the folder is all that can still stop what runs.
      await estate?.purge();
      await rm(folder, { recursive: true, force: true });
    }
  });
}
