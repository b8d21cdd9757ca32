import * as pulumi from "@pulumi/pulumi";
import { type ConfigProblem, parseConfig } from "./config/parse.ts";
import type { Config } from "./config/schema.ts";

const namespace = "vigil:";

/** Text of every mistake: where, why, and the command that mends it. */
export function describeProblems(problems: readonly ConfigProblem[]): string {
  const count = problems.length === 1 ? "1 mistake" : `${problems.length} mistakes`;
  const list = problems.map(({ path, reason, fix }) => `  ${path} ${reason}\n      ${fix}`);
  return `The configuration has ${count}; nothing was changed.\n${list.join("\n")}`;
}

/** A configuration that cannot be used. The engine prints its message without a stack trace. */
export class ConfigError extends pulumi.RunError {
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    super(describeProblems(problems));
    this.problems = problems;
  }
}

/** Part of the SDK, though its type declarations leave it out. */
const { isConfigSecret } = pulumi.runtime as unknown as {
  isConfigSecret: (key: string) => boolean;
};

/**
 * The stack's configuration: the only reader of it in the program.
 *
 * @throws {@link ConfigError} with every mistake at once, before any resource is registered.
 */
export function readConfig(now = new Date()): Config {
  const all = pulumi.runtime.allConfig();
  const own = Object.entries(all).filter(([key]) => key.startsWith(namespace));
  const values = Object.fromEntries(own.map(([key, text]) => [key.slice(namespace.length), text]));
  const secretKeys = new Set(Object.keys(values).filter((key) => isConfigSecret(namespace + key)));
  const { config, problems } = parseConfig({ values, secretKeys }, now);
  if (config === undefined) throw new ConfigError(problems);
  return config;
}
