import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTree, removeIfEmpty, writeAtomic, writeTree } from "../../provider/process/files.ts";
import { exclusively } from "../../provider/process/lock.ts";
import { layoutOf } from "../../provider/process/layout.ts";
import { inOrder, isAlive, parsePs, stopAll } from "../../provider/process/marks.ts";
import {
  describe as inWords,
  parseListeners,
  parseLsof,
  requirePorts,
  strangersOn,
} from "../../provider/process/ports.ts";
import { parseReload } from "../../provider/process/reloads.ts";
import { hangUp } from "../../provider/process/supervisor.ts";
import { run } from "../../provider/process/tool.ts";
import { ownerName } from "../../lib/owner.ts";
import { cleanUp, eventually, freePort, startProgram } from "./helpers.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vigil-system-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

afterAll(cleanUp);

describe("files", () => {
  test("a tree is made exactly as wanted, and only what differs is touched", async () => {
    expect(await writeTree(folder, { a: "1", "b/c": "2", "b/d/e": "3" })).toEqual([
      "a",
      "b/c",
      "b/d/e",
    ]);
    expect(await writeTree(folder, { a: "1", "b/c": "2", "b/d/e": "3" })).toEqual([]);
    expect(await writeTree(folder, { a: "2", "b/c": "2" })).toEqual(["b/d/e", "a"]);
    expect(await readTree(folder)).toEqual({ a: "2", "b/c": "2" });
    expect(existsSync(join(folder, "b", "d"))).toBe(false);
    expect(await writeTree(folder, { b: "now a file" })).toEqual(["a", "b/c", "b"]);
  });

  test("a file that is not text of bearable size is described", async () => {
    await symlink("/etc/hostname", join(folder, "link"));
    await writeFile(join(folder, "large"), "");
    await truncate(join(folder, "large"), 2_000_000);
    expect(await readTree(folder)).toEqual({
      large: "[2000000 bytes]",
      link: "[not a regular file]",
    });
  });

  test("a file that cannot be put in place leaves nothing behind", async () => {
    await mkdir(join(folder, "target"));
    await expect(writeAtomic(join(folder, "target"), "x")).rejects.toThrow("target");
    await removeIfEmpty(join(folder, "target"));
    expect(await readTree(folder)).toEqual({});
  });
});

test("a home that another run changes is named, with what to do", async () => {
  const layout = layoutOf(folder);
  await writeFile(layout.lock, ownerName(process.ppid));
  await expect(exclusively(layout, () => Promise.resolve(), 0)).rejects.toThrow(
    `Another run is changing this machine: process ${process.ppid} has held ${layout.lock} for more than 0 s\nLet it finish, or end it, and run again.`,
  );
});

