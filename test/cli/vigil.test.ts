import { execFile, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheFolder } from "../../tools/cache.ts";
import { archiveOf, checkout, program, site, temporary, write } from "../kit/workshop.ts";

const version = readFileSync(join(checkout, "tools/.node-version"), "utf8").trim();
const os = process.platform === "darwin" ? "darwin" : "linux";
const home = `node/${version}-${os}-${process.arch === "x64" ? "amd64" : "arm64"}`;
const node = `node-${os}-${process.arch}`;
const oldNode = program("v20.20.2");

/** Stands for the registry: gives the Node of this test as npm would the package. */
const npm = `#!/bin/sh
while [ $# -gt 0 ]; do [ "$1" != --prefix ] || prefix=$2; shift; done
cat "$prefix/package.json" >>"$0.log"
mkdir -p "$prefix/node_modules/${node}/bin"
ln -s '${process.execPath}' "$prefix/node_modules/${node}/bin/node"
`;
/** Stands for nodejs.org: makes the archive and its checksum on the spot. */
const curl = `#!/bin/sh
while [ $# -gt 0 ]; do [ "$1" != -o ] || out=$2; url=$1; shift; done
echo "$url" >>"$0.log"
dir=$(dirname "$out"); archive=node-v${version}-${node.slice(5)}.tar.gz
[ -f "$dir/made.tar.gz" ] || mkdir -p "$dir/made/n/bin"
[ -f "$dir/made.tar.gz" ] || ln -s '${process.execPath}' "$dir/made/n/bin/node"
[ -f "$dir/made.tar.gz" ] || tar -czf "$dir/made.tar.gz" -C "$dir/made" n
case $url in
  */SHASUMS256.txt) (cd "$dir" && { sha256sum made.tar.gz || shasum -a 256 made.tar.gz; } 2>/dev/null | sed "s/made.tar.gz/$archive/" >"$out") ;;
  *) cp "$dir/made.tar.gz" "$out"; [ -z "\${SPOIL:-}" ] || echo >>"$out" ;;
esac
`;

