import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { basename, delimiter, isAbsolute, join } from "node:path";
import { VigilError } from "../errors.ts";

/** How a command ended and everything it printed. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Absolute path of a program on PATH, or undefined. */
export async function findOnPath(
  binary: string,
  path = process.env["PATH"] ?? "",
): Promise<string | undefined> {
  // A name and never a path: where programs are is not the caller's to say.
  if (binary !== basename(binary)) return undefined;
  for (const folder of path.split(delimiter).filter((one) => isAbsolute(one))) {
    const candidate = join(folder, binary);
    try {
      await access(candidate, constants.X_OK);
      if ((await stat(candidate)).isFile()) return candidate;
    } catch {
      // Not here or not executable: the next folder of PATH may have it.
    }
  }
  return undefined;
}

/** As {@link findOnPath}. @throws VigilError that names the program. */
export async function requireOnPath(binary: string): Promise<string> {
  const found = await findOnPath(binary);
  if (found !== undefined) return found;
  throw new VigilError(
    `The program ${binary} is missing`,
    "it is in no folder of PATH",
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
