import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { explainDisk, FatalError, reasonOf } from "../lib/errors.ts";
import { withLock } from "../lib/lock.ts";
import { explainNpm } from "./npm-failure.ts";
import { makeOwnFolder } from "../lib/own-folder.ts";
import { withoutSecrets } from "./plain-env.ts";
import { FailedCommand, run } from "../lib/process.ts";
import { createProgress, type Progress } from "../lib/progress.ts";

/** Where and how the packages are installed. */
export interface DependencyOptions {
  /** The checkout. */
  readonly root: string;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** @default a live line or plain lines on standard error */
  readonly progress?: Progress;
}

/** Written last, with the lock's hash: an installation without it, or with another, is not trusted. */
const stampOf = (root: string): string => join(root, "node_modules/.vigil-lock");

/** Whether node_modules is what package-lock.json says. */
export async function dependenciesFresh(root: string): Promise<boolean> {
  const lock = await readFile(join(root, "package-lock.json"), "utf8");
  const stamp = await readFile(stampOf(root), "utf8").catch(() => undefined);
  return stamp === undefined ? installedByHand(root, lock) : stamp === hashOf(lock);
}

/**
 * Runs `npm ci` when node_modules does not match package-lock.json. Killed half-way it is done again
 * next time; of two runs at once, one installs.
 * @throws FatalError when npm is missing or fails, or the disk is full.
 */
export async function ensureDependencies({
  root,
  env = process.env,
  progress = createProgress(),
}: DependencyOptions): Promise<void> {
  if (await dependenciesFresh(root)) return;
  const step = progress.start("npm packages", "installing what package-lock.json pins");
  try {
    await withLock(
      join(await makeOwnFolder(root), "dependencies.lock"),
      async () => {
        if (await dependenciesFresh(root)) return;
        const lock = await readFile(join(root, "package-lock.json"), "utf8");
        const plain = withoutSecrets(env);
        // All of them, also where NODE_ENV=production or an .npmrc would leave some out.
        const args = ["ci", "--include=dev", "--no-audit", "--no-fund", ...patience];
        const npm = (...more: string[]) =>
          run("npm", [...args, ...more], { cwd: root, env: plain });
        // Packages that npm already has are not fetched again; a cached list of versions may be older than the lock.
        await npm("--prefer-offline")
          .catch((error: unknown) => {
            if (error instanceof FailedCommand && /\bETARGET\b/.test(error.output)) return npm();
            throw error;
          })
          .catch(async (error: unknown) => {
            throw await explain(error, { lock, root, env: plain });
          });
        // A lock without packages makes no folder.
        await mkdir(join(root, "node_modules"), { recursive: true });
        await writeFile(stampOf(root), hashOf(lock));
      },
      {
        onWait: ({ pid }) => {
          progress.note(`  npm packages: another run is installing them (process ${pid}), waiting`);
        },
      },
    );
  } catch (error) {
    step.fail(reasonOf(error));
    const explained = explainDisk(error, root);
    if (explained instanceof FatalError) throw explained;
    throw new FatalError("The npm packages of package-lock.json could not be installed", {
      details: [reasonOf(error)],
      advice: ["npm comes with Node (https://nodejs.org)."],
      cause: error,
    });
  }
  step.done("installed");
}

/** A registry that takes what is asked and never answers is given up in minutes, not in a quarter of an hour. */
const patience = ["--fetch-timeout=60000"];

/** Says what npm said, where it failed on its own: not where it could not be started, or the disk is full. */
async function explain(
  error: unknown,
  { env, lock, root }: { env: NodeJS.ProcessEnv; lock: string; root: string },
): Promise<unknown> {
  if (!(error instanceof FailedCommand) || explainDisk(error, root) !== error) return error;
  const asked = await run("npm", ["config", "get", "registry"], { cwd: root, env }).catch(() => "");
  return explainNpm({ output: error.output, lock, registry: asked.trim() || "unknown", root });
}

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

interface Lock {
  readonly packages: Readonly<Record<string, { integrity?: string; optional?: boolean }>>;
}

/**
 * Whether somebody ran `npm ci` themselves: npm writes what it installed into a hidden lock, last.
 * Optional packages may be missing, they are for other systems.
 */
async function installedByHand(root: string, lock: string): Promise<boolean> {
  const hidden = await readFile(join(root, "node_modules/.package-lock.json"), "utf8").catch(
    () => "",
  );
  if (hidden === "") return false;
  const wanted = (JSON.parse(lock) as Lock).packages;
  const installed = (JSON.parse(hidden) as Lock).packages;
  return Object.entries(wanted).every(
    ([path, { integrity, optional = false }]) =>
      path === "" || (installed[path] ? installed[path].integrity === integrity : optional),
  );
}
