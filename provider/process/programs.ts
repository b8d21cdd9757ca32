import { serverNames } from "../../lib/pins.ts";
import type { FileCheck, Files } from "../types.ts";

/** Programs a process may be. No other program is ever started, whoever asks for it. */
const programs: ReadonlySet<string> = new Set(["alert-processor", ...serverNames]);

/** Checks that files may be put through, less the file, which ends them. */
const checks = [
  "amtool check-config ",
  "blackbox_exporter --config.check --config.file=",
  "promtool check config ",
  "promtool check rules ",
  "promtool check web-config ",
];

/** Variables by which a program is made to load what is not its own. */
const loading =
  /^(?:LD_.*|DYLD_.*|NODE_OPTIONS|NODE_PATH|PATH|ENV|BASH_ENV|GCONV_PATH|.*LIBPATH)$/u;

/** Why `binary` may not be a process, or undefined. */
export function programProblem(binary: string): string | undefined {
  if (programs.has(binary)) return undefined;
  return `${JSON.stringify(binary)} is not a program the provider starts: ${[...programs].join(", ")}`;
}

/** Why `check` may not be run on `files`, or undefined. */
export function checkProblem({ binary, args }: FileCheck, files: Files): string | undefined {
  const command = [binary, ...args].join(" ");
  const known = checks.some((words) => {
    const file = command.slice(words.length);
    // One that begins with a dash would be read as an option.
    return command.startsWith(words) && Object.hasOwn(files, file) && !file.startsWith("-");
  });
  if (known) return undefined;
  const each = checks.map((words) => `${words}FILE`).join(", ");
  return `${JSON.stringify(command)} is not a check the provider runs: ${each}, with a FILE of files`;
}

/** The names of `env` that would make a program load other code. */
export function loadingNames(env: Readonly<Record<string, string>>): string[] {
  return Object.keys(env).filter((name) => loading.test(name));
}
