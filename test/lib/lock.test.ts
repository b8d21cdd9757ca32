import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LockedError, withLock } from "../../lib/lock.ts";
import { ownerName } from "../../lib/owner.ts";
import { temporary } from "../kit/workshop.ts";

const host = hostname().replaceAll(/[^\w-]/g, "_");

describe("the lock", () => {
  test("is held by one at a time; the others wait and are told once for whom", async () => {
    const path = join(temporary(), "locks/x.lock");
    const events: string[] = [];
    const waited: number[] = [];
    const work = (name: string) =>
      withLock(
        path,
        async () => {
          events.push(`${name} in`);
          await sleep(300);
          events.push(`${name} out`);
        },
        { onWait: ({ pid }) => waited.push(pid) },
      );
    await Promise.all([work("a"), work("b")]);
    expect(events.map((event) => event.slice(2))).toEqual(["in", "out", "in", "out"]);
    expect(waited).toEqual([process.pid]);
    expect(existsSync(path)).toBe(false);
  });

  test.each([`${host}.1073741824.7`, "nonsense"])(
    "of a dead owner (%s) is taken over",
    async (owner) => {
      const folder = temporary();
      writeFileSync(join(folder, "x.lock"), owner);
      expect(await withLock(join(folder, "x.lock"), () => Promise.resolve("mine"))).toBe("mine");
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test("of an owner on another host, or of this one under another name, is taken over once it is silent", async () => {
    const path = join(temporary(), "x.lock");
    writeFileSync(path, "elsewhere.1.0");
    let waits = 0;
    const onWait = () => waits++;
    const work = withLock(path, () => Promise.resolve("mine"), { onWait });
    while (waits === 0) await sleep(20);
    // It still shows that it runs: nothing is taken from it.
    await sleep(500);
    expect(readFileSync(path, "utf8")).toBe("elsewhere.1.0");
    utimesSync(path, 0, 0);
    expect(await work).toBe("mine");
  });

  test("shows that its owner runs, for those who cannot see that", async () => {
    const path = join(temporary(), "x.lock");
    await withLock(path, async () => {
      utimesSync(path, 0, 0);
      while (statSync(path).mtimeMs === 0) await sleep(50);
      expect(readFileSync(path, "utf8")).toBe(ownerName());
    });
  }, 30_000);

  test("is given back when the work fails", async () => {
    const path = join(temporary(), "x.lock");
    await expect(withLock(path, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(existsSync(path)).toBe(false);
  });

  test("lets works of one process through in the order they came, also after a failure", async () => {
    const path = join(temporary(), "x.lock");
    const seen: string[] = [];
    const names = ["a", "b", "c"];
    const all = names.map((name) =>
      withLock(path, async () => {
        seen.push(name);
        await sleep(5);
        if (name === "a") throw new Error("a failed");
      }),
    );
    const ends = (await Promise.allSettled(all)).map(({ status }) => status);
    expect(ends).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(seen).toEqual(names);
    expect(existsSync(path)).toBe(false);
  });

  test("of a living process is waited for no longer than asked, and its holder named", async () => {
    const path = join(temporary(), "x.lock");
    writeFileSync(path, ownerName(process.ppid));
    const error = await withLock(path, () => Promise.resolve("mine"), { seconds: 0.1 }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(LockedError);
    expect((error as Error).message).toBe(
      `process ${process.ppid} has held ${path} for more than 0.1 s`,
    );
    expect(readFileSync(path, "utf8")).toBe(ownerName(process.ppid));
    // Who gave up is not waited for either.
    rmSync(path);
    expect(await withLock(path, () => Promise.resolve("mine"))).toBe("mine");
  });

  test("that an earlier process with this one's name left behind is taken over", async () => {
    const path = join(temporary(), "x.lock");
    writeFileSync(path, ownerName());
    expect(await withLock(path, () => Promise.resolve("mine"), { seconds: 1 })).toBe("mine");
  });
});
