import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import {
  cacheFolder,
  freeSpace,
  install,
  readCached,
  sweep,
  trimCompiled,
} from "../../tools/cache.ts";
import { isAlive, ownerName, parseOwner } from "../../lib/owner.ts";
import { temporary, write } from "../kit/workshop.ts";

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
  const [foreign, silent] = ["elsewhere.1.0.abc", "elsewhere.2.0.abc"];
  const dead = [`${host}.1073741824.0.node`, `${host}.1073741824.55.abc`];
  for (const name of [...dead, living, foreign, silent, "other"]) {
    mkdirSync(join(cache, "tmp", name, "x"), { recursive: true });
  }
  utimesSync(join(cache, "tmp", silent), 0, 0);
  await sweep(cache);
  expect(readdirSync(join(cache, "tmp")).sort()).toEqual([foreign, living, "other"].sort());
  await sweep(join(cache, "none"));
});

function never(): never {
  throw new Error("unreachable");
}

test("what Node compiled is removed once it is too much, by folder", async () => {
  const cache = write(temporary(), {
    "compile/old/a": "",
    "compile/old/b": "",
    "compile/old/c": "",
    "compile/new/a": "",
    "tmp/a": "",
  });
  await trimCompiled(cache, 2);
  expect(readdirSync(join(cache, "compile"))).toEqual(["new"]);
  expect(readdirSync(cache).sort()).toEqual(["compile", "tmp"]);
  await trimCompiled(join(cache, "nowhere"));
});
