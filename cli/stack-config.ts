import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RawConfig } from "../components/config/parse.ts";
import type { Config } from "../components/config/schema.ts";
import { UserError } from "../lib/errors.ts";
import { unknownStack } from "./stack.ts";
import { stackFile } from "./state/home.ts";

/**
 * The configuration in a stack's files, as the engine would hand it over: secrets stay encrypted.
 *
 * @throws UserError when the stack has no file.
 */
export async function readStackFiles(root: string, stack: string): Promise<RawConfig> {
  // A package parses them, which is there only now.
  const { rawConfig } = await import("../components/config/stack-file.ts");
  const text = await readFile(stackFile(root, stack), "utf8").catch(() => undefined);
  if (text === undefined) throw await unknownStack(root, stack);
  return rawConfig(await readFile(join(root, "Pulumi.yaml"), "utf8"), text);
}

/**
 * A stack's configuration from its files, without an engine: secrets stay encrypted.
 *
 * @param quiet - Whether what is odd in it goes unsaid.
 * @throws UserError with every mistake in it, or when the stack has no file.
 */
export async function readStackConfig(root: string, stack: string, quiet = false): Promise<Config> {
  // The program's modules need packages, which are there only now.
  const { catalogueFor } = await import("../components/config/catalogue.ts");
  const { parseConfig } = await import("../components/config/parse.ts");
  const { notesOn } = await import("../components/config/notes.ts");
  const { describeNote, describeProblems } = await import("../components/config/problem-text.ts");
  const { withHostFiles } = await import("../components/own-files.ts");
  const raw = await withHostFiles(await readStackFiles(root, stack), root);
  const now = new Date();
  const { config, problems } = parseConfig(raw, now, await catalogueFor(raw));
  if (config === undefined) throw new UserError(describeProblems(problems, stack));
  if (quiet) return config;
  for (const note of notesOn(config, now)) process.stderr.write(`! ${describeNote(note, stack)}\n`);
  return config;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** Kinds of the targets beside the core, each once; what is wrong with them parsing tells better. */
export async function kindsElsewhere(root: string, stack: string): Promise<string[]> {
  const { values } = await readStackFiles(root, stack);
  const text = values["targets"] ?? "{}";
  const targets: unknown = text.startsWith("{") ? JSON.parse(text) : {};
  const kinds = Object.values(targets as object).flatMap((one) =>
    isMap(one) ? Object.keys(one) : [],
  );
  return [...new Set(kinds)];
}
