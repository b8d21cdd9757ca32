import { spawn } from "node:child_process";
import { findOnPath } from "../../lib/path.ts";
import { VigilError } from "../errors.ts";

/** How a command ended and everything it printed. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** As {@link findOnPath}. @throws VigilError that names the program. */
export function requireOnPath(binary: string): string {
  const found = findOnPath(binary);
  if (found !== undefined) return found;
  throw new VigilError(
    `The program ${binary} is missing`,
    "it is not in any folder of PATH",
    `Install it, or put the folder that holds it on PATH, and run again.`,
  );
}

const inherited = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR"];

/** The few variables tools and servers need: none of the engine's, which carry credentials. */
export function plainEnvironment(): Record<string, string> {
  return Object.fromEntries(
    inherited.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Runs a program to its end; output of both streams in order of arrival. */
export function run(
  file: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly timeoutSeconds: number },
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: plainEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: options.timeoutSeconds * 1000,
      killSignal: "SIGKILL",
    });
    const chunks: Buffer[] = [];
    const keep = (chunk: Buffer): void => void chunks.push(chunk);
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, output: Buffer.concat(chunks).toString("utf8") });
    });
  });
}
