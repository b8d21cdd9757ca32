import { spawn } from "node:child_process";
import {
  chmodSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { call, isUp, stateOf } from "../../provider/process/api.ts";
import { layoutOf } from "../../provider/process/layout.ts";
import { makeOwnFolder, requireOwnFolder } from "../../provider/process/own.ts";
import { reach } from "../../provider/process/reach.ts";
import { hangUp, start } from "../../provider/process/supervisor.ts";
import { requireOnPath } from "../../provider/process/tool.ts";
import { versionOf } from "../../tools/places/path.ts";
import { tools } from "../../tools/tools.ts";
import { cleanUp, eventually, startProgram } from "./helpers.ts";

/** Another user: things can be given to one by root alone. */
const other = 65534;
const isRoot = process.getuid?.() === 0;

const whereRoot = isRoot ? test : test.skip;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vigil-own-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

afterAll(cleanUp);

/** Somebody who answers like a supervisor, and keeps what is asked. */
async function falseSupervisor(socket: string): Promise<{ asked: string[]; close: () => void }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end(JSON.stringify({ status: "Running", pid: process.pid }));
  });
  await new Promise<void>((done) => server.listen(socket, done));
  return { asked, close: () => server.close() };
}

describe("a socket", () => {
  // Where this is not root, the folder is one that others may write to: the same may happen in it.
  test("in a folder that is not private to this user is never trusted", async () => {
    const layout = layoutOf(join(folder, "home"));
    mkdirSync(layout.supervisor, { recursive: true, mode: 0o700 });
    const { asked, close } = await falseSupervisor(layout.socket);
    expect(await isUp(layout)).toBe(true);
    expect(await stateOf(layout, "web")).toMatchObject({ status: "Running" });
    asked.length = 0;
    if (isRoot) lchownSync(layout.supervisor, other, other);
    else chmodSync(layout.supervisor, 0o777);
    const why = isRoot ? `belongs to user id ${other}` : "others can write to it";
    await expect(call(layout, "GET", "/live")).rejects.toThrow(why);
    await expect(call(layout, "POST", "/project/configuration")).rejects.toThrow(
      "cannot be trusted",
    );
    expect(await isUp(layout)).toBe(false);
    expect(await stateOf(layout, "web")).toBeUndefined();
    expect(asked).toEqual([]);
    // The way of macOS, which goes by the path.
    const direct = reach(layout.socket, () => Promise.resolve("spoken to"), "darwin");
    await expect(direct).rejects.toThrow(why);
    close();
  });

  // It was waited for, half a minute for each part, and the reason never told.
  whereRoot("in a folder of somebody else's is not waited for", async () => {
    const layout = layoutOf(join(folder, "home of mine"));
    mkdirSync(layout.supervisor, { recursive: true, mode: 0o700 });
    lchownSync(layout.supervisor, other, other);
    const error = await start(layout).catch(String);
    expect(error).toContain(`it belongs to user id ${other}`);
    expect(error).toContain(`sudo chown -R $(id -u) '${layout.supervisor}'`);
  });

  test("of this user's is reached by its path where the system has no other way", async () => {
    const path = join(folder, "socket");
    expect(await reach(path, (at) => Promise.resolve(at), "darwin")).toBe(path);
  });
});

describe("a folder", () => {
  test("in a place for everybody is made for this user alone, once", async () => {
    const path = join(folder, "made");
    await makeOwnFolder(path);
    await makeOwnFolder(path);
    chmodSync(path, 0o770);
    await expect(makeOwnFolder(path)).rejects.toThrow("others can write to it");
  });

  test("that is a file is none", async () => {
    writeFileSync(join(folder, "file"), "");
    await expect(makeOwnFolder(join(folder, "file"))).rejects.toThrow("it is not a folder");
  });

  test("is reached over the user's own links", async () => {
    mkdirSync(join(folder, "disk"), { mode: 0o700 });
    symlinkSync(join(folder, "disk"), join(folder, "home"));
    await expect(requireOwnFolder(join(folder, "home"))).resolves.toBeUndefined();
  });

  // Only root can give a link to somebody else, and play that.
  whereRoot("is not reached over a link of another user's", async () => {
    mkdirSync(join(folder, "disk", "home"), { recursive: true, mode: 0o700 });
    symlinkSync(join(folder, "disk"), join(folder, "link"));
    lchownSync(join(folder, "link"), other, other);
    chmodSync(join(folder, "disk", "home"), 0o755);
    const whose = `link ${join(folder, "link")} belongs to user id ${other}`;
    await expect(requireOwnFolder(join(folder, "link", "home"))).rejects.toThrow(whose);
    await expect(makeOwnFolder(join(folder, "link", "home"))).rejects.toThrow(whose);
  });
});

test("a process that is not the supervised one gets no signal", async () => {
  const child = startProgram("sleep", ["600"]);
  let ended = false;
  child.on("exit", () => (ended = true));
  await hangUp(child.pid ?? 0, folder, "web");
  const marked = spawn("sleep", ["600"], {
    env: { ...process.env, VIGIL_SUPERVISED_HOME: folder, VIGIL_PROCESS: `${folder}:web` },
  });
  const gone = new Promise((done) => {
    marked.on("exit", (_code, signal) => {
      done(signal);
    });
  });
  await eventually(async () => {
    await hangUp(marked.pid ?? 0, folder, "web");
    return marked.signalCode !== null;
  });
  expect([await gone, ended]).toEqual(["SIGHUP", false]);
});

test("process-compose, asked for its version, writes over no link in the temp dir", async () => {
  const victim = join(folder, "victim");
  writeFileSync(victim, "precious");
  const path = requireOnPath("process-compose");
  const env = { ...process.env, TMPDIR: folder, USER: "somebody" };
  for (const name of [userInfo().username, "somebody"]) {
    const link = join(folder, `process-compose-${name}.log`);
    rmSync(link, { force: true });
    symlinkSync(victim, link);
  }
  expect(await versionOf(tools["process-compose"], path, env)).toBe("1.64.1");
  expect(readFileSync(victim, "utf8")).toBe("precious");
});
