import { join } from "node:path";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { UsageError } from "./main.ts";

/** What every command about a stack understands. */
export interface StackOptions {
  /** The checkout. */
  readonly root: string;
  readonly stack: string;
  /** Values of the command's own options. */
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  /** What stands after the options. */
  readonly rest: readonly string[];
}

type Own = NonNullable<ParseArgsConfig["options"]>;

/** The checkout this toolchain belongs to. */
export const checkout = join(import.meta.dirname, "..");

/**
 * Reads the command line of a command about a stack; undefined when help was asked for and shown.
 *
 * @throws UsageError for an option the command does not have.
 */
export function stackOptions(
  args: readonly string[],
  help: string,
  own: Own = {},
  env: NodeJS.ProcessEnv = process.env,
): StackOptions | undefined {
  const options: Own = { ...own, help: { type: "boolean", short: "h" }, stack: { type: "string" } };
  const { positionals, values } = parse(args, options, help);
  if (values["help"] === true) {
    process.stdout.write(help);
    return undefined;
  }
  const stack = values["stack"] ?? env["STACK"];
  return {
    root: checkout,
    stack: typeof stack === "string" && stack !== "" ? stack : "local",
    values: values as StackOptions["values"],
    rest: positionals,
  };
}

function parse(args: readonly string[], options: Own, help: string) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message, { advice: help.trim().split("\n") });
  }
}
