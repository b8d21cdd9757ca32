import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { archiveOf, checkout, later, program, sha256Of, site, workshop } from "../kit/workshop.ts";

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

test("a proxy in the environment is asked instead of the site", async () => {
  const { root, cache } = workshop();
  const proxy = await site({
    "http://release.invalid/sums.txt": sums,
    "http://release.invalid/tiny.tar.gz": data,
  });
  const env = { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: proxy.url };
  const run = start("http://release.invalid", root, cache, undefined, env);
  expect(await run.ended).toMatchObject({ code: 0 });
  expect(proxy.asked).toContain("http://release.invalid/tiny.tar.gz");
});

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
}

function start(
  url: string,
  root: string,
  cache: string,
  onWait = () => undefined as unknown,
  env: NodeJS.ProcessEnv = {},
): Run {
  const script = join(checkout, "test/tools/fixtures/obtain.ts");
  const args = ["--disable-warning=ExperimentalWarning", script, url, root, cache];
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env } });
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
