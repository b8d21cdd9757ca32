import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheFolder, freeSpace, install, readCached, sweep } from "../../toolchain/cache.ts";
import { withLock } from "../../toolchain/lock.ts";
import { isAlive, ownerName, parseOwner } from "../../toolchain/owner.ts";
import {
  archiveOf,
  checkout,
  later,
  program,
  sha256Of,
  site,
  temporary,
  workshop,
} from "./support.ts";

const host = hostname().replaceAll(/[^\w-]/g, "_");

describe("where the cache is", () => {
  test.each([
    [{ VIGIL_CACHE: "/v", XDG_CACHE_HOME: "/x" }, "linux", "/v"],
    [{ XDG_CACHE_HOME: "/x", HOME: "/h" }, "darwin", "/x/vigil"],
    [{ HOME: "/h" }, "linux", "/h/.cache/vigil"],
    [{ HOME: "/h" }, "darwin", "/h/Library/Caches/vigil"],
    [{}, "linux", `${homedir()}/.cache/vigil`],
  ] as const)("%j on %s", (env, os, folder) => {
    expect(cacheFolder(env, os)).toBe(folder);
  });

  test("free space is told for a folder that does not exist yet", async () => {
    expect(await freeSpace(join(temporary(), "a/b"))).toBeGreaterThan(0);
  });
});

describe("owners", () => {
  test("a process is alive until it ends; a pid given to another is not the owner", () => {
    const me = parseOwner(ownerName());
    expect(me).toMatchObject({ host, pid: process.pid });
    expect(isAlive(me ?? never())).toBe(true);
    expect(isAlive({ host, pid: 2 ** 30, started: "0" })).toBe(false);
    expect(isAlive({ host: "elsewhere", pid: 2 ** 30, started: "0" })).toBe(true);
    expect(isAlive({ host, pid: process.pid, started: "1" })).toBe(!existsSync("/proc/self/stat"));
    expect(parseOwner("nonsense")).toBeUndefined();
  });
});

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
        ({ pid }) => waited.push(pid),
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

  test("is given back when the work fails", async () => {
    const path = join(temporary(), "x.lock");
    await expect(withLock(path, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(existsSync(path)).toBe(false);
  });
});

test("an installation in the way is used when complete and replaced when not", async () => {
  const cache = temporary();
  const folder = join(cache, "tiny/1");
  const fill = (origin: string) => (work: string) => {
    writeFileSync(join(work, "tiny"), origin);
    return Promise.resolve({ version: "1", origin, binaries: { tiny: "tiny" } });
  };
  mkdirSync(join(folder, "half"), { recursive: true });
  expect(await readCached(folder)).toBeUndefined();
  expect((await install(cache, folder, fill("first"))).origin).toBe("first");
  expect((await install(cache, folder, fill("second"))).origin).toBe("first");
  expect(readFileSync(join(folder, "tiny"), "utf8")).toBe("first");
});

test("temporary folders of dead owners are swept, those of living ones stay", async () => {
  const cache = temporary();
  const living = `${ownerName()}.abc`;
  for (const name of [`${host}.1073741824.0.node`, `${host}.1073741824.55.abc`, living, "other"]) {
    mkdirSync(join(cache, "tmp", name, "x"), { recursive: true });
  }
  await sweep(cache);
  expect(readdirSync(join(cache, "tmp")).sort()).toEqual([living, "other"].sort());
  await sweep(join(cache, "none"));
});

describe("runs in processes of their own", () => {
  const data = archiveOf({ "tiny-1.2.3/tiny": program("tiny 1.2.3") });
  const sums = `${sha256Of(data)}  tiny.tar.gz\n`;

  test("of two racing, one fetches and the other waits and says so", async () => {
    const { root, cache } = workshop();
    const { url, asked, files } = await site({ "/sums.txt": sums });
    // The archive comes when somebody waits: until then the first run is not done.
    let release: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (release = resolve));
    files.set("/tiny.tar.gz", (response) => void waiting.then(() => response.end(data)));
    const runs = [start(url, root, cache, release), start(url, root, cache, release)];
    const results = await Promise.all(runs.map(({ ended }) => ended));
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(results[0]?.out).toBe(results[1]?.out);
    expect(results.map(({ err }) => err).join()).toMatch(
      /another run is getting it \(process \d+\), waiting/,
    );
    expect(asked.filter((path) => path === "/tiny.tar.gz")).toHaveLength(1);
    expect(readdirSync(join(cache, "tmp"))).toEqual([]);
    expect(readdirSync(join(cache, "locks"))).toEqual([]);
  });

  test.each([
    ["SIGKILL", 1],
    ["SIGTERM", 0],
  ] as const)(
    "ended by %s half-way, nothing is taken for complete and the next run does it",
    async (signal, leftOver) => {
      const { root, cache } = workshop();
      const { url, files } = await site({ "/sums.txt": sums });
      const begun = new Promise<void>((resolve) => {
        files.set("/tiny.tar.gz", (response) => {
          response.writeHead(200, { "content-length": data.length });
          response.write(data.subarray(0, 20), () => {
            resolve();
          });
        });
      });
      const { child, ended } = start(url, root, cache);
      await begun;
      child.kill(signal);
      await ended;
      expect(readdirSync(join(cache, "tmp"))).toHaveLength(leftOver);
      expect(readdirSync(join(cache, "locks"))).toHaveLength(leftOver);
      expect(existsSync(join(cache, "tiny"))).toBe(false);
      files.set("/tiny.tar.gz", data);
      const { code, out } = await start(url, root, cache).ended;
      expect(code).toBe(0);
      expect(execFileSync(out.trim(), { encoding: "utf8" })).toBe("tiny 1.2.3\n");
      expect(readdirSync(join(cache, "tmp"))).toEqual([]);
    },
  );

  interface Run {
    readonly child: ChildProcess;
    readonly ended: Promise<{ code: number | null; out: string; err: string }>;
  }

  function start(
    url: string,
    root: string,
    cache: string,
    onWait = () => undefined as unknown,
  ): Run {
    const script = join(checkout, "test/toolchain/fixtures/obtain.ts");
    const child = spawn(process.execPath, [
      "--disable-warning=ExperimentalWarning",
      script,
      url,
      root,
      cache,
    ]);
    later(() => child.kill("SIGKILL"));
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk.toString();
      if (err.includes("waiting")) onWait();
    });
    const ended = new Promise<Awaited<Run["ended"]>>((resolve) => {
      child.on("close", (code) => {
        resolve({ code, out, err });
      });
    });
    return { child, ended };
  }
});

function never(): never {
  throw new Error("unreachable");
}
