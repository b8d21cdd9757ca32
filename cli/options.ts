import { defaultStack } from "../lib/command.ts";
import { checkout } from "../lib/checkout.ts";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { UsageError } from "../lib/errors.ts";

/** Options of every command about a stack. */
export interface StackOptions {
  /** The checkout. */
  readonly root: string;
  readonly stack: string;
  /** Values of the command's own options. */
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  /** The arguments after the options. */
  readonly rest: readonly string[];
}

type Own = NonNullable<ParseArgsConfig["options"]>;

/**
 * Reads the command line of a command about a stack; undefined when help was asked for and shown.
 *
 * @param takesNames - Whether something may stand after the options.
 * @throws UsageError for an option the command does not have: `down dev` must not take `local` down.
 */
export function stackOptions(
  args: readonly string[],
  help: string,
  own: Own = {},
  takesNames = false,
  env: NodeJS.ProcessEnv = process.env,
): StackOptions | undefined {
  const options: Own = { ...own, help: { type: "boolean", short: "h" }, stack: { type: "string" } };
  const { positionals, values } = parse(args, options, help, takesNames);
  if (values["help"] === true) {
    process.stdout.write(help);
    return undefined;
  }
  const stack = values["stack"] ?? env["STACK"];
  return {
    root: checkout,
    stack: typeof stack === "string" && stack !== "" ? stack : defaultStack,
    values: values as StackOptions["values"],
    rest: positionals,
  };
}

/**
 * Reads the command line of a command that takes nothing but `--help`.
 *
 * @returns whether help was asked for, and shown.
 * @throws UsageError for anything else on the command line.
 */
export function helpOnly(args: readonly string[], help: string): boolean {
  const { values } = parse(args, { help: { type: "boolean", short: "h" } }, help, false);
  if (values["help"] === true) process.stdout.write(help);
  return values["help"] === true;
}

/** @throws UsageError where an option is not a number of seconds above 0. */
export function secondsIn({ values }: StackOptions): number {
  const seconds = Number(values["seconds"]);
  if (seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new UsageError(`--seconds ${String(values["seconds"])} is not a number of seconds`, {
    advice: ["For example: --seconds 60"],
  });
}

function parse(args: readonly string[], options: Own, help: string, allowPositionals: boolean) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals });
  } catch (error) {
    throw new UsageError((error as Error).message, { advice: help.trim().split("\n") });
  }
}
