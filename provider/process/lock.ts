import { randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, VigilError } from "../errors.ts";
import { isAlive } from "./marks.ts";

const queues = new Map<string, Promise<unknown>>();

/**
 * Runs `work` while nothing else works on the same lock file: neither in this process, where the
 * engine creates several resources at once, nor in one that a killed `up` left behind.
 */
export async function exclusively<T>(lock: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(lock) ?? Promise.resolve();
  const mine = before.then(async () => {
    await acquire(lock, 120);
    try {
      return await work();
    } finally {
      await rm(lock, { force: true });
    }
  });
  queues.set(
    lock,
    mine.catch(() => undefined),
  );
  return mine;
}

/** Makes the lock file with this process's id in it; a lock of a dead process is void. */
export async function acquire(lock: string, seconds: number): Promise<void> {
  const mine = `${lock}.${randomBytes(6).toString("hex")}`;
  const until = Date.now() + seconds * 1000;
  for (;;) {
    try {
      // Linked whole: a lock made empty and filled later could be seen without an owner.
      await writeFile(mine, String(process.pid), { mode: 0o600 });
      await link(mine, lock);
      return;
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    } finally {
      await rm(mine, { force: true });
    }
    const owner = Number(await readFile(lock, "utf8").catch(() => "0"));
    if (owner === process.pid || (owner > 0 && !(await isAlive(owner)))) {
      await rm(lock, { force: true });
      continue;
    }
    if (Date.now() >= until) {
      throw new VigilError(
        "Another run is changing this machine",
        `process ${owner} holds ${lock}`,
        "Let it finish, or end it, and run again.",
      );
    }
    await sleep(50);
  }
}
