import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../components/config/schema.ts";
import { UserError } from "../lib/errors.ts";
import { unknownStack } from "./stack.ts";

/**
 * A stack's configuration from its files, without an engine: secrets stay encrypted.
 *
 * @param quiet - Whether what is odd in it goes unsaid.
 * @throws UserError with every mistake in it, or when the stack has no file.
 */
export async function readStackConfig(root: string, stack: string, quiet = false): Promise<Config> {
  // The program's modules need packages, which are there only now.
  const { parseConfig } = await import("../components/config/parse.ts");
  const { notesOn } = await import("../components/config/notes.ts");
  const { describeNote, describeProblems } = await import("../components/config/problems.ts");
  const { rawConfig } = await import("../components/config/stack-file.ts");
  const file = `Pulumi.${stack}.yaml`;
  const text = await readFile(join(root, file), "utf8").catch(() => undefined);
  if (text === undefined) {
    throw await unknownStack(root, stack);
  }
  const raw = rawConfig(await readFile(join(root, "Pulumi.yaml"), "utf8"), text);
  const now = new Date();
  const { config, problems } = parseConfig(raw, now);
  if (config === undefined) throw new UserError(describeProblems(problems, stack));
  if (quiet) return config;
  for (const note of notesOn(config, now)) process.stderr.write(`! ${describeNote(note, stack)}\n`);
  return config;
}
