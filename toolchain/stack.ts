import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { explainDisk, UserError } from "./errors.ts";
import { isRunning } from "./owner.ts";

/** Where the state of a stack is kept and what opens its secrets. */
export interface StackHome {
  readonly root: string;
  readonly stack: string;
  /** True where Vigil keeps the state itself, in `.vigil/state`. */
  readonly own: boolean;
  /** Configuration file to hand to the engine; undefined for the one it finds by itself. */
  readonly configFile: string | undefined;
  /** Environment of the engine beside the caller's. */
  readonly env: Readonly<Record<string, string>>;
}

/** Name of a stack's own folder: its servers, how to sign in. */
export const stackFolder = (root: string, stack: string): string => join(root, ".vigil", stack);

const stackFile = (root: string, stack: string): string => join(root, `Pulumi.${stack}.yaml`);
const saltLine = /^encryptionsalt:.*\n?/m;

/** Whether a backend was chosen: by environment, `pulumi login` or Pulumi.yaml. */
async function backendChosen(root: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (env["PULUMI_BACKEND_URL"] || env["PULUMI_ACCESS_TOKEN"]) return true;
  if (/^backend:/m.test(await readFile(join(root, "Pulumi.yaml"), "utf8"))) return true;
  const home = env["PULUMI_HOME"] ?? join(env["HOME"] ?? homedir(), ".pulumi");
  const text = await readFile(join(home, "credentials.json"), "utf8").catch(() => "{}");
  return Boolean((JSON.parse(text) as { current?: string }).current);
}

/** The generated passphrase file, made on first use, readable by its owner only. */
async function passphraseFile(root: string): Promise<string> {
  const path = join(root, ".vigil/passphrase");
  const text = randomBytes(32).toString("base64url");
  // wx: of two first runs one writes, the other takes what is there.
  await writeFile(path, text, { mode: 0o600, flag: "wx" }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  });
  return path;
}

/**
 * The engine writes a salt into the stack's file. With a generated passphrase it is of no use to
 * anybody else, so the engine gets a copy and the file under version control stays as it is.
 */
async function privateConfig(root: string, stack: string): Promise<string | undefined> {
  const committed = await readFile(stackFile(root, stack), "utf8");
  if (saltLine.test(committed)) return undefined;
  const folder = join(root, ".vigil/project");
  const path = join(folder, `Pulumi.${stack}.yaml`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, "Pulumi.yaml"), "name: vigil\nruntime: nodejs\n");
  const before = await readFile(path, "utf8").catch(() => "");
  await writeFile(path, joinSalt(committed, saltLine.exec(before)?.[0] ?? ""), { mode: 0o600 });
  return path;
}

function joinSalt(text: string, salt: string): string {
  return salt === "" ? text : `${text.replace(/\n*$/, "\n")}${salt}`;
}

/** Takes what `pulumi config set` wrote into the private copy over into the stack's file. */
export async function keepConfig({ root, stack, configFile }: StackHome): Promise<void> {
  if (configFile === undefined) return;
  const text = (await readFile(configFile, "utf8")).replace(saltLine, "");
  if (text !== (await readFile(stackFile(root, stack), "utf8"))) {
    await writeFile(stackFile(root, stack), text);
  }
}

/**
 * Finds or makes the home of a stack's state. An already chosen backend or passphrase is respected.
 *
 * @throws UserError for a stack without configuration, or a folder that cannot be written.
 */