interface Result {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

function run(
  programs: Record<string, string>,
  {
    args = ["help"],
    cwd = checkout,
    path = join(checkout, "vigil"),
    env = {},
  }: {
    args?: string[];
    cwd?: string;
    path?: string;
    env?: NodeJS.ProcessEnv;
  } = {},
): Promise<Result> & { bin: string } {
  const bin = env["BIN"] ?? write(temporary(), programs);
  const all = { HOME: temporary(), ...env, PATH: `${bin}:/usr/bin:/bin` };
  const result = new Promise<Result>((resolve) => {
    execFile(path, args, { cwd, env: all }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
  return Object.assign(result, { bin });
}

const withNode = { node: `#!/bin/sh\nexec '${process.execPath}' "$@"\n` };

test("a Node on PATH that runs TypeScript is used, from any folder, through links", async () => {
  const folder = temporary();
  mkdirSync(join(folder, "deep"));
  symlinkSync(join(checkout, "vigil"), join(folder, "one"));
  symlinkSync("../one", join(folder, "deep/two"));
  const env = { VIGIL_CACHE: join(folder, "cache") };
  const { code, out, err } = await run(withNode, {
    cwd: folder,
    path: join(folder, "deep/two"),
    env,
  });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain("vigil <command>");
  expect(existsSync(join(folder, "cache/node"))).toBe(false);
});

test("an unknown command fails with a hint, not a stack", async () => {
  const { code, err } = await run(withNode, {
    args: ["doctro"],
    env: { VIGIL_CACHE: temporary() },
  });
  expect(code).toBe(2);
  expect(err).toBe("✗ There is no command doctro\n  → Did you mean: ./vigil doctor\n");
});

test.each(["v22.17.0", "v23.5.0", "v18.0.0"])(
  "a Node %s is too old: another is got, once, by npm",
  async (old) => {
    const cache = temporary();
    const first = run({ node: program(old), npm }, { env: { VIGIL_CACHE: cache } });
    const { code, err } = await first;
    expect(code).toBe(0);
    expect(err).toBe(
      `vigil: no Node 22.18 or later on PATH: getting Node ${version}, once, into ${cache} …\n`,
    );
    expect(readFileSync(join(first.bin, "npm.log"), "utf8")).toBe(
      `{"dependencies":{"${node}":"${version}"}}\n`,
    );
    const again = await run({}, { env: { VIGIL_CACHE: cache, BIN: first.bin } });
    expect(again).toMatchObject({ code: 0, err: "" });
    expect(readFileSync(join(first.bin, "npm.log"), "utf8")).toBe(
      `{"dependencies":{"${node}":"${version}"}}\n`,
    );
    expect(readdirSync(join(cache, "tmp"))).toEqual([]);
    expect(existsSync(join(cache, home, "bin/node"))).toBe(true);
  },
);

test("npm gets the Node that the checkout pins, or none", async () => {
  const npmProgram = realpathSync(execFileSync("which", ["npm"], { encoding: "utf8" }).trim());
  const tarball = archiveOf({ "package/bin/node": "#!/bin/sh\necho v99.0.0\n" });
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const registry = await site({ "/evil.tgz": tarball });
  const dist = { tarball: `${registry.url}/evil.tgz` };
  for (const says of [{ ...dist, integrity }, dist]) {
    const versions = { [version]: { name: node, version, dist: says } };
    registry.files.set(`/${node}`, JSON.stringify({ name: node, versions }));
    const cache = temporary();
    const tried = run(
      { node: oldNode, npm: `#!/bin/sh\nexec '${process.execPath}' '${npmProgram}' "$@"\n`, curl },
      {
        env: {
          VIGIL_CACHE: cache,
          npm_config_registry: registry.url,
          npm_config_fetch_retries: "0",
        },
      },
    );
    const { code, err } = await tried;
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/is not what tools\/\.node-integrity pins; it was thrown away/),
    ]);
    expect(err).toMatch(/wanted sha512-\S+ but got sha512-/);
    // No other place is tried instead, and nothing stays.
    expect(existsSync(join(tried.bin, "curl.log"))).toBe(false);
    expect([readdirSync(join(cache, "tmp")), readdirSync(join(cache, "node"))]).toEqual([[], []]);
  }
});

test("every Node that npm has is pinned", () => {
  const pins = readFileSync(join(checkout, "tools/.node-integrity"), "utf8");
  for (const platform of ["linux-x64", "linux-arm64"]) {
    expect(pins).toMatch(new RegExp(`^${version} ${platform} sha512-[\\w+/]{86}==$`, "m"));
  }
});

test("two at once both work", async () => {
  const env = { VIGIL_CACHE: temporary() };
  const both = await Promise.all([1, 2].map(() => run({ node: oldNode, npm }, { env })));
  // One may begin when the other has ended, and then has nothing to say.
  const fine = { code: 0, err: expect.stringMatching(/^([^\n]*\n)?$/) as string };
  expect(both).toMatchObject([fine, fine]);
  expect(readdirSync(join(env.VIGIL_CACHE, home))).toEqual(["bin"]);
  expect(readdirSync(join(env.VIGIL_CACHE, "tmp"))).toEqual([]);
});

test("without npm it comes from nodejs.org, verified", async () => {
  const failing = "#!/bin/sh\necho 'npm error no registry' >&2; exit 1\n";
  const got = run({ node: oldNode, npm: failing, curl }, { env: { VIGIL_CACHE: temporary() } });
  expect(await got).toMatchObject({ code: 0, err: expect.stringMatching(/^[^\n]*\n$/) as string });
  expect(
    readFileSync(join(got.bin, "curl.log"), "utf8")
      .split("\n")
      .map((url) => dirname(url)),
  ).toContain(`https://nodejs.org/dist/v${version}`);
  const env = { VIGIL_CACHE: temporary(), SPOIL: "1" };
  const { code, err } = await run({ node: oldNode, npm: failing, curl }, { env });
  expect(code).toBe(1);
  expect(err).toMatch(/does not match its published checksum and was thrown away/);
  expect(readdirSync(join(env.VIGIL_CACHE, "tmp"))).toEqual([]);
});

test("when no Node can be obtained, it says why and what to do", async () => {
  const failing = (text: string) => `#!/bin/sh\necho '${text}' >&2; exit 1\n`;
  const programs = {
    node: oldNode,
    npm: failing("npm error network"),
    curl: failing("curl: (6) no host"),
  };
  const { code, err } = await run(programs, { env: { VIGIL_CACHE: temporary() } });
  expect(code).toBe(1);
  expect(err).toContain("npm: npm error network");
  expect(err).toContain("nodejs.org: curl: (6) no host");
  expect(err).toContain("Install Node 22.18 or later");
});

test("a cache that cannot be written to is named", async () => {
  const file = join(write(temporary(), { file: "" }), "file");
  const { code, err } = await run({ node: oldNode, npm }, { env: { VIGIL_CACHE: file } });
  expect(code).toBe(1);
  expect(err).toContain(`the cache ${file} cannot be written to`);
});

describe("a cache that everybody may write to", () => {
  const planted = () => {
    const cache = write(temporary(), {
      "tiny/1.2.3-x/.vigil.json": "{}",
      "tiny/1.2.3-x/tiny": program("planted"),
      "locks/x.lock": "",
      "mine/notes.txt": "of somebody else's",
    });
    return cache;
  };

  it("is not used, and is emptied of what is Vigil's by the command that is offered", async () => {
    const cache = planted();
    chmodSync(join(cache, "tiny"), 0o777);
    const refused = await run(withNode, { env: { VIGIL_CACHE: cache } });
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`everybody may write to ${join(cache, "tiny")}`);
    expect(refused.err).toContain(`got again: '${checkout}/vigil' tools --anew\n`);
    const args = ["tools", "--anew", "--help"];
    const { code } = await run(withNode, { args, env: { VIGIL_CACHE: cache } });
    expect(code).toBe(0);
    expect(readdirSync(cache).filter((name) => name !== "compile")).toEqual(["mine"]);
  });

  it("is found also where Node keeps what it compiled, of which only folders are looked at", async () => {
    const cache = planted();
    write(cache, { "compile/v24/one": "" });
    chmodSync(join(cache, "compile/v24/one"), 0o666);
    expect((await run(withNode, { env: { VIGIL_CACHE: cache } })).code).toBe(0);
    chmodSync(join(cache, "compile/v24"), 0o777);
    const refused = await run(withNode, { env: { VIGIL_CACHE: cache } });
    expect(refused.err).toContain(`everybody may write to ${join(cache, "compile/v24")}`);
  });

  it("is left alone where it is everybody's by intention, whatever is asked", async () => {
    const cache = planted();
    chmodSync(cache, 0o1777);
    const args = ["tools", "--anew", "--help"];
    const { code, err } = await run(withNode, { args, env: { VIGIL_CACHE: cache } });
    expect(code).toBe(1);
    expect(err).toContain("→ That folder is not yours alone; this one is: unset VIGIL_CACHE");
    expect(readdirSync(cache).sort()).toEqual(["locks", "mine", "tiny"]);
  });
});

