import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { checkout, temporary, write } from "../kit/workshop.ts";

/** A checkout with the real `vigil`, and a command line that only says what environment it is given. */
function small(): string {
  const root = write(temporary(), {
    vigil: readFileSync(join(checkout, "vigil"), "utf8"),
    "tools/.node-version": readFileSync(join(checkout, "tools/.node-version"), "utf8"),
    "cli/vigil.ts": "process.stdout.write(JSON.stringify(process.env));\n",
  });
  chmodSync(join(root, "vigil"), 0o755);
  mkdirSync(join(root, "bin"));
  symlinkSync(process.execPath, join(root, "bin/node"));
  return root;
}

function start(root: string, env: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const all = { HOME: root, PATH: `${join(root, "bin")}:/usr/bin:/bin`, ...env };
  const text = execFileSync(join(root, "vigil"), ["x"], {
    env: all,
    encoding: "utf8",
    stdio: "pipe",
  });
  return JSON.parse(text) as NodeJS.ProcessEnv;
}

describe("behind a proxy", () => {
  const local = "127.0.0.1,localhost,::1";

  it.each([
    [{ http_proxy: "http://proxy:3128" }, local],
    [{ HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "example.com" }, `example.com,${local}`],
    [
      { http_proxy: "http://proxy:3128", no_proxy: "a.example", NO_PROXY: "b" },
      `a.example,${local}`,
    ],
  ])("with %j, this machine is asked directly", (env, expected) => {
    const { NO_PROXY, no_proxy } = start(small(), env);
    expect([no_proxy, NO_PROXY]).toEqual([expected, expected]);
  });

  it("that gRPC has of its own, too; without one nothing is set", () => {
    const env = { grpc_proxy: "http://proxy:3128", no_grpc_proxy: "c" };
    expect(start(small(), env)["no_grpc_proxy"]).toBe(`c,${local}`);
    expect(start(small())["no_proxy"]).toBeUndefined();
  });
});

/** What it says where it does not start. */
const refused = (root: string, env: Readonly<Record<string, string>>): string => {
  try {
    start(root, env);
    return "";
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
};

describe("a variable that was set for something else", () => {
  it("is named where nothing works with it, with what fixes that", () => {
    const root = small();
    expect(refused(root, { TMPDIR: "/not/there" })).toBe(
      "vigil: ✗ TMPDIR is /not/there, which is not a folder that can be written to; nothing was changed\n" +
        "vigil:   → unset TMPDIR, or make it: mkdir -p '/not/there'\n",
    );
    expect(refused(root, { NODE_OPTIONS: "--require /not/there.js" })).toBe(
      "vigil: ✗ Node does not start with NODE_OPTIONS='--require /not/there.js'; nothing was changed\n" +
        "vigil:   → unset NODE_OPTIONS\n",
    );
    expect(start(root, { TMPDIR: root, NODE_OPTIONS: "--no-deprecation" })).toMatchObject({
      TMPDIR: root,
      NODE_OPTIONS: "--no-deprecation",
    });
  });

  it("is told where PATH could not hold it", () => {
    const root = small();
    expect(refused(root, { VIGIL_CACHE: "/a:b" })).toMatch(/cannot have a colon.*\n.*is \/a:b\./);
  });

  it("never lets a certificate pass unchecked", () => {
    const env = start(small(), { NODE_TLS_REJECT_UNAUTHORIZED: "0" });
    expect(env).not.toHaveProperty("NODE_TLS_REJECT_UNAUTHORIZED");
  });
});

const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

asRoot("as an account that is a number only, as containers have them", () => {
  it("the engine gets the name and the home that it asks for", () => {
    // A stand-in for Node, which that account may not be able to reach.
    const says = `[ "$1" = --version ] && echo v24.0.0 || printf '{"HOME":"%s","USER":"%s"}' "$HOME" "$USER"`;
    const root = write(small(), { "own/node": `#!/bin/sh\n${says}\n` });
    chownSync(root, 54321, 54321);
    const text = execFileSync(join(root, "vigil"), ["x"], {
      env: { PATH: `${join(root, "own")}:/usr/bin:/bin` },
      encoding: "utf8",
      stdio: "pipe",
      uid: 54321,
      gid: 54321,
    });
    expect(JSON.parse(text)).toMatchObject({ HOME: join(root, ".vigil/home"), USER: "54321" });
  });
});

asRoot("as root", () => {
  it("by sudo in somebody else's checkout, nothing is written", () => {
    const root = small();
    chownSync(root, 4242, 4242);
    expect(refused(root, { SUDO_UID: "4242" })).toContain("belongs to user 4242");
    expect(existsSync(join(root, ".cache"))).toBe(false);
    // A container whose checkout is mounted from outside: there is nobody else there.
    expect(refused(root, {})).toBe("");
  });

  it("somebody else's state is left alone, by sudo or not", () => {
    const root = small();
    mkdirSync(join(root, ".vigil"));
    chownSync(join(root, ".vigil"), 4242, 4242);
    expect(refused(root, {})).toContain("Run it without sudo");
  });
});

test("a folder that was removed under the shell is not stood in", () => {
  const root = small();
  const gone = temporary();
  const line = `cd '${gone}' && rmdir '${gone}' && '${join(root, "vigil")}' x`;
  const env = { HOME: root, PATH: `${join(root, "bin")}:/usr/bin:/bin` };
  const text = execFileSync("bash", ["-c", line], { env, encoding: "utf8", stdio: "pipe" });
  expect(JSON.parse(text)).toMatchObject({ PWD: root });
});

describe("a reader that has seen enough", () => {
  const script = (outlivesReader: boolean, cwd: string): string => `
    process.stdout.on("error", () => undefined);
    const { attach } = await import(${JSON.stringify(join(checkout, "lib/attach.ts"))});
    const work = "seq 1 50000; sleep 0.2; seq 1 50000; touch done";
    await attach("sh", ["-ec", work], ${JSON.stringify({ cwd, outlivesReader })});
  `;
  const finished = (outlivesReader: boolean): boolean => {
    const folder = temporary();
    write(folder, { "run.mts": script(outlivesReader, folder) });
    const line = `'${process.execPath}' --disable-warning=ExperimentalWarning run.mts | head -n 1; wait`;
    execFileSync("bash", ["-c", `set -o pipefail; ${line}`], { cwd: folder, stdio: "pipe" });
    return existsSync(join(folder, "done"));
  };

  it("does not end the engine, which finishes its work", () => {
    expect(finished(true)).toBe(true);
  });

  it("ends what only shows something", () => {
    expect(finished(false)).toBe(false);
  });
});

test("what an engine advises for itself alone is not shown; all else is, to its last word", () => {
  const folder = temporary();
  const work = "printf 'one\\nrun x\\ntwo\\n'; echo aside >&2; printf 'end'; exit 3";
  write(folder, {
    "run.mts": `
      const { attach } = await import(${JSON.stringify(join(checkout, "lib/attach.ts"))});
      const options = { cwd: ".", hidden: /^run / };
      process.exitCode = await attach("sh", ["-ec", ${JSON.stringify(work)}], options);`,
  });
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "run.mts"],
    { cwd: folder, encoding: "utf8" },
  );
  expect([status, stdout, stderr]).toEqual([3, "one\ntwo\nend\n", "aside\n"]);
});
