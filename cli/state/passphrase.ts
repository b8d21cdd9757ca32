import { defaultStack } from "../../lib/command.ts";
import { createDecipheriv, pbkdf2, randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../lib/errors.ts";
import { ownerName } from "../../lib/owner.ts";
import { stackFile, type StackHome } from "./home.ts";
import { saltIn, secretsIn } from "./config-file.ts";
import { readRecord, recordFile } from "./record.ts";

/** Where a generated passphrase lies. */
export const passphrasePath = (root: string): string => join(root, ".vigil/passphrase");

/** The generated passphrase; undefined where there is none. A full disk may have left an empty file. */
export async function generatedPassphrase(root: string): Promise<string | undefined> {
  const text = await readFile(passphrasePath(root), "utf8").catch(() => "");
  return text.trim() || undefined;
}

/** Makes a passphrase that only its owner can read. Of two first runs one makes it, both take it. */
export async function generatePassphrase(root: string): Promise<void> {
  const path = passphrasePath(root);
  const draft = `${path}.${ownerName()}`;
  try {
    await writeFile(draft, randomBytes(32).toString("base64url"), { mode: 0o600 });
    if ((await readFile(path, "utf8").catch(() => undefined))?.trim() === "") await rm(path);
    await link(draft, path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
}

/** The engine's own way from a passphrase to a key. */
const iterations = 1_000_000;
const derive = promisify(pbkdf2);

/**
 * The key that a passphrase gives with a salt as the engine writes it: `v1:<salt>:v1:<nonce>:<sealed>`,
 * where what is sealed tells whether the passphrase is the right one.
 *
 * @returns undefined for another passphrase, or a text that is not a salt.
 */
export async function keyFor(salt: string, passphrase: string): Promise<Buffer | undefined> {
  const [version, bytes = "", ...proof] = salt.split(":");
  if (version !== "v1") return undefined;
  const key = await derive(passphrase, Buffer.from(bytes, "base64"), iterations, 32, "sha256");
  return opens(key, proof.join(":")) ? key : undefined;
}

/** What the engine sealed as `v1:<nonce>:<sealed>`; undefined where the key does not open it. */
export function opened(key: Buffer, value: string): string | undefined {
  const [version, nonce = "", sealed = ""] = value.split(":");
  const bytes = Buffer.from(sealed, "base64");
  if (version !== "v1" || bytes.length < 16) return undefined;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
    decipher.setAuthTag(bytes.subarray(-16));
    const text = decipher.update(bytes.subarray(0, -16));
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}

/** Whether a key opens a value. */
export const opens = (key: Buffer, value: string): boolean => opened(key, value) !== undefined;

/** What the passphrase at hand opens, and what it does not. */
export interface Sealed {
  /** Whether the stack's file has a salt of another passphrase. */
  readonly salt: boolean;
  /** Paths of secrets in the stack's file: `vigil:receivers.webhook.url`. */
  readonly secrets: readonly string[];
  /** Whether the record of the stack was made with another passphrase; `empty` if nothing is in it. */
  readonly record: "empty" | "no" | "yes";
  /** Key of the record; undefined where there is none that opens it. */
  readonly recordKey: Buffer | undefined;
}

/** The passphrase that the engine would use; undefined where there is none. */
async function passphraseOf({ root }: StackHome, env: NodeJS.ProcessEnv) {
  const { PULUMI_CONFIG_PASSPHRASE: text, PULUMI_CONFIG_PASSPHRASE_FILE: file } = env;
  if (text !== undefined) return text;
  if (file === undefined || file === "") return generatedPassphrase(root);
  return (await readFile(file, "utf8").catch(() => undefined))?.trim();
}

/** The secrets of a stack, and the salts of the passphrases that they are sealed with. */
async function seals(home: StackHome) {
  const path = home.configFile ?? stackFile(home.root, home.stack);
  const text = await readFile(path, "utf8").catch(() => "");
  const found = await readRecord(recordFile(home));
  const record = found.state === "readable" ? found.record.salt : undefined;
  return { found, salts: { config: saltIn(text), record }, text };
}

/** Whether everything opens with the empty passphrase, which many set for all that they do with the engine. */
async function opensWithNone(home: StackHome): Promise<boolean> {
  const { config, record } = (await seals(home)).salts;
  const salts = [...new Set([config, record])].filter((salt) => salt !== undefined);
  const keys = await Promise.all(salts.map((salt) => keyFor(salt, "")));
  return keys.every((key) => key !== undefined);
}

/** Finds what the passphrase at hand does not open. */
export async function sealedFor(home: StackHome, env: NodeJS.ProcessEnv): Promise<Sealed> {
  const { found, salts, text } = await seals(home);
  const passphrase = await passphraseOf(home, env);
  const key = async (salt: string | undefined) =>
    salt === undefined || passphrase === undefined ? undefined : keyFor(salt, passphrase);
  const [configKey, recordKey] = await Promise.all([
    key(salts.config),
    salts.record === salts.config ? undefined : key(salts.record),
  ]);
  const opener = recordKey ?? (salts.record === salts.config ? configKey : undefined);
  const closed = salts.record !== undefined && opener === undefined;
  const isEmpty = found.state === "readable" && found.record.types.every(isStackItself);
  return {
    salt: salts.config !== undefined && configKey === undefined,
    secrets: secretsIn(text)
      .filter(({ value }) => configKey === undefined || !opens(configKey, value))
      .map(({ path }) => path),
    record: closed ? (isEmpty ? "empty" : "yes") : "no",
    recordKey: opener,
  };
}

const isStackItself = (type: string): boolean => type === "pulumi:pulumi:Stack";

/**
 * The error of a passphrase that does not open what is there, or is not there at all.
 *
 * @returns undefined where everything that is worth it can be opened.
 */
export async function passphraseProblem(
  home: StackHome,
  env: NodeJS.ProcessEnv,
  { record, salt, secrets }: Sealed,
): Promise<UserError | undefined> {
  // A salt in the copy that is only ours, without a secret, is of no use and goes.
  const alone = salt && secrets.length === 0 && home.configFile === undefined;
  if (record !== "yes" && secrets.length === 0 && !alone) return undefined;
  const { root, stack } = home;
  const file = `Pulumi.${stack}.yaml`;
  const given = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"].find(
    (name) => home.env[name] === undefined && env[name] !== undefined,
  );
  const missing = given === undefined && (await generatedPassphrase(root)) === undefined;
  const which = given === undefined ? "in .vigil/passphrase" : `that ${given} gives`;
  const at = stack === defaultStack ? "" : `STACK=${stack} `;
  const other = missing ? "the passphrase" : "another passphrase";
  return new UserError(
    missing
      ? `The passphrase of stack ${stack} is missing`
      : `The passphrase ${which} does not open the secrets of stack ${stack}`,
    {
      details: [
        ...secrets.map((path) => `${path} in ${file} needs ${other}: the one it was set with.`),
        ...(alone ? [`${file} has the salt of ${other}.`] : []),
        ...(record === "yes" ? [`The record of what runs here needs ${other}, too.`] : []),
        "Nothing was changed.",
      ],
      advice: [
        (await opensWithNone(home))
          ? `It was the empty one, as PULUMI_CONFIG_PASSPHRASE gives it: PULUMI_CONFIG_PASSPHRASE= ${at}make up`
          : `The passphrase is in .vigil/passphrase of the checkout where it was set; get it from there, then: PULUMI_CONFIG_PASSPHRASE_FILE=$HOME/vigil-passphrase ${at}make up`,
        ...secrets.map(
          (path) =>
            `Or remove the secret, and set your own afterwards: ${at}./vigil pulumi config rm --path '${path}'`,
        ),
        ...(alone ? [`Or remove the salt: sed -i '/^encryptionsalt:/d' ${file}`] : []),
        ...(record === "yes"
          ? [
              `Or start from scratch, with a new login; the data is kept: ${at}make down && ${at}make up`,
            ]
          : []),
      ],
    },
  );
}
