import { spawn } from "node:child_process";
import { lstat, mkdir, open, rm } from "node:fs/promises";
import { request } from "node:http";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, messageOf, VigilError } from "../errors.ts";
import { isRecord } from "../values.ts";
import { privateFolder, readText } from "./files.ts";
import type { Layout } from "./layout.ts";
import { findMarked, isAlive, marks, stopAll } from "./marks.ts";
import { plainEnvironment, requireOnPath } from "./tool.ts";

/** Seconds a process has to end by itself; more than the supervisor grants it. */
const grace = 20;

/** What the supervisor knows of a process. */
export interface Supervised {
  readonly status: string;
  readonly pid: number;
  readonly exitCode: number;
  readonly restarts: number;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One request of process-compose's REST API over its socket. */
function call(layout: Layout, method: string, path: string, seconds = 60): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath: layout.socket, method, path, agent: false, timeout: seconds * 1000 },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          resolve({ status: incoming.statusCode ?? 0, body: parsed(Buffer.concat(chunks)) });
        });
      },
    );
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${seconds} s`)));
    outgoing.on("error", reject);
    outgoing.end();
  });
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

async function command(layout: Layout, method: string, path: string): Promise<void> {
  let why: string;
  try {
    const { status, body } = await call(layout, method, path);
    if (status === 200) return;
    why = isRecord(body) ? String(body["error"]) : `it answered ${status}`;
  } catch (error) {
    why = messageOf(error);
  }
  throw new VigilError(
    `The supervisor of ${layout.home} refused ${method} ${path}`,
    why,
    `See ${layout.log}, and run again.`,
  );
}

/** True when the supervisor answers. */
export async function isUp(layout: Layout): Promise<boolean> {
  try {
    return (await call(layout, "GET", "/live", 5)).status === 200;
  } catch {
    return false;
  }
}

/** What the supervisor says of `name`; undefined when it does not answer or does not know it. */
export async function stateOf(layout: Layout, name: string): Promise<Supervised | undefined> {
  try {
    const { status, body } = await call(layout, "GET", `/process/${name}`, 5);
    if (status !== 200 || !isRecord(body)) return undefined;
    return {
      status: String(body["status"]),
      pid: Number(body["pid"]),
      exitCode: Number(body["exit_code"]),
      restarts: Number(body["restarts"]),
    };
  } catch {
    return undefined;
  }
}

/** The last lines a process printed; none when the supervisor does not answer. */
export async function lastLines(layout: Layout, name: string, count: number): Promise<string[]> {
  try {
    const { body } = await call(layout, "GET", `/process/logs/${name}/${count}/0`, 5);
    const lines: unknown = isRecord(body) ? body["logs"] : undefined;
    return Array.isArray(lines) ? lines.map((line) => String(line).trimEnd()) : [];
  } catch {
    return [];
  }
}

/** True for a process that is up now. */
export function isRunning(state: Supervised | undefined): boolean {
  return state?.status === "Running";
}

/** Makes the running supervisor follow its project file: it restarts only what changed. */
export async function reload(layout: Layout): Promise<void> {
  await command(layout, "POST", "/project/configuration");
}

/**
 * Restarts one process, or starts it where it has ended. Not by the supervisor's own restart, which
 * sleeps through the back-off first.
 */
export async function restart(layout: Layout, name: string): Promise<void> {
  await call(layout, "PATCH", `/process/stop/${name}`);
  const until = Date.now() + grace * 1000;
  // For a moment after its end the supervisor still counts it as running.
  while ((await call(layout, "POST", `/process/start/${name}`)).status !== 200) {
    if (Date.now() >= until) return command(layout, "POST", `/process/start/${name}`);
    await sleep(20);
  }
}

/**
 * Starts the supervisor in a session of its own, with nothing of ours open, so that it outlives the
 * engine and keeps no pipe of it. What an earlier one left running is stopped first.
 */
export async function start(layout: Layout): Promise<void> {
  const program = await requireOnPath("process-compose");
  await stopLeftOvers(layout.home);
  await privateFolder(layout.supervisor);
  await privateFolder(dirname(layout.socket));
  await requireOwn(dirname(layout.socket));
  await mkdir(join(layout.xdg, "process-compose"), { recursive: true, mode: 0o700 });
  const args = ["up", "-f", layout.project, "--use-uds", "--unix-socket", layout.socket];
  args.push("--keep-project", "--disable-dotenv", "-t=false");
  // Its log file would grow for ever, and a higher log level silences the processes' logs as well.
  // What it dies of goes to standard error.
  args.push("-L", "/dev/null");
  const log = await open(layout.log, "w", 0o600);
  const child = spawn(program, args, {
    cwd: layout.supervisor,
    detached: true,
    stdio: ["ignore", "ignore", log.fd],
    env: { ...plainEnvironment(), XDG_CONFIG_HOME: layout.xdg, [marks.home]: layout.home },
  });
  let ending: string | undefined;
  child.on("error", (error) => {
    ending = error.message;
  });
  child.on("exit", (code) => {
    ending = `it ended with ${code ?? "a signal"}`;
  });
  child.unref();
  await log.close();
  const failure = await answering(layout, 30, () => ending);
  if (failure === undefined) return;
  const words = ((await readText(layout.log)) ?? "").trim().split("\n").slice(-5).join("\n");
  throw new VigilError(
    `The supervisor of ${layout.home} did not start`,
    `${failure}\n${words}`,
    "Correct what it names, and run again.",
  );
}

/** In the temp dir anyone may have made the folder first, to listen in place of the supervisor. */
async function requireOwn(folder: string): Promise<void> {
  const found = await lstat(folder);
  if (found.isDirectory() && found.uid === userInfo().uid) return;
  throw new VigilError(
    `The folder ${folder} cannot be used for the supervisor's socket`,
    "it is not a folder of this user's own",
    "Remove it, or set TMPDIR to a folder of your own, and run again.",
  );
}

/** @returns undefined once the supervisor answers, otherwise why it never will. */
async function answering(
  layout: Layout,
  seconds: number,
  ended: () => string | undefined,
): Promise<string | undefined> {
  const until = Date.now() + seconds * 1000;
  while (Date.now() < until) {
    const ending = ended();
    if (ending !== undefined) return ending;
    if (await isUp(layout)) return undefined;
    await sleep(20);
  }
  return `it did not answer within ${seconds} s`;
}

/** Ends whatever of this home still runs: a supervisor killed hard leaves its children. */
export async function stopLeftOvers(home: string): Promise<void> {
  for (;;) {
    const found = await findMarked(home);
    if (found.length === 0) return;
    await stopAll(found, grace);
  }
}

/** Ends the supervisor and all it runs, and removes its files. */
export async function stop(layout: Layout): Promise<void> {
  if (await isUp(layout)) {
    // It ends in the middle of its answer now and then; what is left is stopped below.
    await call(layout, "POST", "/project/stop").catch(() => undefined);
  }
  await stopLeftOvers(layout.home);
  await rm(layout.socket, { force: true });
  await rm(layout.supervisor, { recursive: true, force: true });
  await rm(layout.project, { force: true });
}

/** SIGHUP to one process. */
export async function hangUp(pid: number): Promise<void> {
  try {
    if (await isAlive(pid)) process.kill(pid, "SIGHUP");
  } catch (error) {
    // It ended in between, and its restart reads the files anyway.
    if (!hasCode(error, "ESRCH")) throw error;
  }
}
