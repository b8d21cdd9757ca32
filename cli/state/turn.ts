import { poll } from "../../lib/poll.ts";
import { join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { withLock } from "../../lib/lock.ts";
import { isHere, type Owner } from "../../lib/owner.ts";
import type { Progress } from "../../lib/progress.ts";
import type { StackHome } from "./home.ts";
import { runsOf, type Run } from "./runs.ts";

/**
 * Changes a stack while nobody else does: of two runs, the second waits for the first. An engine whose
 * `vigil` was killed goes on alone, and is waited for as well.
 *
 * @throws UserError when the stack is locked from another machine, where nobody can see from here
 * whether that run is alive.
 */
export async function inTurn<T>(
  home: StackHome,
  progress: Progress,
  work: () => Promise<T>,
): Promise<T> {
  const { root, stack } = home;
  const locked = async (): Promise<T> => {
    await untilIdle(home, progress);
    return work();
  };
  const lock = join(root, ".vigil", `${stack}.lock`);
  const onWait = (owner: Owner): void => {
    const where = isHere(owner) ? "" : ` on ${owner.host}`;
    progress.note(
      `Another run (process ${owner.pid}${where}) is changing stack ${stack}; waiting until it ends.`,
    );
    // A machine that was given another name since is another one, too: nobody sees from here what runs there.
    if (where !== "") progress.note("  If it was killed, this one continues within a minute.");
  };
  return withLock(lock, locked, { onWait });
}

async function untilIdle(home: StackHome, progress: Progress): Promise<void> {
  let told = false;
  const working = async (): Promise<Run | undefined> => {
    const runs = await runsOf(home);
    const elsewhere = runs.find(({ state }) => state === "elsewhere");
    if (elsewhere !== undefined) throw lockedElsewhere(home, elsewhere);
    const alive = runs.find(({ state }) => state === "alive");
    if (alive !== undefined && !told) {
      told = true;
      progress.note(
        `The engine of an earlier run (process ${alive.pid}, since ${alive.since}) is still working on ` +
          `stack ${home.stack}; waiting until it ends.`,
      );
    }
    return alive;
  };
  await poll(working, (run) => run === undefined, { every: 200 });
}

function lockedElsewhere({ stack }: StackHome, { host, pid, since, user }: Run): UserError {
  return new UserError(`Stack ${stack} is being changed from another machine`, {
    details: [`${user} on ${host}, process ${pid}, since ${since}. Nothing was changed.`],
    advice: [
      `Let that run finish. If it was killed, release its lock: STACK=${stack} ./vigil pulumi cancel --yes`,
    ],
  });
}
