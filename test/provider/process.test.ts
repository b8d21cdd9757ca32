import { existsSync, statSync } from "node:fs";
import { appendFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { NotReadyError, type VigilError } from "../../provider/errors.ts";
import { isRunning, stateOf } from "../../provider/process/api.ts";
import { layoutOf } from "../../provider/process/layout.ts";
import { process as resource } from "../../provider/resources/process.ts";
import type { ProcessInputs, ProcessState } from "../../provider/types.ts";
import { reveal, type Raw } from "../../provider/values.ts";
import {
  cleanUp,
  eventually,
  fixture,
  freePort,
  greet,
  identity,
  password,
  pidsOf,
  requireTools,
  startProgram,
  temporaryHome,
  withPath,
  type Identity,
} from "./helpers.ts";

let own: Identity;

beforeAll(async () => {
  requireTools("process-compose", "node");
  own = await identity();
});

afterAll(cleanUp);

const rawOf = (inputs: ProcessInputs): Raw => inputs as unknown as Raw;

async function created(inputs: ProcessInputs): Promise<Raw> {
  const checked = await resource.check({}, rawOf(inputs));
  expect(checked.failures).toEqual([]);
  return (await resource.create(checked.inputs)).outs;
}

async function supplied(name = "web"): Promise<ProcessInputs> {
  return fixture(temporaryHome(), name, await freePort(), own);
}

function withFiles(inputs: ProcessInputs, files: Record<string, string>): ProcessInputs {
  return { ...inputs, files: { ...inputs.files, ...files } };
}

const errorOf = (work: Promise<unknown>): Promise<VigilError> =>
  work.then(
    () => {
      throw new Error("it should have failed");
    },
    (error: unknown) => error as VigilError,
  );

describe("a process", () => {
  test("lives through create, read, update and delete", async () => {
    const inputs = await supplied();
    const { home } = inputs;
    const state = await created(inputs);
    expect((await greet(inputs)).greeting).toBe("hello");
    expect(statSync(join(home, "services", "web")).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, "services", "web", "rules", "one.txt")).mode & 0o777).toBe(0o600);
    const log = join(home, "logs", "web.log");
    await eventually(async () => existsSync(log) && (await readFile(log, "utf8")) !== "");
    expect(await readFile(log, "utf8")).toContain("listening, green");
    await writeFile(join(home, "data", "web", "kept"), "");

    const found = await resource.read("web", state, state);
    expect(found.id).toBe("web");
    expect(found.props).toEqual(state);
    expect(found.inputs).toEqual(state);
    expect((await resource.diff(found.props, rawOf(inputs))).changes).toEqual({});
    expect(JSON.stringify(state)).toContain(password);
    expect((reveal(state) as ProcessState).health.password).toBe(password);

    const first = await greet(inputs);
    const reread = withFiles(inputs, { "rules/one.txt": "2" });
    let now = await resource.update("web", state, rawOf(reread));
    expect(await greet(inputs)).toEqual(first);

    const reload = withFiles(reread, { "greeting.txt": "good morning" });
    now = await resource.update("web", now, rawOf(reload));
    await eventually(async () => (await greet(inputs)).reloads === 1);
    expect(await greet(inputs)).toMatchObject({ greeting: "good morning", pid: first.pid });

    const fewer = Object.fromEntries(
      Object.entries(reload.files).filter(([path]) => path !== "rules/one.txt"),
    );
    const restart = {
      ...reload,
      args: [...inputs.args, "--price=$HOME ${x} {{ y }}"],
      files: fewer,
      onChange: { "greeting.txt": "reload" } as const,
    };
    now = await resource.update("web", now, rawOf(restart));
    const after = await greet(inputs);
    expect(after.pid).not.toBe(first.pid);
    expect(after.args.at(-1)).toBe("--price=$HOME ${x} {{ y }}");
    expect(existsSync(join(home, "services", "web", "rules"))).toBe(false);

    await resource.delete(now);
    expect(await pidsOf(home)).toEqual([]);
    expect(await pidsOf(home, "web")).toEqual([]);
    expect(await readdir(home, { recursive: true })).toEqual([
      "data",
      join("data", "web"),
      join("data", "web", "kept"),
    ]);
    await resource.delete(now);
    await rm(home, { recursive: true });
    await resource.delete(now);
    expect((await resource.read("web", now, now)).id).toBe("");
  });

  test("is never started twice, by whoever asks", async () => {
    const inputs = await supplied();
    const [one] = await Promise.all([created(inputs), created(inputs), created(inputs)]);
    await created(inputs);
    expect(await pidsOf(inputs.home, "web")).toHaveLength(1);
    expect(await pidsOf(inputs.home)).toHaveLength(1);
    await resource.delete(one);
  });

  test("stands beside others that a change does not touch", async () => {
    const first = await supplied("one");
    const second = fixture(first.home, "two", await freePort(), own);
    const [state, other] = await Promise.all([created(first), created(second)]);
    const before = await greet(second);
    const changed = withFiles(first, { "behaviour.txt": "better" });
    const now = await resource.update("one", state, rawOf(changed));
    expect(await greet(second)).toEqual(before);

    const rival = { ...second, name: "three", files: {}, onChange: {}, ports: first.ports };
    const refused = await errorOf(resource.create(rawOf(rival)));
    expect(refused.message).toContain("one of the same stack uses it");

    await resource.delete(now);
    expect(await greet(second)).toEqual(before);
    expect(await pidsOf(first.home, "one")).toEqual([]);
    await resource.delete(other);
    expect(existsSync(first.home)).toBe(false);
  });

  test("shows what was changed by hand, and the next update fixes it", async () => {
    const inputs = await supplied();
    const { home } = inputs;
    const state = await created(inputs);
    const folder = join(home, "services", "web");
    await appendFile(join(folder, "greeting.txt"), " by hand");
    await rm(join(folder, "rules", "one.txt"));
    await writeFile(join(folder, "extra.txt"), "extra");
    const project = layoutOf(home).project;
    const text = await readFile(project, "utf8");
    await writeFile(project, text.replace("HUE=green", "HUE=red"));

    const found = await resource.read("web", state, state);
    const { files, env } = reveal(found.inputs) as ProcessInputs;
    expect(files["greeting.txt"]).toBe("hello by hand");
    expect(files["extra.txt"]).toBe("extra");
    expect(files).not.toHaveProperty(["rules/one.txt"]);
    expect(env).toEqual({ HUE: "red" });
    expect((await resource.diff(found.props, rawOf(inputs))).changes).toEqual({
      "env.HUE": "update",
      'files["extra.txt"]': "delete",
      'files["greeting.txt"]': "update",
      'files["rules/one.txt"]': "add",
    });

    const pid = (await greet(inputs)).pid;
    const mended = await resource.update("web", found.props, rawOf(inputs));
    expect((await resource.read("web", mended, mended)).props).toEqual(mended);
    expect((await greet(inputs)).greeting).toBe("hello");

    await appendFile(join(folder, "greeting.txt"), " by hand");
    await rm(join(folder, "extra.txt"), { force: true });
    const again = await resource.update("web", mended, rawOf(inputs));
    await eventually(async () => (await greet(inputs)).reloads > 0);
    const steady = await greet(inputs);
    await appendFile(join(folder, "behaviour.txt"), " by hand");
    await resource.update("web", again, rawOf(inputs));
    expect((await greet(inputs)).pid).not.toBe(steady.pid);
    expect(pid).toBeGreaterThan(0);
    await resource.delete(again);
  });

  test("comes back after its supervisor was killed hard, with nothing running twice", async () => {
    const inputs = await supplied();
    const state = await created(inputs);
    const [supervisor] = await pidsOf(inputs.home);
    const [orphan] = await pidsOf(inputs.home, "web");
    process.kill(supervisor as number, "SIGKILL");
    await eventually(async () => (await pidsOf(inputs.home)).length === 0);

    const found = await resource.read("web", state, state);
    expect(reveal(found.props)).toMatchObject({ running: false });
    expect((await resource.diff(found.props, rawOf(inputs))).changes).toEqual({
      running: "update",
    });
    const now = await resource.update("web", found.props, rawOf(inputs));
    const [fresh, ...more] = await pidsOf(inputs.home, "web");
    expect(fresh).not.toBe(orphan);
    expect(more).toEqual([]);
    expect(await pidsOf(inputs.home)).toHaveLength(1);

    await rm(inputs.home, { recursive: true });
    await resource.delete(now);
    expect(await pidsOf(inputs.home, "web")).toEqual([]);
  });

  test.each([
    ["it starts", async (home: string) => (await pidsOf(home)).length > 0],
    [
      "it is waited for",
      async (home: string) =>
        (await pidsOf(home, "web")).length > 0 && !existsSync(layoutOf(home).lock),
    ],
  ])("is started again with its supervisor when that is killed while %s", async (_, reached) => {
    const inputs = withFiles(await supplied(), { "behaviour.txt": "deaf" });
    const waited = resource.create(rawOf(inputs));
    await eventually(() => reached(inputs.home));
    const supervisor = (await pidsOf(inputs.home))[0] as number;
    await writeFile(join(inputs.home, "services", "web", "behaviour.txt"), "well");
    process.kill(supervisor, "SIGKILL");
    const state = (await waited).outs;
    expect((await pidsOf(inputs.home))[0]).not.toBe(supervisor);
    expect(await pidsOf(inputs.home, "web")).toHaveLength(1);
    await resource.delete(state);
  });

  test("is stopped without its supervisor too", async () => {
    const inputs = await supplied("one");
    const other = fixture(inputs.home, "two", await freePort(), own);
    const [state, rest] = await Promise.all([created(inputs), created(other)]);
    const [supervisor] = await pidsOf(inputs.home);
    process.kill(supervisor as number, "SIGKILL");
    await eventually(async () => (await pidsOf(inputs.home)).length === 0);
    await resource.delete(state);
    expect(await pidsOf(inputs.home, "one")).toEqual([]);
    expect(await pidsOf(inputs.home, "two")).toHaveLength(1);
    await resource.delete(rest);
    expect(await pidsOf(inputs.home, "two")).toEqual([]);
  });

  test("works in a home too deep for a socket", async () => {
    const home = temporaryHome(join("d".repeat(60), "e".repeat(60)));
    const inputs = fixture(home, "web", await freePort(), own);
    const state = await created(inputs);
    expect(isRunning(await stateOf(layoutOf(home), "web"))).toBe(true);
    await resource.delete(state);
    expect(existsSync(layoutOf(home).socket)).toBe(false);
  });

  test("fills no disk with what strangers make it write", async () => {
    const inputs = withFiles(await supplied(), { "behaviour.txt": "loud" });
    const logs = join(inputs.home, "logs");
    await created(inputs);
    await eventually(async () =>
      (await readFile(join(logs, "web.log"), "utf8")).includes("listening"),
    );
    // Four of ten megabytes; an old one is removed a moment after the new one was begun.
    await eventually(async () => (await readdir(logs)).length <= 4);
    const sizes = (await readdir(logs)).map((file) => statSync(join(logs, file)).size);
    expect(sizes.length).toBeGreaterThan(1);
    for (const size of sizes) expect(size).toBeLessThanOrEqual(10 * 2 ** 20);
  });
});

