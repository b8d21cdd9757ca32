import { defaultKind } from "../../components/targets/kinds.ts";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { stackFile, type StackHome } from "./home.ts";
import { UserError } from "../../lib/errors.ts";
import { writeWhole } from "../../lib/write.ts";

const saltLine = /^encryptionsalt:[ \t]*(\S+)[ \t]*\r?\n?/m;

/** The salt in a stack's file, with which its secrets were encrypted. */
export const saltIn = (text: string): string | undefined => saltLine.exec(text)?.[1];

const withoutSalt = (text: string): string => text.replace(saltLine, "");

const withSalt = (text: string, salt: string | undefined): string =>
  salt === undefined ? text : `${text.replace(/\n*$/, "\n")}encryptionsalt: ${salt}\n`;

/** The target in a stack's file; by lines, for the same reason as {@link secretsIn}. */
export const targetIn = (text: string): string =>
  /^\s+["']?vigil:target["']?:\s*["']?([a-z]+)/m.exec(text)?.[1] ?? defaultKind;

/** A secret in a stack's file. */
export interface Secret {
  /** As `config set --path` takes it. */
  readonly path: string;
  readonly value: string;
}

/**
 * The secrets in a stack's file, as the engine writes them: `secure:` below its key. Read by lines,
 * because this is asked before there are packages to parse YAML with.
 */
export function secretsIn(text: string): Secret[] {
  const above: { indent: number; key: string }[] = [];
  return text.split("\n").flatMap((line) => {
    const [, blank = "", key, value = ""] =
      /^(\s*)["']?([^\s"'#][^"']*?)["']?:(?:\s+(\S.*?))?\s*$/.exec(line) ?? [];
    if (key === undefined) return [];
    while ((above.at(-1)?.indent ?? -1) >= blank.length) above.pop();
    const path = above.slice(1).map((one) => one.key);
    above.push({ indent: blank.length, key });
    const inBraces = /^\{\s*["']?secure["']?:\s*(.*?)\s*\}$/.exec(value)?.[1];
    if (key !== "secure" && inBraces === undefined) return [];
    return [
      {
        path: (key === "secure" ? path : [...path, key]).join("."),
        value: (inBraces ?? value).replace(/^["']|["']$/g, ""),
      },
    ];
  });
}

/**
 * The engine writes a salt into the stack's file. As long as that holds no secret, the salt is of no use
 * to anybody else, so the engine gets a copy and the file under version control stays as it is.
 *
 * @param known - Salt of the record, in case that the copy was lost.
 * @returns undefined where the stack's file has a salt of its own: then the engine takes that file.
 */
export async function privateConfig(
  root: string,
  stack: string,
  known: string | undefined,
): Promise<string | undefined> {
  const committed = await readFile(stackFile(root, stack), "utf8");
  if (saltIn(committed) !== undefined) return undefined;
  const folder = join(root, ".vigil/project");
  const path = join(folder, `Pulumi.${stack}.yaml`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeWhole(join(folder, "Pulumi.yaml"), "name: vigil\nruntime: nodejs\n");
  const before = await readFile(path, "utf8").catch(() => "");
  await writeWhole(path, withSalt(committed, saltIn(before) ?? known));
  return path;
}

/** Takes a salt out of the engine's copy, which then gets one that fits the passphrase at hand. */
export async function dropSalt({ configFile }: StackHome): Promise<void> {
  if (configFile === undefined) return;
  await writeWhole(configFile, withoutSalt(await readFile(configFile, "utf8")));
}

/** A project that holds nothing, to make a stack without its configuration. */
export async function initFolder({ root }: StackHome): Promise<string> {
  const folder = join(root, ".vigil/project/empty");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeWhole(join(folder, "Pulumi.yaml"), "name: vigil\nruntime: nodejs\n");
  return folder;
}

const emptyMap = /^ +[^\s#-][^\n]*: \{\}\n/m;
/** A key with nothing below it; a list may stand as far left as its key. */
const childless = /^( +)[^\s#-][^\n]*:\n(?!\1 +\S|\1- )/m;

/**
 * A stack's file without the maps that the engine leaves empty when it removes the last key in them:
 * they would be read as something that was begun.
 */
export function withoutEmpty(text: string): string {
  const shorter = text.replace(emptyMap, "");
  if (shorter === text) return text;
  let left = shorter;
  while (childless.test(left)) left = left.replace(childless, "");
  return withoutEmpty(left);
}

/**
 * Takes what `pulumi config` wrote over into the stack's file. The salt comes along with the first secret
 * and goes with the last one: without it nobody could ever open the secret, whoever has the passphrase.
 *
 * @param removed - Whether something was taken away, which may leave an empty map.
 * @param draft - What the engine wrote, where that is not its copy of the stack's file.
 */
export async function keepConfig(
  { root, stack, configFile, ...home }: StackHome,
  removed = false,
  draft = configFile,
): Promise<void> {
  const path = stackFile(root, stack);
  const written = await readFile(draft ?? path, "utf8");
  const text = removed ? withoutEmpty(written) : written;
  const ours = configFile !== undefined || home.env["PULUMI_CONFIG_PASSPHRASE_FILE"] !== undefined;
  await writeWhole(path, ours && secretsIn(text).length === 0 ? withoutSalt(text) : text, 0o644);
}

/**
 * Changes a stack's file in several steps of the engine and yet at once: they go into a draft, so that whoever is
 * killed in the middle, the engine too while it writes, leaves the file as it was.
 *
 * @param change - Is given a home whose configuration is the draft.
 * @throws UserError where somebody else changed the file meanwhile.
 */
export async function rewriteConfig<T>(
  home: StackHome,
  change: (draft: StackHome) => Promise<T>,
): Promise<T> {
  const path = stackFile(home.root, home.stack);
  const before = await readFile(path, "utf8");
  const folder = join(home.root, ".vigil/project");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `draft.${home.stack}.yaml`);
  await writeWhole(draft, await readFile(home.configFile ?? path, "utf8"));
  try {
    const result = await change({ ...home, configFile: draft });
    if ((await readFile(path, "utf8")) !== before) {
      throw new UserError(
        `Pulumi.${home.stack}.yaml was changed meanwhile, and was left as it is`,
        {
          advice: ["Run the command again."],
        },
      );
    }
    await keepConfig(home, true, draft);
    return result;
  } finally {
    await rm(draft, { force: true });
  }
}
