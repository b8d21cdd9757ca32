import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { adoptRecord } from "../../../cli/state/adopt.ts";
import { groundProblems } from "../../../cli/reality.ts";
import { careForState, copyOf, keepCopy, setAside } from "../../../cli/state/care.ts";
import type { StackHome } from "../../../cli/state/home.ts";
import { readRecord, recordFile } from "../../../cli/state/record.ts";
import { requireRoom } from "../../../cli/state/room.ts";
import { lockFolder, runsOf } from "../../../cli/state/runs.ts";
import { inTurn } from "../../../cli/state/turn.ts";
import { ownerName } from "../../../lib/owner.ts";
import { writeWhole } from "../../../lib/write.ts";
import type { Progress } from "../../../lib/progress.ts";
import { silent } from "../../../lib/progress.ts";
import { later, temporary, write } from "../../kit/workshop.ts";

const engine = ".vigil/state/.pulumi";
const record = (pending: unknown[] = []): string =>
  JSON.stringify({
    version: 3,
    checkpoint: {
      latest: { resources: [{ type: "vigil:index:Process" }], pending_operations: pending },
    },
  });

/** The state of stack `test` with these files in the engine's folder. */
function stateWith(files: Readonly<Record<string, string>>): StackHome {
  const root = temporary();
  write(join(root, engine), { "meta.yaml": "version: 1\n", ...files });
  return { root, stack: "test", own: true, configFile: undefined, env: {} };
}

/** Progress that keeps its notes. */
function listening(): { progress: Progress; notes: string[] } {
  const notes: string[] = [];
  return { notes, progress: { ...silent, note: (text) => void notes.push(text) } };
}

const stateFile = "stacks/vigil/test.json";
const inEngine = (home: StackHome, path: string): string => join(home.root, engine, path);
const textOf = (home: StackHome, path: string): string =>
  readFileSync(inEngine(home, path), "utf8");

/** Something that runs and has the engine's name in its command line. */
function pulumi() {
  const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)", "pulumi"]);
  later(() => child.kill());
  return child;
}

async function deadPid(): Promise<number> {
  const child = spawn("true");
  await new Promise((resolve) => child.on("exit", resolve));
  return child.pid ?? 0;
}

describe("a record that was copied along with its checkout", () => {
  const processIn = (home: string) => ({
    type: "vigil:index:Process",
    inputs: { home, name: "node" },
    outputs: { home, name: "node", running: true },
  });
  const recordOf = (home: string): string =>
    JSON.stringify({ version: 3, checkpoint: { latest: { resources: [processIn(home)] } } });
  const homesIn = (text: string) => [...text.matchAll(/"home": ?"(.*?)"/g)].map(([, home]) => home);

  it("is about the copy from then on, and of what was copied along only the data is kept", async () => {
    const elsewhere = recordOf("/elsewhere/.vigil/test");
    const home = stateWith({ [stateFile]: elsewhere, [`${stateFile}.attrs`]: "{}" });
    const here = join(home.root, ".vigil/test");
    write(here, {
      "services/node/web.yml": "",
      "supervisor/fragments/node.json": "",
      "data/x": "",
    });
    const { notes, progress } = listening();
    await adoptRecord(home, progress);
    expect(homesIn(textOf(home, stateFile))).toEqual([here, here]);
    expect(existsSync(inEngine(home, `${stateFile}.attrs`))).toBe(false);
    expect(readdirSync(here)).toEqual(["data"]);
    expect(notes).toEqual([expect.stringContaining("belonged to /elsewhere/.vigil/test")]);
    await adoptRecord(home, progress);
    expect(notes).toHaveLength(1);
  });

  it("is left as it is where it is about its own folder", async () => {
    const home = stateWith({});
    const text = recordOf(join(home.root, ".vigil/test"));
    write(home.root, { [`${engine}/${stateFile}`]: text, ".vigil/test/services/node/web.yml": "" });
    await adoptRecord(home, silent);
    expect(textOf(home, stateFile)).toBe(text);
    expect(readdirSync(join(home.root, ".vigil/test"))).toEqual(["services"]);
  });
});