test("the script and the program agree where the cache is", async () => {
  for (const env of [{ XDG_CACHE_HOME: temporary() }, { HOME: temporary() }]) {
    expect((await run({ node: oldNode, npm }, { env })).code).toBe(0);
    expect(existsSync(join(cacheFolder(env), home))).toBe(true);
  }
});

test("without HOME the home folder of the account is used", async () => {
  const { code } = await run(withNode, { env: { HOME: undefined, VIGIL_CACHE: temporary() } });
  expect(code).toBe(0);
});

test("Ctrl-C ends it with 130 and leaves nothing running", async () => {
  const folder = temporary();
  const hanging = `#!/bin/sh\necho $$ >${folder}/pid\nexec sleep 600\n`;
  const bin = write(temporary(), { ...withNode, node_exporter: hanging });
  const child = spawn(join(checkout, "vigil"), ["doctor"], {
    env: { HOME: folder, VIGIL_CACHE: folder, PATH: `${bin}:/usr/bin:/bin` },
    stdio: "ignore",
  });
  while (!existsSync(join(folder, "pid"))) await sleep(20);
  const ended = new Promise((resolve) => child.on("exit", resolve));
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  const probe = Number(readFileSync(join(folder, "pid"), "utf8"));
  const lives = () => {
    try {
      return process.kill(probe, 0);
    } catch {
      return false;
    }
  };
  while (lives()) await sleep(20);
});
