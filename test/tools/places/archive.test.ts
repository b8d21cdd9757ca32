import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { explainDisk, FatalError, ToolError } from "../../../lib/errors.ts";
import { createNetwork } from "../../../tools/network.ts";
import { obtain } from "../../../tools/obtain.ts";
import { lockFileOf } from "../../../tools/places/archive.ts";
import { silent } from "../../../lib/progress.ts";
import { mayMount } from "../../chain/actors/disk.ts";
import {
  archiveOf,
  failure,
  later,
  program,
  recorder,
  sha256Of,
  site,
  temporary,
  tinySite,
  tinyTool,
  workshop,
  write,
} from "../../kit/workshop.ts";

const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : "arm64"}`;
const key = `tiny/1.2.3/${platform}`;
const lockOf = (root: string) => JSON.parse(readFileSync(lockFileOf(root), "utf8")) as unknown;

test("a release is verified, unpacked, tried out, and its checksum recorded", async () => {
  const shop = workshop();
  const data = archiveOf({ "tiny-1.2.3/tiny": program("tiny 1.2.3") });
  const progress = recorder();
  const { url } = await tinySite(data);
  const found = await obtain(tinyTool(url), shop, progress);
  expect(found).toMatchObject({
    version: "1.2.3",
    origin: expect.stringMatching(/^cache, release archive/) as string,
  });
  expect(execFileSync(found.binaries["tiny"] ?? "", { encoding: "utf8" })).toBe("tiny 1.2.3\n");
  expect(lockOf(shop.root)).toEqual({ [key]: sha256Of(data) });
  expect(progress.lines.at(-1)).toMatch(/^✓ tiny 1.2.3: release archive/);
  expect(readdirSync(join(shop.cache, "tmp"))).toEqual([]);
});

test("with the tool in the cache nothing is asked", async () => {
  const shop = workshop();
  const { url, asked } = await tinySite();
  await obtain(tinyTool(url), shop, silent);
  const before = asked.length;
  expect((await obtain(tinyTool(url), shop, silent)).version).toBe("1.2.3");
  expect(asked).toHaveLength(before);
});

test("a recorded checksum is binding: another archive is refused, whatever the site publishes", async () => {
  const shop = workshop();
  write(shop.root, { "tools/checksums.lock.json": JSON.stringify({ [key]: "0".repeat(64) }) });
  const { url, asked } = await tinySite();
  const other = tinyTool(url, { go: [{ binary: "tiny", module: "tiny", main: "tiny" }] });
  const progress = recorder();
  const error = await failure<FatalError>(obtain(other, shop, progress));
  expect(error).toBeInstanceOf(FatalError);
  expect(error.message).toBe(`${url}/tiny.tar.gz is not what its checksum says`);
  expect(error.details[0]).toBe(`expected  ${"0".repeat(64)}`);
  expect(error.details[2]).toContain("checksums.lock.json");
  expect(asked).toEqual(["/tiny.tar.gz"]);
  expect(progress.lines.join()).not.toContain("Go module");
  expect(readdirSync(join(shop.cache, "tmp"))).toEqual([]);
  expect(existsSync(join(shop.cache, "tiny"))).toBe(false);
});

test("a download that is not what the site publishes is refused and not recorded", async () => {
  const shop = workshop();
  const { url, files } = await tinySite();
  files.set("/sums.txt", `${"1".repeat(64)}  tiny.tar.gz\n`);
  const error = await failure<FatalError>(obtain(tinyTool(url), shop, silent));
  expect(error.details[2]).toBe(`recorded  ${url}/sums.txt`);
  expect(existsSync(lockFileOf(shop.root))).toBe(false);
});

test("a damaged list of checksums stops instead of trusting anything", async () => {
  const shop = workshop();
  write(shop.root, { "tools/checksums.lock.json": "{" });
  const { url } = await tinySite();
  const error = await failure<FatalError>(obtain(tinyTool(url), shop, silent));
  expect(error.message).toMatch(/checksums.lock.json is not valid JSON/);
});

test("every place tried is named with its reason", async () => {
  const shop = workshop();
  const { url } = await site({ "/sums.txt": "" });
  const error = await failure<ToolError>(obtain(tinyTool(url), shop, silent));
  expect(error).toBeInstanceOf(ToolError);
  expect(error.tool).toBe("tiny");
  expect(error.tried).toEqual([
    { place: "PATH", reason: "no tiny" },
    {
      place: `release archive from ${new URL(url).host}`,
      reason: `${url}/sums.txt does not list tiny.tar.gz`,
    },
  ]);
  expect(error.advice).toEqual(["Install tiny."]);
});

test("a release that does not run here, or is another version, is not kept", async () => {
  for (const text of ["#!/bin/sh\nexit 3\n", program("tiny 3.0.0"), program("?")]) {
    const shop = workshop();
    const { url } = await tinySite(archiveOf({ "tiny-1.2.3/tiny": text }));
    const error = await failure<ToolError>(obtain(tinyTool(url), shop, silent));
    expect(error.details[1]).toMatch(
      /failed with 3|is 3.0.0; required:|does not report its version/,
    );
    expect(existsSync(join(shop.cache, "tiny/1.2.3"))).toBe(false);
  }
});

test("what is in the cache but incomplete is got again", async () => {
  const shop = workshop();
  const { url } = await tinySite();
  const { binaries } = await obtain(tinyTool(url), shop, silent);
  execFileSync("rm", [binaries["tiny"] ?? ""]);
  await obtain(tinyTool(url), shop, silent);
  expect(existsSync(binaries["tiny"] ?? "")).toBe(true);
});

const withFullDevice = existsSync("/dev/full") ? test : test.skip;

withFullDevice("a full disk, as any user can meet it: /dev/full", async () => {
  const { url } = await tinySite();
  const error = await failure(createNetwork().download(`${url}/tiny.tar.gz`, "/dev/full"));
  expect(explainDisk(error, "/cache")).toBeInstanceOf(FatalError);
});

function smallDisk(): string {
  const folder = temporary();
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], { stdio: "ignore" });
  later(() => execFileSync("umount", [folder]));
  return folder;
}

const itWhereAllowed = mayMount() ? test : test.skip;

itWhereAllowed.each([
  [
    "downloading",
    {
      "tiny-1.2.3/tiny": program("tiny 1.2.3"),
      "tiny-1.2.3/noise": randomBytes(2_000_000).toString("hex"),
    },
  ],
  [
    "unpacking",
    { "tiny-1.2.3/tiny": program("tiny 1.2.3"), "tiny-1.2.3/zeros": "0".repeat(3_000_000) },
  ],
])("a disk that gets full while %s leaves nothing and says what to do", async (_, files) => {
  const disk = smallDisk();
  const cache = join(disk, "cache");
  const shop = workshop({ cache });
  const { url } = await tinySite(archiveOf(files));
  const error = await failure<FatalError>(obtain(tinyTool(url), shop, silent));
  expect(error.details).toContain("Nothing half-done was left behind.");
  expect(error.message).toBe(`No space is left on the disk of ${cache}`);
  expect(error.advice[0]).toContain("VIGIL_CACHE");
  expect(readdirSync(join(cache, "tmp"))).toEqual([]);
  expect(existsSync(join(cache, "tiny"))).toBe(false);
});

test("a cache that cannot be written to is named", async () => {
  const { url } = await tinySite();
  // Under a file nobody can make a folder; for root, a closed folder is not an obstacle.
  const folder = write(temporary(), { file: "" });
  const inFile = await failure(
    obtain(tinyTool(url), workshop({ cache: join(folder, "file") }), silent),
  );
  expect(inFile.message).toContain(join(folder, "file"));
});

const whereNotRoot = process.getuid?.() === 0 ? test.skip : test;

whereNotRoot("a cache in a folder that is closed is named", async () => {
  const { url } = await tinySite();
  const folder = temporary();
  mkdirSync(join(folder, "closed"));
  chmodSync(join(folder, "closed"), 0o500);
  const cache = join(folder, "closed/cache");
  const closed = await failure<FatalError>(obtain(tinyTool(url), workshop({ cache }), silent));
  expect(closed.message).toMatch(/cannot be written to/);
});
