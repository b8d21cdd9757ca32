import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { PostgresServer } from "../../../services/alert-processor/test/store/postgres-server.ts";
import type { Timeline } from "../timeline.ts";
import { type Disk, limitOf, mayMount, tmpfsAt } from "./disk.ts";

/** Ends a try to start that goes nowhere: milliseconds between two of them. */
const pause = 1_000;

/** Processes that a process has started. */
function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        // After the name in parentheses: state, then the parent.
        const text = readFileSync(`/proc/${name}/stat`, "utf8");
        return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]) === parent;
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** A real PostgreSQL that is stopped hard (`-m immediate`), held and started. */
export class DatabaseActor {
  readonly name = "database";
  readonly server: PostgresServer;
  readonly disk: Disk;
  readonly #timeline: Timeline;
  readonly #over = new AbortController();
  readonly #watching: Promise<void>;
  #wanted = true;

  private constructor(server: PostgresServer, disk: Disk, timeline: Timeline) {
    this.server = server;
    this.disk = disk;
    this.#timeline = timeline;
    this.#watching = this.#keep();
  }

  static async start(timeline: Timeline): Promise<DatabaseActor> {
    let disk: Disk | undefined;
    const server = await PostgresServer.start((folder) => {
      if (mayMount()) disk = tmpfsAt(folder);
    });
    return new DatabaseActor(server, disk ?? limitOf(() => server.pid), timeline);
  }

  start(): void {
    this.#wanted = true;
  }

  async kill(): Promise<void> {
    this.#wanted = false;
    this.signal("SIGCONT");
    await this.server.crash();
  }

  /** To the server and all that it has started. */
  signal(signal: NodeJS.Signals): void {
    const { pid } = this.server;
    if (pid === undefined) return;
    for (const one of [pid, ...childrenOf(pid)]) {
      try {
        process.kill(one, signal);
      } catch {
        // It has just ended.
      }
    }
  }

  async remove(): Promise<void> {
    this.#over.abort();
    await this.kill();
    await this.#watching;
    this.disk.remove();
    await this.server.stop();
  }

  /** Starts it again whenever it does not run and should: also after it ended on its own. */
  async #keep(): Promise<void> {
    const { signal } = this.#over;
    const rest = (): Promise<boolean> =>
      sleep(pause, true, { ref: false, signal }).catch(() => false);
    while (await rest()) {
      if (!this.#wanted || this.server.pid !== undefined) continue;
      await this.server.resume().catch((error: unknown) => {
        this.#timeline.note(this.name, String(error).slice(0, 300));
      });
    }
  }
}
