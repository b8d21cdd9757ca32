import { spawn, type ChildProcess } from "node:child_process";
import { reasonOf } from "./errors.ts";

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the program when it takes longer, in milliseconds. */
  readonly timeout?: number;
  /**
   * Ends the program, with all that it started, when it prints nothing for so long, in milliseconds: for
   * those that wait without end for a server that is silent.
   */
  readonly idle?: number;
  /** The user it runs as. */
  readonly uid?: number;
  readonly gid?: number;
}

/** Programs under way: none outlives this process, except when it is killed hard. */
const children = new Set<() => void>();
process.on("exit", () => {
  for (const stop of children) stop();
});

/** Ends a program; with all that it started where it leads a group of its own. */
function stopper(child: ChildProcess, leads: boolean): () => void {
  return () => {
    try {
      if (leads && child.pid !== undefined) process.kill(-child.pid);
      else child.kill();
    } catch {
      // It has ended on its own.
    }
  };
}

/** Output kept for messages, in characters: enough for a reason, small for a long build. */
const kept = 64_000;

/**
 * Runs a program to its end and gives back what it printed (both streams, its last 64,000
 * characters).
 * @throws Error with the last line printed, when it cannot be started or fails.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  let output = "";
  const add = (chunk: string) => {
    output = (output + chunk).slice(-kept);
  };
  const { code, signal, silent } = await follow(command, args, options, add, add);
  if (silent) throw new SilentCommand(command, options.idle ?? 0, output);
  if (code === 0) return output;
  throw new FailedCommand(`${command} ${failure(code, signal)}: ${reasonIn(output)}`, output);
}

/** How a program ended, and all it printed. */
export interface Collected {
  /** 1 where it was ended by a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end and gives back all it printed, however it ends.
 * @throws Error when it cannot be started.
 */
export async function collect(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Collected> {
  const out: string[] = [];
  const err: string[] = [];
  const { code } = await follow(
    command,
    args,
    options,
    (chunk) => out.push(chunk),
    (chunk) => err.push(chunk),
  );
  return { code: code ?? 1, stdout: out.join(""), stderr: err.join("") };
}

interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  /** Whether it was ended because it printed nothing. */
  readonly silent: boolean;
}

function follow(
  command: string,
  args: readonly string[],
  { idle, timeout, ...options }: RunOptions,
  onOut: (chunk: string) => void,
  onErr: (chunk: string) => void,
): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...options,
      detached: idle !== undefined,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stop = stopper(child, idle !== undefined);
    children.add(stop);
    // Not spawn's own timeout: that one lives on after a program that could not be started.
    const timer = timeout === undefined ? undefined : setTimeout(stop, timeout);
    let silent = false;
    const still =
      idle === undefined
        ? undefined
        : setTimeout(() => {
            silent = true;
            stop();
          }, idle);
    const over = () => {
      children.delete(stop);
      clearTimeout(timer);
      clearTimeout(still);
    };
    const heard = (on: (chunk: string) => void) => (chunk: string) => {
      still?.refresh();
      on(chunk);
    };
    child.stdout.setEncoding("utf8").on("data", heard(onOut));
    child.stderr.setEncoding("utf8").on("data", heard(onErr));
    child.on("error", (error) => {
      over();
      reject(new Error(`${command} cannot be started: ${reasonOf(error)}`, { cause: error }));
    });
    child.on("close", (code, signal) => {
      over();
      resolve({ code, signal, silent });
    });
  });
}

/** A program that ended badly. */
export class FailedCommand extends Error {
  /** The last part of its output. */
  readonly output: string;

  constructor(message: string, output: string) {
    super(message);
    this.output = output;
  }
}

/** A program that was ended because it printed nothing for too long. */
export class SilentCommand extends FailedCommand {
  constructor(command: string, idle: number, output: string) {
    super(`${command} printed nothing for ${idle / 1000} s: ${reasonIn(output)}`, output);
  }
}

const failure = (code: number | null, signal: string | null): string =>
  signal === null ? `failed with ${code ?? "?"}` : `was ended by ${signal}`;

/** The line that says most: a full disk before anything, then the last lines. */
function reasonIn(output: string): string {
  const full = /^.*no space left on device.*$/im.exec(output);
  return full?.[0].trim() ?? (output.trim().split("\n").slice(-3).join(" | ") || "no output");
}
