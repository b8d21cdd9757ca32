import { once } from "node:events";
import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, rmSync } from "node:fs";
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "../../lib/ask.ts";
import {
  mergeMetrics,
  parseExposition,
  seriesIn,
  type Metrics,
} from "../../rules/metrics/format.ts";
import { reasonOf, UserError } from "../../lib/errors.ts";
import { freePort } from "../../lib/free-port.ts";
import { poll } from "../../lib/poll.ts";
import { run } from "../../lib/process.ts";

/** Some servers refuse to run as root: then these run as `nobody`, who owns the folder. */
const nobody = 65534;
const asRoot = process.getuid?.() === 0;
const identity = asRoot ? { uid: nobody, gid: nobody } : {};

/** How long a server may take until it answers, in milliseconds. */
const patience = 60_000;

/** Sessions under way: none leaves anything behind when this process is told to end. */
const open = new Set<Session>();
process.on("exit", () => {
  for (const session of open) session.drop();
});

/** Everything seen in a session's scrapes. */
export interface Seen {
  readonly metrics: Metrics;
  /** Names of series with their labels. */
  readonly series: ReadonlySet<string>;
}

/** How a server is started. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Where to ask whether it is ready; any answer below 500 will do. */
  readonly ready?: string;
  /** Must not be root. */
  readonly modest?: boolean;
}

/**
 * A temporary folder and the programs started in it. Everything listens on loopback; everything is
 * stopped by its process id and removed when the work is done.
 */
export class Session {
  readonly folder: string;
  readonly #running: { readonly name: string; readonly child: ChildProcess }[] = [];
  readonly #seen: Metrics[] = [];
  readonly #series = new Set<string>();
  readonly #cleanups: (() => unknown)[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Opens a session, lets work be done with it and takes everything down again. */
  static async use(work: (session: Session) => Promise<void>): Promise<Seen> {
    const session = new Session(await mkdtemp(join(tmpdir(), "vigil-capture-")));
    open.add(session);
    try {
      await session.#give(session.folder);
      await work(session);
      return { metrics: mergeMetrics(...session.#seen), series: session.#series };
    } finally {
      await session.#stop();
      await rm(session.folder, { recursive: true, force: true });
      open.delete(session);
    }
  }

  /** The hard end: what is done when there is no time to wait. */
  drop(): void {
    for (const { child } of this.#running)
      if (child.pid !== undefined) signal(child.pid, "SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What to do at the end, before the programs are stopped. */
  later(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup);
  }

  /** As {@link freePort}. */
  port(): Promise<number> {
    return freePort();
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  /** Writes a file of the session; gives back its path. */
  async file(name: string, text: string): Promise<string> {
    const path = this.path(name);
    await this.dir(dirname(name));
    await writeFile(path, text, { mode: 0o600 });
    await this.#give(path);
    return path;
  }

  /** Makes a folder of the session; gives back its path. */
  async dir(name: string): Promise<string> {
    const path = this.path(name);
    if ((await mkdir(path, { recursive: true })) !== undefined) await this.#give(path);
    return path;
  }

  /** Runs a program to its end, not as root. */
  run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    return run(command, args, {
      cwd: this.folder,
      timeout: patience,
      ...identity,
      env: { ...process.env, HOME: this.folder, ...env },
    });
  }

  /** Starts a server, and waits until it answers. */
  async start(
    name: string,
    command: string,
    args: readonly string[],
    { env, modest = false, ready }: StartOptions = {},
  ): Promise<void> {
    const child = spawn(command, args, {
      cwd: this.folder,
      env: { ...process.env, HOME: this.folder, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: a server's helpers end with it.
      detached: true,
      ...(modest ? identity : {}),
    });
    if (child.pid === undefined) {
      const [reason] = (await once(child, "error")) as [unknown];
      throw new UserError(`${name} cannot be started`, { details: [reasonOf(reason)] });
    }
    const log = createWriteStream(this.path(`${name}.log`));
    log.on("error", () => undefined); // The folder may be gone before the last words.
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.on("close", () => {
      log.end();
    });
    this.#running.push({ name, child });
    if (ready === undefined) return;
    await this.until(`${name} answers at ${ready}`, async () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new UserError(`${name} ended at once`, { details: await this.#words(name) });
      return (await ask(ready)).status < 500;
    });
  }

  /** Waits until something is so; what is thrown meanwhile is the reason when it never is. */
  async until(what: string, so: () => Promise<boolean>): Promise<void> {
    const look = async (): Promise<string | undefined> => {
      try {
        return (await so()) ? undefined : "";
      } catch (error) {
        if (error instanceof UserError) throw error;
        return reasonOf(error);
      }
    };
    const reason = await poll(look, (why) => why === undefined, { every: 100, within: patience });
    if (reason === undefined) return;
    const logs = this.#running.map(async ({ name }) => [`${name}:`, ...(await this.#words(name))]);
    throw new UserError(`Timed out waiting until ${what}`, {
      details: [reason, ...(await Promise.all(logs)).flat()],
    });
  }

  /** Scrapes an address, and keeps what was seen. */
  async scrape(url: string, sift: (metrics: Metrics) => Metrics = (all) => all): Promise<Metrics> {
    const { body, status } = await ask(url, { seconds: patience / 1000 });
    if (status !== 200) throw new UserError(`${url} answers ${status}`, { details: [body] });
    return this.saw(body, sift);
  }

  /** Keeps what a program exposed, where it had to be asked in a way of its own. */
  saw(text: string, sift: (metrics: Metrics) => Metrics = (all) => all): Metrics {
    const metrics = sift(parseExposition(text));
    this.#seen.push(metrics);
    for (const series of seriesIn(text)) this.#series.add(series);
    return metrics;
  }

  /** Of what a server has printed, what says most. */
  async #words(name: string): Promise<string[]> {
    const text = await readFile(this.path(`${name}.log`), "utf8").catch(() => "");
    const lines = text.trim().split("\n");
    const telling = lines.filter((line) => /panic|error|fatal/i.test(line));
    return (telling.length > 0 ? telling : lines).slice(-5);
  }

  async #give(path: string): Promise<void> {
    if (asRoot) await chown(path, nobody, nobody);
  }

  /** Stops a server; hard after ten seconds. */
  async stop(name: string): Promise<void> {
    for (const one of this.#running.filter((running) => running.name === name))
      await end(one.child);
  }

  /** Last started, first stopped. */
  async #stop(): Promise<void> {
    for (const cleanup of this.#cleanups.reverse()) await cleanup();
    for (const { child } of this.#running.reverse()) await end(child);
  }
}

async function end(child: ChildProcess): Promise<void> {
  const { exitCode, pid, signalCode } = child;
  if (pid === undefined) return;
  const over =
    exitCode !== null || signalCode !== null
      ? Promise.resolve()
      : new Promise((resolve) => child.once("exit", resolve));
  signal(pid, "SIGTERM");
  await Promise.race([over, sleep(10_000, undefined, { ref: false })]);
  signal(pid, "SIGKILL");
}

/** Signals a group of processes, if there still is one. */
function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // Nobody is left: what was wanted.
  }
}