export async function openStack(
  root: string,
  stack: string,
  env: NodeJS.ProcessEnv,
): Promise<StackHome> {
  if (!existsSync(stackFile(root, stack))) throw await unknownStack(root, stack);
  const folder = join(root, ".vigil");
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (await backendChosen(root, env)) {
      return { root, stack, own: false, configFile: undefined, env: {} };
    }
    const state = join(folder, "state");
    await mkdir(state, { recursive: true, mode: 0o700 });
    const backend = { PULUMI_BACKEND_URL: `file://${state}` };
    if (env["PULUMI_CONFIG_PASSPHRASE"] !== undefined || env["PULUMI_CONFIG_PASSPHRASE_FILE"]) {
      return { root, stack, own: true, configFile: undefined, env: backend };
    }
    const passphrase = { PULUMI_CONFIG_PASSPHRASE_FILE: await passphraseFile(root) };
    const configFile = await privateConfig(root, stack);
    return { root, stack, own: true, configFile, env: { ...backend, ...passphrase } };
  } catch (error) {
    throw notWritable(error, folder);
  }
}

/** What making a folder fails with where it cannot be; on a read-only disk Node says ENOENT. */
const closed = new Set(["EACCES", "EEXIST", "ENOENT", "ENOTDIR", "EPERM", "EROFS"]);

function notWritable(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !closed.has(code)) return explainDisk(error, folder);
  return new UserError(`The state folder ${folder} cannot be written to`, {
    details: [(error as Error).message, "Nothing was changed."],
    advice: [
      `Make it yours: sudo chown -R $(id -u) ${folder}`,
      "or keep the state elsewhere: PULUMI_BACKEND_URL=file:///another/folder",
    ],
  });
}

async function unknownStack(root: string, stack: string): Promise<UserError> {
  const files = await readdir(root);
  const known = files.flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []).sort();
  return new UserError(`There is no stack ${stack}: Pulumi.${stack}.yaml does not exist`, {
    details: [`Stacks here: ${known.join(", ")}`],
    advice: [`Copy one: cp Pulumi.local.yaml Pulumi.${stack}.yaml, then choose one with STACK=…`],
  });
}

/** Path of a stack's state where Vigil keeps it itself. */
const stateFile = ({ root, stack }: StackHome): string =>
  join(root, ".vigil/state/.pulumi/stacks/vigil", `${stack}.json`);

/** Whether the stack was made before; undefined where the state is kept elsewhere. */
export function stackExists(home: StackHome): boolean | undefined {
  return home.own ? existsSync(stateFile(home)) : undefined;
}

/** Whether a run was killed while it made something: its record has operations that never ended. */
export async function hasPendingOperations(home: StackHome): Promise<boolean> {
  if (!home.own) return false;
  const text = await readFile(stateFile(home), "utf8").catch(() => "{}");
  const state = JSON.parse(text || "{}") as {
    checkpoint?: { latest?: { pending_operations?: unknown[] | null } };
  };
  return (state.checkpoint?.latest?.pending_operations ?? []).length > 0;
}

/** Whether the only locks on the stack are those of runs on this machine that were killed. */
export async function onlyDeadLocks(home: StackHome): Promise<boolean> {
  if (!home.own) return false;
  const folder = join(home.root, ".vigil/state/.pulumi/locks/organization/vigil", home.stack);
  // Beside each lock lies a file with its attributes.
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith(".json"));
  const owners = await Promise.all(
    files.map(async (file) => JSON.parse(await readFile(join(folder, file), "utf8")) as LockFile),
  );
  return (
    owners.length > 0 &&
    owners.every(({ hostname: on, pid }) => on === hostname() && !isRunning(pid))
  );
}

/**
 * Removes what a killed run left half-written. The engine replaces its state in one step, but writes the
 * attributes beside it (`stack.json.attrs`: content type and checksum) in place, and reads no state whose
 * attributes are cut off; without them it does.
 */
export async function dropBrokenAttributes(home: StackHome): Promise<void> {
  const state = join(home.root, ".vigil/state/.pulumi");
  const files = (await readdir(state, { recursive: true })).filter((file) => /\.attrs$/.test(file));
  for (const file of files.map((one) => join(state, one))) {
    if (!isJson(await readFile(file, "utf8"))) await rm(file, { force: true });
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface LockFile {
  readonly pid: number;
  readonly hostname: string;
}