describe("the record of a stack", () => {
  it.each([
    ["absent", undefined, { state: "absent" }],
    ["empty", "", { state: "broken", why: "it is empty" }],
    ["cut off", record().slice(0, -9), { state: "broken", why: "it is cut off or damaged" }],
    ["of something else", "{}", { state: "broken", why: "it holds something else" }],
    ["new", '{"version":3,"checkpoint":{"latest":null}}', { state: "readable" }],
    ["whole", record([{ type: "creating" }]), { state: "readable" }],
  ])("may be %s", async (_how, text, expected) => {
    const home = stateWith(text === undefined ? {} : { [stateFile]: text });
    expect(await readRecord(recordFile(home))).toMatchObject(expected);
  });

  it("tells the operations that never ended, and what it holds", async () => {
    const home = stateWith({ [stateFile]: record([{ type: "creating" }]) });
    expect(await readRecord(recordFile(home))).toMatchObject({
      record: { containers: [], containerIds: [], pending: 1, types: ["vigil:index:Process"] },
    });
  });
});

it("tells the containers of the core, which are looked for on its engine, from those of other targets", async () => {
  const container = (name: string, provider: string): object => ({
    type: "docker:index/container:Container",
    inputs: { name },
    provider: `urn:pulumi:test::vigil::vigil:index:Monitoring$pulumi:providers:docker::${provider}::00c0-1`,
  });
  const resources = [
    container("vigil-test-node", "docker"),
    container("vigil-test-node-edge", "docker-edge"),
  ];
  const text = JSON.stringify({ version: 3, checkpoint: { latest: { resources } } });
  expect(await readRecord(recordFile(stateWith({ [stateFile]: text })))).toMatchObject({
    record: { containers: ["vigil-test-node"] },
  });
});

