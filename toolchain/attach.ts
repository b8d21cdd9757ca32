import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { UserError } from "./errors.ts";

/** Exit code of a program that was ended by Ctrl-C. */
const interrupted = 130;

/** Where a program runs. */
export interface AttachOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /**
   * Whether it finishes its work when nobody reads its output any more (`| head`). A program that writes
   * to such a pipe is killed by the system, which is right for one that only shows something.
   * @default false
   */
  readonly outlivesReader?: boolean;
  /** Lines of its standard output that are not shown. A terminal is not its own then. */
  readonly hidden?: RegExp;
}

/**
 * Runs a program on the caller's terminal and gives back its exit code. Ctrl-C reaches it directly;
 * it decides when to end.
 */
export function attach(
  command: string,
  args: readonly string[],
  { cwd, env, hidden, outlivesReader = false }: AttachOptions,
): Promise<number> {
  // A terminal stays its own: the program draws on it.
  const through = (stream: NodeJS.WriteStream) =>
    outlivesReader && !stream.isTTY ? "pipe" : "inherit";
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ["inherit", hidden ? "pipe" : through(process.stdout), through(process.stderr)],
    });
    if (hidden === undefined) {
      child.stdout?.on("data", (chunk: Buffer) => process.stdout.write(chunk));
    } else if (child.stdout) {
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (!hidden.test(line)) process.stdout.write(`${line}\n`);
      });
    }
    child.stderr?.on("data", (chunk: Buffer) => process.stderr.write(chunk));
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