describe("ports", () => {
  const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2382 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1
   1: 0100007F:2382 0100007F:A000 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1
   2: 00000000000000000000000000000000:2382 00000000000000000000000000000000:0000 0A 0:0 00:0 0  0 0 4713 1

`;

  test("listeners are read from the kernel's table", () => {
    expect(parseListeners(tcp, 9090)).toEqual([
      { inode: "4711", user: 1000 },
      { inode: "4713", user: 0 },
    ]);
    expect(parseListeners(tcp, 9091)).toEqual([]);
  });

  test("and from lsof where there is no such table", () => {
    expect(parseLsof("p12\ncnode\nu501\nf20\np13\ncother\n")).toEqual([
      { pid: 12, command: "node", user: 501 },
      { pid: 13, command: "other", user: undefined },
    ]);
    expect(parseLsof("")).toEqual([]);
  });

  test("whoever cannot be seen is described as far as that goes", () => {
    expect(inWords({ pid: undefined, command: "", user: 7 })).toContain("user id 7");
    expect(inWords({ pid: undefined, command: "", user: undefined })).toContain("not visible");
  });

  test("of what is just ending are waited for, those of what stays are refused", async () => {
    const port = await freePort();
    const listener = (milliseconds: number): string =>
      `const s = require("net").createServer().listen(${port}, "127.0.0.1"); setTimeout(() => s.close(), ${milliseconds})`;
    const free = () => strangersOn(port, folder).then(({ length }) => length === 0);
    startProgram(process.execPath, ["-e", listener(1_500)], process.env);
    await eventually(async () => !(await free()));
    await requirePorts([port], folder, "node", "home");
    expect(await free()).toBe(true);
    startProgram(process.execPath, ["-e", listener(60_000)], process.env);
    await eventually(async () => !(await free()));
    await expect(requirePorts([port], folder, "node", "home")).rejects.toThrow(
      `node cannot use port ${port}`,
    );
  });

  test("of another process are a stranger's whatever the name", async () => {
    const port = await freePort();
    const code = `require("net").createServer().listen(${port}, "127.0.0.1")`;
    const child = startProgram(process.execPath, ["-e", code], {
      ...process.env,
      VIGIL_SUPERVISED_HOME: folder,
      VIGIL_PROCESS: `${folder}:a`,
    });
    await eventually(async () => (await strangersOn(port, "/other")).length > 0);
    expect(await strangersOn(port, folder)).toEqual([]);
    expect(await strangersOn(port, folder, "a")).toEqual([]);
    expect((await strangersOn(port, folder, "b")).map(({ pid }) => pid)).toEqual([child.pid]);
  });
});

describe("reloads", () => {
  test("are read from the metrics of Prometheus and its kin", () => {
    const metrics = [
      "# HELP prometheus_config_last_reload_success_timestamp_seconds Timestamp.",
      "prometheus_config_last_reload_success_timestamp_seconds 1.7637e+09",
      "prometheus_config_last_reload_successful 1",
      "other_total 3",
      "",
    ].join("\n");
    expect(parseReload(metrics)).toEqual({ accepted: true, at: "1.7637e+09" });
    const refusing = metrics.replace("successful 1", 'successful{cluster="a"} 0');
    expect(parseReload(refusing)).toEqual({ accepted: false, at: "1.7637e+09" });
  });

  test("cannot be known of others", () => {
    expect(parseReload("other_total 3\n")).toBeUndefined();
    expect(parseReload("prometheus_config_last_reload_successful 1\n")).toBeUndefined();
  });
});

describe("processes", () => {
  test("marks are read from ps, values with spaces included", () => {
    const output = [
      "  501 node server.mjs 9090 PATH=/bin VIGIL_SUPERVISED_HOME=/a b/home VIGIL_PROCESS=/a b/home:web X=1",
      "  502 process-compose up VIGIL_SUPERVISED_HOME=/a b/home",
      "  503 other PATH=/bin",
      "",
    ].join("\n");
    expect(parsePs(output)).toEqual([
      { pid: 501, home: "/a b/home", process: "/a b/home:web" },
      { pid: 502, home: "/a b/home", process: undefined },
    ]);
  });

  test("come with their supervisor first, whatever numbers the system has left", () => {
    const of = (pid: number, process?: string) => ({ pid, home: "/home", process });
    const found = [of(10000, "a"), of(9970, "b"), of(9991), of(32, "c")];
    expect(inOrder(found).map(({ pid }) => pid)).toEqual([9991, 32, 9970, 10000]);
  });

  test("that ignore TERM are killed", async () => {
    const ready = join(folder, "ready");
    const code = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);
      require("fs").writeFileSync(${JSON.stringify(ready)}, "")`;
    const child = startProgram(process.execPath, ["-e", code]);
    await eventually(() => Promise.resolve(existsSync(ready)));
    const pid = child.pid as number;
    await stopAll([{ pid, home: folder, process: undefined }], 0.1);
    expect(await isAlive(pid)).toBe(false);
    await stopAll([{ pid: 999999999, home: folder, process: undefined }], 0);
    await expect(hangUp(999999999, folder, "web")).resolves.toBeUndefined();
  });

  test("run with few variables and end in time", async () => {
    process.env["PULUMI_CONFIG_PASSPHRASE_OF_THIS_TEST"] = "hidden";
    const { output } = await run("/usr/bin/env", [], { timeoutSeconds: 10 });
    delete process.env["PULUMI_CONFIG_PASSPHRASE_OF_THIS_TEST"];
    expect(output).toContain("PATH=");
    expect(output).not.toContain("hidden");
    const stuck = await run("sleep", ["60"], { timeoutSeconds: 0.1 });
    expect(stuck.code).toBeNull();
    await expect(run("/no/such", [], { timeoutSeconds: 1 })).rejects.toThrow("ENOENT");
  });
});
