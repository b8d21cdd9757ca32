import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The wall clock of a Node process: what `Date` says, by a module that is loaded before the program.
 * Timers run on as they do when a machine's clock is set. Clocks of Go programs and of PostgreSQL
 * cannot be stepped apart from the machine's (they ask the kernel past the C library), so those of
 * Prometheus and Alertmanager are always right: a processor is before or behind all others.
 */
export class Clock {
  readonly #file: string;

  constructor(folder: string, name: string) {
    this.#file = join(folder, `${name}.clock`);
    writeFileSync(this.#file, "0");
  }

  /** What the process must be started with. */
  get env(): NodeJS.ProcessEnv {
    const module = new URL(`file://${join(import.meta.dirname, "preload.ts")}`);
    return { CHAIN_CLOCK: this.#file, NODE_OPTIONS: `--import=${module.href}` };
  }

  /** @param by - Milliseconds by which it is ahead from now on. */
  step(by: number): void {
    writeFileSync(this.#file, String(by));
  }
}
