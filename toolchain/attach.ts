import { spawn } from "node:child_process";
import { UserError } from "./errors.ts";

/** Exit code of a program that was ended by Ctrl-C. */
const interrupted = 130;

/** Where a program runs. */
export interface AttachOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a program on the caller's terminal and gives back its exit code. Ctrl-C reaches it directly;
 * it decides when to end.
 */
export function attach(
  command: string,
  args: readonly string[],
  { cwd, env }: AttachOptions,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: "inherit" });
    const wait = (): void => undefined;
    const forward = (): void => void child.kill("SIGTERM");
    process.on("SIGINT", wait);
    process.on("SIGTERM", forward);
    child.on("error", (error) => {
      reject(new UserError(`${command} cannot be started: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      process.off("SIGINT", wait);
      process.off("SIGTERM", forward);
      resolve(signal === "SIGINT" ? interrupted : (code ?? 1));
    });
  });
}
