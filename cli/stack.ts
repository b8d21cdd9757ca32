import { existsSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { defaultStack, quote } from "../lib/command.ts";
import { nearest } from "../lib/nearest.ts";
import { reasonOf, UserError } from "../lib/errors.ts";
import { makeOwnFolder } from "../lib/own-folder.ts";
import { pulumiHome } from "../tools/pulumi-home.ts";
import { privateConfig, saltIn, secretsIn } from "./state/config-file.ts";
import { generatedPassphrase, generatePassphrase, passphrasePath } from "./state/passphrase.ts";
import { readRecord, recordFile } from "./state/record.ts";
import { noRoom } from "./state/room.ts";
import { stackFile, type StackHome } from "./state/home.ts";

/** Whether a backend was chosen: by environment, `pulumi login` or Pulumi.yaml. */
export async function backendChosen(root: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (env["PULUMI_BACKEND_URL"] || env["PULUMI_ACCESS_TOKEN"]) return true;
  if (/^backend:/m.test(await readFile(join(root, "Pulumi.yaml"), "utf8"))) return true;
  const text = await readFile(join(pulumiHome(env), "credentials.json"), "utf8").catch(() => "");
  try {
    return Boolean((JSON.parse(text) as { current?: string }).current);
  } catch {
    // Not there, or cut off by a full disk: nobody is logged in.
    return false;
  }
}

/**
 * Whether something was encrypted already, so that a new passphrase would only be a wrong one: secrets or
 * a salt in the stack's file, or the record of a stack that was made.
 */
async function isSealed(root: string, stack: string, salt: string | undefined): Promise<boolean> {
  const text = await readFile(stackFile(root, stack), "utf8");
  return salt !== undefined || saltIn(text) !== undefined || secretsIn(text).length > 0;
}

/** The record is one file in JSON at one place, whatever is set for other projects. */
const plainRecords = {
  PULUMI_DIY_BACKEND_GZIP: "false",
  PULUMI_DIY_BACKEND_LEGACY_LAYOUT: "false",
  PULUMI_DIY_BACKEND_ZSTD: "false",
};

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
  if (!stackName.test(stack) || !existsSync(stackFile(root, stack)))
    throw await unknownStack(root, stack);
  const folder = join(root, ".vigil");
  try {
    await makeOwnFolder(root);
    if (await backendChosen(root, env)) {
      return { root, stack, own: false, configFile: undefined, env: {} };
    }
    const state = join(folder, "state");
    await mkdir(state, { recursive: true, mode: 0o700 });
    const backend = {
      // Encoded: the engine decodes it, and would take what follows a ? or a # for something else.
      PULUMI_BACKEND_URL: pathToFileURL(state).href,
      ...plainRecords,
    };
    const found = await readRecord(recordFile({ root, stack }));
    const { salt, types = [] } = found.state === "readable" ? found.record : {};
    const configFile = await privateConfig(root, stack, salt);
    if (env["PULUMI_CONFIG_PASSPHRASE"] !== undefined || env["PULUMI_CONFIG_PASSPHRASE_FILE"]) {
      return { root, stack, own: true, configFile, env: backend };
    }
    // An empty stack is not a reason to keep its passphrase.
    const bound = types.length > 0 ? salt : undefined;
    if ((await generatedPassphrase(root)) === undefined && !(await isSealed(root, stack, bound))) {
      await generatePassphrase(root);
    }
    const passphrase = { PULUMI_CONFIG_PASSPHRASE_FILE: passphrasePath(root) };
    return { root, stack, own: true, configFile, env: { ...backend, ...passphrase } };
  } catch (error) {
    throw notWritable(error, folder);
  }
}

/** Errors when a folder cannot be made; on a read-only disk Node says ENOENT. */
const closed = new Set(["EACCES", "EEXIST", "ENOENT", "ENOTDIR", "EPERM", "EROFS"]);

function notWritable(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") return noRoom(folder, reasonOf(error));
  if (code === undefined || !closed.has(code)) return error;
  return new UserError(`The state folder ${folder} cannot be written to`, {
    details: [(error as Error).message, "Nothing was changed."],
    advice: [
      `Make it yours: sudo chown -R $(id -u) ${quote(folder)}`,
      "or keep the state elsewhere: PULUMI_BACKEND_URL=file:///another/folder",
    ],
  });
}

/** A valid name of a stack, for the engine and for files and containers that have it in their names. */
const stackName = /^[A-Za-z0-9_][\w.-]*$/;

/** The error of a stack that has no file, with those that have one, or could have none. */
export async function unknownStack(root: string, stack: string): Promise<UserError> {
  if (!stackName.test(stack)) {
    return new UserError(`${JSON.stringify(stack)} is not a valid stack name`, {
      details: [
        "Use letters without accents, digits, dots, - and _; the first character is a letter or digit.",
      ],
    });
  }
  const files = await readdir(root);
  const known = files.flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []).sort();
  const meant = nearest(stack, known);
  const model = known.includes(defaultStack) ? defaultStack : (known[0] ?? "other");
  return new UserError(`There is no stack ${stack}: Pulumi.${stack}.yaml does not exist`, {
    details: [`Stacks here: ${known.join(", ")}`],
    advice: [
      ...(meant === undefined ? [] : [`Did you mean STACK=${meant}?`]),
      `To create it: cp Pulumi.${model}.yaml Pulumi.${stack}.yaml && STACK=${stack} make up`,
    ],
  });
}

/** The error of a state that is kept elsewhere, where the engine does not get in. */
export function noBackend(stack: string, env: NodeJS.ProcessEnv, error: unknown): UserError {
  const set = ["PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN"].filter((name) => env[name]);
  const chosen = set.length > 0 ? set.join(" and ") : "pulumi login or Pulumi.yaml";
  return new UserError(
    `The state of stack ${stack} is kept where ${chosen} says, and cannot be read`,
    {
      details: [reasonOf(error), "Nothing was changed."],
      advice:
        set.length > 0
          ? [`To keep it in this checkout instead: unset ${set.join(" ")}`]
          : [
              "To sign in there again: .vigil/bin/pulumi login",
              "To keep it in this checkout instead: .vigil/bin/pulumi logout",
            ],
    },
  );
}

/** Whether the stack was made before; undefined where the state is kept elsewhere. */
export function stackExists(home: StackHome): boolean | undefined {
  return home.own ? existsSync(recordFile(home)) : undefined;
}
