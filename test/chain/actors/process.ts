import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Timeline } from "../timeline.ts";
import { atExit } from "./at-exit.ts";

/** How a program is started. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Milliseconds that a supervisor waits before it starts again what ended. */
const backoff = 1_000;

/** Characters of what a process said that are kept. */
const kept = 200_000;

/**
 * A process that is ended, held and started on demand. What ends on its own is started again, as the
 * supervisor of an estate does.
 */
export class ProcessActor {
  readonly name: string;
  readonly #command: Command;
  readonly #timeline: Timeline;
  readonly #stay: () => void;
  #child: ChildProcess | undefined;
  #wanted = false;
  #said = "";
  /** How it ended when nobody had asked for that. */
  readonly ended: string[] = [];

  constructor(name: string, command: Command, timeline: Timeline) {
    this.name = name;
    this.#command = command;
    this.#timeline = timeline;
    this.#stay = atExit(() => this.#child?.kill("SIGKILL"));
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The end of what it said. */
  get said(): string {
    return this.#said;
  }

  start(): void {
    this.#wanted = true;
    this.#spawn();
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    this.#wanted = false;
    const child = this.#child;
    if (child === undefined) return;
    const over = once(child, "exit");
    child.kill("SIGKILL");
    await over;
  }

  /** Does nothing where it does not run. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async remove(): Promise<void> {
    await this.kill();
    this.#stay();
  }

  #spawn(): void {
    if (this.#child !== undefined) return;
    const { args, cwd, env, program } = this.#command;
    const child = spawn(program, [...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    this.#hear(`--- started at ${(this.#timeline.now() / 1000).toFixed(1)} s ---\n`);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#hear(text);
      });
    }
    child.once("error", (error) => {
      this.#hear(`${error.message}\n`);
      this.#over(child, error.message);
    });
    child.once("exit", (code, signal) => {
      this.#over(child, signal ?? `code ${code ?? 0}`);
    });
  }

  #hear(text: string): void {
    this.#said = (this.#said + text).slice(-kept);
  }

  #over(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    if (!this.#wanted) return;
    const last = this.#said.trimEnd().split("\n").at(-1) ?? "";
    this.ended.push(how);
    this.#timeline.note(this.name, `ended on its own (${how}): ${last.slice(0, 300)}`);
    void sleep(backoff, undefined, { ref: false }).then(() => {
      if (this.#wanted) this.#spawn();
    });
  }
}
