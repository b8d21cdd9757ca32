import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { poll } from "../../lib/poll.ts";
import { hasCode, VigilError } from "../errors.ts";
import { call, isUp } from "./api.ts";
import { privateFolder, readText } from "./files.ts";
import type { Layout } from "./layout.ts";
import { findMarked, isAlive, markOf, marks, stopAll } from "./marks.ts";
import { makeOwnFolder, requireOwner } from "./own.ts";
import { plainEnvironment, requireOnPath } from "./tool.ts";

/** Seconds a process has to end on its own; more than the supervisor grants it. */
const grace = 20;

/** Why a supervisor that was started does not answer, and whether something killed it. */
interface Failure {
  readonly why: string;
  readonly killed: boolean;
}

/**
 * Starts the supervisor in a session of its own, with nothing of ours open, so that it outlives the
 * engine and keeps no pipe of it. Processes that an earlier one left running are stopped first. One that is
 * killed while it starts, for want of memory say, is started once more.
 *
 * @throws VigilError with its last output when it does not answer in time.
 */
export async function start(layout: Layout): Promise<void> {
  const program = requireOnPath("process-compose");
  let failure = await launch(layout, program);
  if (failure?.killed === true) failure = await launch(layout, program);
  if (failure === undefined) return;
  const words = ((await readText(layout.log)) ?? "").trim().split("\n").slice(-5).join("\n");
  throw new VigilError(
    `The supervisor of ${layout.home} did not start`,
    `${failure.why}\n${words}`,
    "Correct what it names, and run again.",
  );
}

async function launch(layout: Layout, program: string): Promise<Failure | undefined> {
  const beside = dirname(layout.socket) === layout.supervisor;
  // It would start, and never be spoken to.
  if (beside && existsSync(layout.supervisor)) await requireOwner(layout.supervisor);
  await stopLeftOvers(layout.home);
  await privateFolder(layout.supervisor);
  if (!beside) await makeOwnFolder(dirname(layout.socket));
  await mkdir(join(layout.xdg, "process-compose"), { recursive: true, mode: 0o700 });
  // By its name alone, from where it starts: a whole path may be too long for a socket.
  const socket = beside ? basename(layout.socket) : layout.socket;
  const args = ["up", "-f", layout.project, "--use-uds", "--unix-socket", socket];
  args.push("--keep-project", "--disable-dotenv", "-t=false");
  // Its log file would grow for ever, and a higher log level silences the processes' logs as well.
  // Its fatal errors go to standard error.
  args.push("-L", "/dev/null");
  const log = await open(layout.log, "w", 0o600);
  const child = spawn(program, args, {
    cwd: layout.supervisor,
    detached: true,
    stdio: ["ignore", "ignore", log.fd],
    env: {
      ...plainEnvironment(),
      // Otherwise it opens one in /tmp whose name everybody knows, over whatever link lies there.
      PC_LOG_FILE: "/dev/null",
      XDG_CONFIG_HOME: layout.xdg,
      [marks.home]: layout.home,
    },
  });
  let ending: Failure | undefined;
  child.on("error", (error) => {
    ending = { why: error.message, killed: false };
  });
  child.on("exit", (code, signal) => {
    ending = { why: `it ended with ${code ?? signal ?? "no code"}`, killed: signal !== null };
  });
  child.unref();
  await log.close();
  return answering(layout, 30, () => ending);
}

/** As {@link start}, unless it answers already. */
export async function startIfDown(layout: Layout): Promise<void> {
  if (!(await isUp(layout))) await start(layout);
}

/** @returns undefined once the supervisor answers, otherwise why it never will. */
async function answering(
  layout: Layout,
  seconds: number,
  ended: () => Failure | undefined,
): Promise<Failure | undefined> {
  const { ending, up } = await poll(
    async () => ({ ending: ended(), up: await isUp(layout) }),
    (now) => now.up || now.ending !== undefined,
    { every: 20, within: seconds * 1000 },
  );
  if (ending !== undefined) return ending;
  return up ? undefined : { why: `it did not answer within ${seconds} s`, killed: false };
}

/** Ends whatever of this home still runs: a supervisor killed hard leaves its children. */
export async function stopLeftOvers(home: string): Promise<void> {
  for (;;) {
    const found = await findMarked(home);
    if (found.length === 0) return;
    await stopAll(found, grace);
  }
}

/** Ends what was started while the folder had another name: its paths lead nowhere by now. */
export async function stopMoved(layout: Layout): Promise<void> {
  const found = await findMarked(layout.home);
  if (found.some(({ movedFrom }) => movedFrom !== undefined)) await stop(layout);
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

/** SIGHUP to one process, if it is the one of that name in `home`. */
export async function hangUp(pid: number, home: string, name: string): Promise<void> {
  try {
    const mark = (await isAlive(pid)) ? await markOf(pid) : undefined;
    if (mark?.process === `${home}:${name}`) process.kill(pid, "SIGHUP");
  } catch (error) {
    // It ended in between, and its restart reads the files anyway.
    if (!hasCode(error, "ESRCH")) throw error;
  }
}
