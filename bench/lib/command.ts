import { spawn } from "node:child_process";
import { interrupted } from "./interrupt.ts";

/** How a program is run. */
export interface CommandOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds. */
  readonly timeout?: number;
  /** True for what must happen in spite of Ctrl-C. @default false */
  readonly always?: boolean;
  /** Called with every piece of output and the milliseconds since the start. */
  readonly onOutput?: (text: string, at: number) => void;
}

/** A program that ended well. */
export interface Finished {
  /** Milliseconds from its start to its end. */
  readonly ms: number;
  readonly stdout: string;
}

/**
 * Runs a program to its end and times it. It leads a process group of its own: a Ctrl-C on the
 * terminal reaches it only through us, so a clean-up is never cut short.
 *
 * @throws Error with its last lines when it fails, and when it was interrupted.
 */
export function timed(
  command: string,
  args: readonly string[],
  { always = false, cwd, env, onOutput, timeout = 300_000 }: CommandOptions,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    if (!always) interrupted.signal.throwIfAborted();
    const begun = performance.now();
    const child = spawn(command, args, {
      cwd,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stop = (): void => void child.kill("SIGTERM");
    if (!always) interrupted.signal.addEventListener("abort", stop);
    const timer = setTimeout(stop, timeout);
    let stdout = "";
    let all = "";
    const collect = (text: string): void => {
      all = (all + text).slice(-8000);
      onOutput?.(text, performance.now() - begun);
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      collect(text);
    });
    child.stderr.setEncoding("utf8").on("data", collect);
    let ended = begun;
    child.on("exit", () => (ended = performance.now()));
    const over = (): void => {
      clearTimeout(timer);
      interrupted.signal.removeEventListener("abort", stop);
    };
    child.on("error", (error) => {
      over();
      reject(new Error(`${command} cannot be started: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      over();
      if (interrupted.signal.aborted && !always) reject(interrupted.signal.reason as Error);
      else if (code === 0) resolve({ ms: ended - begun, stdout });
      else reject(new Error(failure(command, args, code ?? signal, all)));
    });
  });
}

function failure(
  command: string,
  args: readonly string[],
  how: number | string | null,
  output: string,
): string {
  const last = output.trim().split("\n").slice(-12).join("\n  ");
  return `${command} ${args.join(" ")} ended with ${how ?? "?"}:\n  ${last}`;
}