describe("a process that cannot be", () => {
  test("names who has its port, in the preview already", async () => {
    const inputs = await supplied();
    const port = String(inputs.ports[0]);
    const listen = `require("net").createServer().listen(${port}, "127.0.0.1")`;
    const stranger = startProgram(process.execPath, ["-e", listen, "stranger"]);
    await eventually(async () => (await resource.check({}, rawOf(inputs))).failures.length > 0);
    const { failures } = await resource.check({}, rawOf(inputs));
    expect(failures[0]?.reason).toContain(`process ${stranger.pid ?? 0} (`);
    expect(failures[0]?.reason).toContain("stranger)");
    const refused = await errorOf(resource.create(rawOf(inputs)));
    expect(refused.message).toContain(`web cannot use port ${port}`);
    expect(existsSync(join(inputs.home, "services"))).toBe(false);
  });

  test("is refused with its last words when it never becomes ready", async () => {
    const base = await supplied();
    const inputs = withFiles(base, { "behaviour.txt": "crash" });
    const refused = await errorOf(resource.create(rawOf(inputs)));
    expect(refused).toBeInstanceOf(NotReadyError);
    expect(refused.message).toContain("exit code 3");
    expect(refused.message).toContain("cannot go on: the behaviour file says so");
    expect(refused.message).not.toContain(password);
    const kept = refused instanceof NotReadyError ? refused.properties : {};
    const well = await resource.update("web", kept, rawOf(base));
    expect(well["running"]).toBe(true);
    await resource.delete(well);
  });

  test("leaves the old one running when the new one does not work", async () => {
    const inputs = await supplied();
    const state = await created(inputs);
    const short = { ...inputs.health, timeoutSeconds: 2 };
    const deaf = withFiles({ ...inputs, health: short }, { "behaviour.txt": "deaf" });
    const refused = await errorOf(resource.update("web", state, rawOf(deaf)));
    expect(refused).not.toBeInstanceOf(NotReadyError);
    expect(refused.message).toContain("it answered 503");
    expect(refused.message).toContain("was put back and is ready");
    expect((await resource.read("web", state, state)).props).toEqual(state);
    expect((await greet(inputs)).greeting).toBe("hello");
    await resource.delete(state);
  });

  test("is put back when it refuses what it was told to read again", async () => {
    const base = await supplied();
    const health = { ...base.health, timeoutSeconds: 5 };
    const inputs = withFiles({ ...base, health }, { "behaviour.txt": "metrics" });
    const state = await created(inputs);
    const { pid } = await greet(inputs);

    const rude = withFiles(inputs, { "greeting.txt": "rude" });
    const refused = await errorOf(resource.update("web", state, rawOf(rude)));
    expect(refused).not.toBeInstanceOf(NotReadyError);
    expect(refused.message).toContain(
      "web does not accept its changed files: it keeps its previous ones",
    );
    expect(refused.message).toContain("will not say that to");
    expect(refused.message).not.toContain(password);
    expect(refused.message).toContain("was put back and is ready");
    expect((await resource.read("web", state, state)).props).toEqual(state);
    expect(await greet(inputs)).toMatchObject({ pid, greeting: "hello", reloads: 1 });

    const polite = withFiles(inputs, { "greeting.txt": "good day" });
    const now = await resource.update("web", state, rawOf(polite));
    expect(await greet(inputs)).toMatchObject({ pid, greeting: "good day", reloads: 2 });

    const hasty = { ...polite, health: { ...health, timeoutSeconds: 1 } };
    const dull = withFiles(hasty, { "greeting.txt": "dull" });
    const unheard = await errorOf(resource.update("web", now, rawOf(dull)));
    expect(unheard.message).toContain("it has not read them within 1 s");
    expect(await greet(inputs)).toMatchObject({ pid, greeting: "good day" });
    await resource.delete(now);
  });

  test("says so when the old one cannot be put back either", async () => {
    const inputs = await supplied();
    const state = await created(inputs);
    const short = { ...inputs.health, timeoutSeconds: 2 };
    const deaf = withFiles({ ...inputs, health: short }, { "behaviour.txt": "deaf" });
    const broken = { ...rawOf(inputs), binary: "no-such-program" };
    const refused = await errorOf(resource.update("web", broken, rawOf(deaf)));
    expect(refused.message).toContain("could not be put back: The provider refused");
    const now = { ...state, running: false };
    await resource.delete(now);
  });

  test("tells a wrong certificate from a wrong password", async () => {
    const inputs = await supplied();
    const other = await identity();
    const health = { ...inputs.health, ca: other.authority.certificate, timeoutSeconds: 1 };
    const refused = await errorOf(resource.create(rawOf({ ...inputs, health })));
    expect(refused.message).toMatch(/certificate/u);
    const login = { ...inputs.health, password: "wrong-password", timeoutSeconds: 1 };
    const denied = await errorOf(resource.create(rawOf({ ...inputs, health: login })));
    expect(denied.message).toContain("it answered 401");
    expect(denied.message).not.toContain("wrong-password");
    await resource.delete(rawOf(inputs));
  });

  test("is not started when its program is missing", async () => {
    const inputs = await supplied();
    const refused = await withPath("/var/empty", () => errorOf(resource.create(rawOf(inputs))));
    expect(refused.message).toContain("it is not in any folder of PATH");
  });

  test("says what the supervisor said when that does not start", async () => {
    const inputs = await supplied();
    const { socket, supervisor } = layoutOf(inputs.home);
    await mkdir(join(socket, "in-the-way"), { recursive: true });
    const refused = await errorOf(resource.create(rawOf(inputs)));
    expect(refused.message).toContain("did not start");
    await rm(supervisor, { recursive: true });
  });
});