describe("before the engine meets the state", () => {
  const lock = "locks/organization/vigil/test/a.json";

  it("what a full disk left of it is told and removed", async () => {
    const home = stateWith({
      [lock]: "",
      [`${lock}.18ec.tmp`]: "",
      [stateFile]: record(),
      [`${stateFile}.attrs`]: "",
      "stacks/vigil/other.json.attrs": '{"user.content_type":"text/plain"}',
      "meta.yaml": "",
    });
    const { notes, progress } = listening();
    await careForState(home, progress);
    expect(readdirSync(lockFolder(home))).toEqual([]);
    expect(readdirSync(dirname(recordFile(home))).sort()).toEqual([
      "other.json.attrs",
      "test.json",
    ]);
    expect(textOf(home, "meta.yaml")).toBe("version: 1\n");
    expect(notes.sort()).toEqual([
      "Removed a leftover of a run that did not finish: a.json",
      "Removed a leftover of a run that did not finish: a.json.18ec.tmp",
    ]);
  });

  it("nothing is touched while an engine is at work, for whichever stack", async () => {
    const busy = "locks/organization/vigil/other/b.json";
    const elsewhere = JSON.stringify({ pid: 1, hostname: "elsewhere" });
    const home = stateWith({ [busy]: elsewhere, [`${stateFile}.x.tmp`]: "", [stateFile]: "" });
    await careForState(home, silent);
    expect(textOf(home, `${stateFile}.x.tmp`)).toBe("");
  });

  const copies = ["backups/vigil/test/test.1.json", `${stateFile}.bak`];
  it.each(["", "{", record().slice(0, 30)])(
    "a record that is %j is replaced by the newest copy that can be read",
    async (broken) => {
      const home = stateWith({
        [stateFile]: broken,
        [`${stateFile}.attrs`]: '{"md5":"of the broken one"}',
        [copies[0] ?? ""]: record([{ older: true }]),
        [copies[1] ?? ""]: record([{ newer: true }]),
      });
      write(home.root, { ".vigil/kept/test.json": "" });
      utimesSync(inEngine(home, copies[0] ?? ""), 1000, 1000);
      utimesSync(inEngine(home, copies[1] ?? ""), 2000, 2000);
      const { notes, progress } = listening();
      await careForState(home, progress);
      expect(textOf(home, stateFile)).toBe(record([{ newer: true }]));
      expect(existsSync(inEngine(home, `${stateFile}.attrs`))).toBe(false);
      expect(notes.join()).toMatch(/could not be read \(.*the copy of 1970-01-01T00:33:20/);
    },
  );

  it("with no copy left the stack begins again, and the broken record is kept aside", async () => {
    const home = stateWith({ [stateFile]: "", [`${stateFile}.bak`]: "" });
    const { notes, progress } = listening();
    await careForState(home, progress);
    expect(await readRecord(recordFile(home))).toEqual({ state: "absent" });
    expect(notes.join()).toContain("starts from scratch");
  });

  it("our own copy outlives the engine's", async () => {
    const home = stateWith({ [stateFile]: record() });
    await keepCopy(home);
    expect(statSync(copyOf(home)).mode & 0o777).toBe(0o600);
    writeFileSync(recordFile(home), "");
    await careForState(home, silent);
    expect(textOf(home, stateFile)).toBe(record());
  });

  it("a record that was removed on purpose does not come back", async () => {
    const home = stateWith({ [stateFile]: record() });
    await keepCopy(home);
    expect(await setAside(home)).toMatch(/kept\/test\..*\.json$/);
    await careForState(home, silent);
    expect(await readRecord(recordFile(home))).toEqual({ state: "absent" });
  });

  it("history does not grow for ever", async () => {
    const many: [string, string][] = Array.from({ length: 50 }, (_, n) => [
      `backups/vigil/test/test.${100 + n}.json`,
      "{}",
    ]);
    const home = stateWith({ [stateFile]: record(), ...Object.fromEntries(many) });
    await careForState(home, silent);
    const left = readdirSync(inEngine(home, "backups/vigil/test"));
    expect([left.length, left.at(-1)]).toEqual([40, "test.149.json"]);
  });
});

describe("runs that hold a stack", () => {
  const lockOf = (owner: object): StackHome =>
    stateWith({
      "locks/organization/vigil/test/a.json": JSON.stringify(owner),
      "locks/organization/vigil/test/a.json.attrs": "{}",
    });
  const stateOf = async (owner: object) => (await runsOf(lockOf(owner))).map(({ state }) => state);

  it("are dead, elsewhere or alive; another program with the same pid is not one", async () => {
    expect(await stateOf({ pid: await deadPid(), hostname: hostname() })).toEqual(["dead"]);
    expect(await stateOf({ pid: await deadPid(), hostname: "elsewhere" })).toEqual(["elsewhere"]);
    expect(await stateOf({ pid: process.pid, hostname: hostname() })).toEqual(["dead"]);
    const child = pulumi();
    expect(await stateOf({ pid: child.pid, hostname: hostname() })).toEqual(["alive"]);
    expect(await runsOf(stateWith({}))).toEqual([]);
  });

  it("are waited for: the engine of a killed vigil goes on alone", async () => {
    const child = pulumi();
    const home = lockOf({ pid: child.pid, hostname: hostname(), timestamp: "12:00" });
    const { notes, progress } = listening();
    let worked = false;
    const turn = inTurn(home, progress, () => Promise.resolve((worked = true)));
    while (notes.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect([worked, notes]).toEqual([
      false,
      [
        `The engine of an earlier run (process ${child.pid}, since 12:00) is still working on stack test; waiting until it ends.`,
      ],
    ]);
    child.kill();
    await turn;
    expect(worked).toBe(true);
  });

  it("two of ours take turns", async () => {
    const home = stateWith({});
    const { notes, progress } = listening();
    const order: string[] = [];
    const first = inTurn(home, progress, async () => {
      order.push("first");
      while (notes.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      order.push("first ends");
    });
    while (order.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([first, inTurn(home, progress, () => Promise.resolve(order.push("second")))]);
    expect(order).toEqual(["first", "first ends", "second"]);
    expect(notes).toEqual([
      `Another run (process ${process.pid}) is changing stack test; waiting until it ends.`,
    ]);
  });

  it("of a machine that has another name now is waited for no longer than it is silent", async () => {
    const home = stateWith({});
    write(home.root, { ".vigil/test.lock": "once.1.0" });
    const { notes, progress } = listening();
    const turn = inTurn(home, progress, () => Promise.resolve("done"));
    while (notes.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(notes).toEqual([
      "Another run (process 1 on once) is changing stack test; waiting until it ends.",
      "  If it was killed, this one continues within a minute.",
    ]);
    utimesSync(join(home.root, ".vigil/test.lock"), new Date(0), new Date(0));
    expect(await turn).toBe("done");
  });

  it("on another machine are said, with the command that takes a dead one's lock away", async () => {
    const home = lockOf({ pid: 1, hostname: "elsewhere", username: "ada", timestamp: "noon" });
    await expect(inTurn(home, silent, () => Promise.resolve())).rejects.toMatchObject({
      details: ["ada on elsewhere, process 1, since noon. Nothing was changed."],
      advice: [expect.stringMatching(/: STACK=test \.\/vigil pulumi cancel --yes$/)],
    });
  });
});

test("a file that is a link to one elsewhere stays a link", async () => {
  const folder = write(temporary(), { "dotfiles/Pulumi.test.yaml": "old\n" });
  const link = join(folder, "Pulumi.test.yaml");
  symlinkSync("dotfiles/Pulumi.test.yaml", link);
  await writeWhole(link, "new\n");
  expect(readlinkSync(link)).toBe("dotfiles/Pulumi.test.yaml");
  expect(readFileSync(join(folder, "dotfiles/Pulumi.test.yaml"), "utf8")).toBe("new\n");
});

test("what somebody who was killed had begun to write is gone after the next time, and nothing else", async () => {
  const dead = `Pulumi.test.yaml.${ownerName(spawnSync("true").pid)}.draft`;
  const others = [`Pulumi.test.yaml.${ownerName(process.ppid)}.draft`, `Pulumi.test2.yaml.draft`];
  const folder = write(
    temporary(),
    Object.fromEntries([dead, ...others].map((name) => [name, "secure: v1:x\n"])),
  );
  await writeWhole(join(folder, "Pulumi.test.yaml"), "new\n");
  expect(readdirSync(folder).sort()).toEqual(["Pulumi.test.yaml", ...others].sort());
});

const asRoot = process.getuid?.() === 0 && process.platform === "linux" ? describe : describe.skip;

asRoot("on a disk that is full", () => {
  /** A state on a small disk of its own. */
  function onDisk(size: string, more = ""): StackHome {
    const root = temporary();
    mkdirSync(join(root, ".vigil"));
    execFileSync("mount", [
      "-t",
      "tmpfs",
      "-o",
      `size=${size}${more}`,
      "tmpfs",
      join(root, ".vigil"),
    ]);
    later(() => execFileSync("umount", [join(root, ".vigil")]));
    return { root, stack: "test", own: true, configFile: undefined, env: {} };
  }

  it("a run does not begin, and says what is missing", async () => {
    await expect(requireRoom(onDisk("2m"))).rejects.toMatchObject({
      message: expect.stringContaining("not enough disk space") as string,
      details: ["2 MB free, 4 MB needed.", "Nothing was changed."],
    });
    await requireRoom(onDisk("30m"));
  });

  it("that it can hold no more files is said before a run begins, and while an estate runs", async () => {
    const home = onDisk("30m", ",nr_inodes=15");
    await expect(requireRoom(home)).rejects.toMatchObject({
      details: [
        expect.stringMatching(/^\d+ more files can be created there \(inodes\), 300 are needed\.$/),
        "Nothing was changed.",
      ],
    });
    expect(await groundProblems(home.root, "test", "local")).toEqual([
      expect.stringContaining("has no inodes left (df -i)"),
    ]);
  });

  it("a file is written whole or stays as it was", async () => {
    const { root } = onDisk("64k");
    const path = join(root, ".vigil/Pulumi.test.yaml");
    await writeWhole(path, "config: {}\n", 0o644);
    await expect(writeWhole(path, "x".repeat(100_000))).rejects.toThrow(/ENOSPC/);
    expect(readFileSync(path, "utf8")).toBe("config: {}\n");
    expect(readdirSync(dirname(path))).toEqual(["Pulumi.test.yaml"]);
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });
});
