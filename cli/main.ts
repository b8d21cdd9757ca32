import { join } from "node:path";
import { defaultStack, forStack, goTo, standing } from "../lib/command.ts";
import { nearest } from "../lib/nearest.ts";
import { formatError, reasonOf, UsageError } from "../lib/errors.ts";

/** A command's module. */
export interface Command {
  /** Runs it; the result is the exit code. */
  readonly run: (args: string[]) => Promise<number>;
}

/** One line of the table of commands. Modules are loaded only when asked for. */
export interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Where text goes. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Runs one command line and gives back its exit code. Never throws. */
export async function main(
  args: readonly string[],
  commands: readonly Entry[],
  { out, err }: Output,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === "help" || name === "--help" || name === "-h") {
      const entry = commands.find((command) => command.name === rest[0]);
      if (entry !== undefined) return await (await entry.load()).run(["--help"]);
      out(usage(commands));
      return 0;
    }
    const entry = commands.find((command) => command.name === name);
    if (entry === undefined) throw unknown(name, commands);
    return await (await entry.load()).run(rest);
  } catch (thrown) {
    const error = asUsage(thrown, name);
    const at = rest.indexOf("--stack");
    const stack = (at >= 0 ? rest[at + 1] : env["STACK"]) || defaultStack;
    const text = formatError(error, Boolean(env["VIGIL_DEBUG"]));
    err(`${fromHere(forStack(text, stack))}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** The commands shown work in the checkout: a caller from elsewhere is led there. */
export function fromHere(text: string, here = standing()): string {
  const there = goTo(join(import.meta.dirname, ".."), here);
  const offers = there !== undefined && /→ .*(?:\b(?:cp|make) |\.\/vigil )/.test(text);
  return offers ? text.replace(/^ *→ /m, `  → ${there}\n$&`) : text;
}

/** Errors of node:util's parseArgs concern the command line too. */
function asUsage(error: unknown, name = ""): unknown {
  const { code = "" } = error as { code?: string };
  if (!code.startsWith("ERR_PARSE_ARGS")) return error;
  return new UsageError(reasonOf(error), { advice: [`./vigil ${name} --help lists its options`] });
}

/** The help page. */
export function usage(commands: readonly Entry[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  return [
    "./vigil <command> [options]",
    "",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    "",
    "./vigil <command> --help explains one command.",
    "",
  ].join("\n");
}

function unknown(name: string, commands: readonly Entry[]): UsageError {
  const meant = nearest(
    name,
    commands.map((command) => command.name),
  );
  return new UsageError(`There is no command ${name}`, {
    advice: [
      meant === undefined ? "./vigil help lists all commands" : `Did you mean: ./vigil ${meant}`,
    ],
  });
}
