import * as pulumi from "@pulumi/pulumi";
import { catalogueFor } from "./config/catalogue.ts";
import type { ConfigProblem } from "./config/mistakes.ts";
import { parseConfig } from "./config/parse.ts";
import { notesOn } from "./config/notes.ts";
import { describeNote, describeProblems } from "./config/problem-text.ts";
import type { Config } from "./config/schema.ts";
import { withHostFiles } from "./own-files.ts";

const prefix = "vigil:";

/** A configuration that cannot be used. The engine prints its message without a stack trace. */
export class ConfigError extends pulumi.RunError {
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    super(describeProblems(problems, pulumi.getStack()));
    this.problems = problems;
  }
}

/** Part of the SDK, though its type declarations leave it out. */
const { isConfigSecret } = pulumi.runtime as unknown as {
  isConfigSecret: (key: string) => boolean;
};

/**
 * Parts that are not available on this machine and that the estate does without: `grafana` (the
 * server), `grafana-plugin` (what puts content into any Grafana). From the
 * environment, because it says something about the machine and nothing about the stack.
 */
export function readAbsent(): ReadonlySet<string> {
  return new Set((process.env["VIGIL_WITHOUT"] ?? "").split(",").filter((name) => name !== ""));
}

/**
 * The stack's configuration: the only reader of it in the program.
 *
 * @throws {@link ConfigError} with every mistake at once, before any resource is registered.
 */
export async function readConfig(now = new Date()): Promise<Config> {
  const all = pulumi.runtime.allConfig();
  const own = Object.entries(all).filter(([key]) => key.startsWith(prefix));
  const values = Object.fromEntries(own.map(([key, text]) => [key.slice(prefix.length), text]));
  const secretKeys = new Set(Object.keys(values).filter((key) => isConfigSecret(prefix + key)));
  const raw = await withHostFiles({ values, secretKeys });
  const { config, problems } = parseConfig(raw, now, await catalogueFor(raw));
  if (config === undefined) throw new ConfigError(problems);
  for (const note of notesOn(config, now)) {
    void pulumi.log.warn(describeNote(note, pulumi.getStack()));
  }
  return config;
}
