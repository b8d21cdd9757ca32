import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { UserError } from "./errors.ts";

/** Exit codes of a program that was ended by Ctrl-C, or asked to end. */
const interrupted = { SIGINT: 130, SIGTERM: 143 } as const;

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
 * it decides when to end. One that was asked to end has not done its work, although it may say so: the
 * engine ends with 0 where it was cancelled in the middle of a destroy.
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
    let asked: keyof typeof interrupted | undefined;
    const wait = (): void => {
      asked = "SIGINT";
    };
    const forward = (): void => {
      asked = "SIGTERM";
      child.kill("SIGTERM");
    };
    process.on("SIGINT", wait);
    process.on("SIGTERM", forward);
    child.on("error", (error) => {
      reject(new UserError(`${command} cannot be started: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      process.off("SIGINT", wait);
      process.off("SIGTERM", forward);
      const ended = signal === "SIGINT" ? interrupted.SIGINT : (code ?? 1);
      resolve(ended === 0 && asked !== undefined ? interrupted[asked] : ended);
    });
  });
}
