import { mkdtemp, readdir, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkedFiles } from "../../provider/resources/checked-files.ts";
import { process as resource } from "../../provider/resources/process.ts";
import { createProvider } from "../../provider/dispatch.ts";
import { secret, unknownText, type Raw } from "../../provider/values.ts";
import {
  cleanUp,
  fixture,
  freePort,
  identity,
  requireTools,
  temporaryHome,
  withPath,
} from "./helpers.ts";

beforeAll(() => {
  requireTools("promtool", "amtool");
});

afterAll(cleanUp);

const checks = [
  { binary: "promtool", args: ["check", "config", "prometheus.yml"] },
  { binary: "promtool", args: ["check", "rules", "rules/all.yml"] },
];
const rules = "groups: [{ name: a, rules: [{ alert: A, expr: up == 0 }] }]\n";
const prometheus = "rule_files: [/etc/prometheus/rules/*.yml]\n";
const good = {
  name: "prometheus",
  folder: "/etc/prometheus",
  files: { "prometheus.yml": prometheus, "rules/all.yml": rules },
  checks,
};

const reasonOf = async (inputs: Raw): Promise<string> =>
  (await checkedFiles.check({}, inputs)).failures.map(({ reason }) => reason).join("\n");

describe("checked files", () => {
  test("become a hash when their tools accept them", async () => {
    const { inputs, failures } = await checkedFiles.check({}, good);
    expect(failures).toEqual([]);
    expect(inputs).toEqual({
      name: "prometheus",
      hash: expect.stringMatching(/^[0-9a-f]{64}$/u) as string,
    });
    const again = await checkedFiles.check({}, good);
    expect(again.inputs).toEqual(inputs);
    const { id, outs } = await checkedFiles.create(inputs);
    expect(id).toBe("prometheus");
    expect(await checkedFiles.diff(outs, inputs)).toEqual({ changes: {} });
    const other = { ...inputs, hash: "other" };
    expect(await checkedFiles.diff(outs, other)).toEqual({ changes: { hash: "update" } });
    expect(await checkedFiles.update(id, outs, other)).toEqual(other);
    expect(await checkedFiles.read(id, outs, outs)).toEqual({ id, props: outs, inputs: outs });
    await expect(checkedFiles.delete(outs)).resolves.toBeUndefined();
  });

  test("are told of by what is wrong alone, however many files are good", async () => {
    const many = Array.from({ length: 60 }, (_, index) => [`rules/a${index}.yml`, rules]);
    const bad = { "rules/mine.yml": rules.replace("up == 0", "up ==") };
    const files = { ...good.files, ...(Object.fromEntries(many) as object), ...bad };
    const reason = await reasonOf({ ...good, checks: checks.slice(0, 1), files });
    expect(reason).toMatch(/rules\/mine\.yml/);
    expect(reason).toMatch(/could not parse expression/);
    expect(reason.split("\n").length).toBeLessThan(12);
    expect(reason).not.toContain("SUCCESS: 1 rules found");
  });

  test("are rejected with the tool's words and no trace of the copy", async () => {
    const files = { ...good.files, "rules/all.yml": rules.replace("up == 0", "up ==") };
    // A folder of its own: other tests, and runs that are killed, leave copies in the usual one.
    const before = process.env["TMPDIR"];
    const own = await mkdtemp(join(tmpdir(), "vigil-checks-test-"));
    process.env["TMPDIR"] = own;
    const reason = await reasonOf({ ...good, files }).finally(() => {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    });
    expect(reason).toContain("The files of prometheus are rejected");
    expect(reason).toContain("rules/all.yml");
    expect(reason).toContain("unexpected end of input");
    expect(reason).not.toContain(own);
    expect(await readdir(own)).toEqual([]);
    await rmdir(own);
  });

  test("give nothing secret away", async () => {
    const config = "route: { receiver: a }\nreceivers: [{ name: a, password: hunter2hunter2 }]\n";
    const reason = await reasonOf({
      name: "alertmanager",
      files: { "alertmanager.yml": secret(config), key: secret("hunter2hunter2") },
      checks: [{ binary: "amtool", args: ["check-config", "alertmanager.yml"] }],
    });
    expect(reason).toContain("field password not found");
    expect(reason).toContain("alertmanager.yml");
    expect(reason).not.toContain("hunter2");
  });

  test("wait while a file is unknown", async () => {
    const files = { ...good.files, "rules/all.yml": unknownText };
    const { inputs, failures } = await checkedFiles.check({}, { ...good, files });
    expect(failures).toEqual([]);
    expect(inputs["hash"]).toBe(unknownText);
  });

  test("need their tools, and paths that stay inside", async () => {
    const elsewhere = withPath("/var/empty", () => reasonOf({ ...good, name: "other" }));
    expect(await elsewhere).toContain("not in any folder of PATH");
    expect(await reasonOf({ ...good, files: { "../a": "" } })).toContain("below the folder");
    expect(await reasonOf({ ...good, files: { "/a": "" } })).toContain("below the folder");
    expect(await reasonOf({ ...good, checks: [{ binary: 1 }] })).toContain("a binary and args");
  });
});

describe("what is asked of the provider", () => {
  const marker = (folder: string): string => join(folder, "proof");

  test.each([
    ["a shell", "/bin/sh", (proof: string) => ["-c", `echo > ${proof}`]],
    ["a program by its path", "./promtool", () => ["check", "config", "prometheus.yml"]],
    ["a program of PATH that reads no configuration", "touch", (proof: string) => [proof]],
    ["Node, which is beside the tools", "node", (proof: string) => ["-e", `open("${proof}")`]],
    ["another command of a known tool", "promtool", () => ["tsdb", "list", "prometheus.yml"]],
    ["an option more", "promtool", () => ["check", "config", "--agent", "prometheus.yml"]],
    ["a file of the machine", "promtool", () => ["check", "config", "/etc/hostname"]],
    ["a file named like an option", "promtool", () => ["check", "config", "--agent"]],
  ])("is not a check where it is %s", async (_what, binary, args) => {
    const folder = await mkdtemp(join(tmpdir(), "vigil-checks-test-"));
    const check = { binary, args: args(marker(folder)) };
    const files = { ...good.files, "--agent": "" };
    expect(await reasonOf({ ...good, files, checks: [check] })).toContain("is not a check");
    const { home, ...process } = fixture(join(folder, "home"), "web", 1, await identity());
    const inputs = { ...process, home, files, checks: [check], onChange: {} } as unknown as Raw;
    // Asked for without the check that the engine makes first.
    await expect(resource.create(inputs)).rejects.toThrow("is not a check");
    await expect(resource.update("web", inputs, inputs)).rejects.toThrow("is not a check");
    expect(await readdir(folder)).toEqual([]);
    await rmdir(folder);
  });

  /** What is wrong with the names, which every call needs. */
  const names: [string, object][] = [
    ["absolute folder", { home: "/srv/../etc" }],
    ["lower-case letters", { name: "../../etc/cron.d" }],
  ];
  const inputsWith = async (wrong: object): Promise<Raw> => ({
    ...fixture(temporaryHome(), "web", 1, await identity()),
    ...wrong,
  });

  test.each<[string, object]>([
    ...names,
    ["is not a program", { binary: "/bin/sh" }],
    ["is not a program", { binary: "node" }],
    ["is not a program", { binary: "process-compose" }],
    ["LD_PRELOAD would load other code", { env: { LD_PRELOAD: "/tmp/other.so" } }],
    ["NODE_OPTIONS would load other code", { env: { NODE_OPTIONS: "--require=/tmp/x.js" } }],
    ["below the folder", { files: { "../../x": "" }, onChange: {} }],
  ])("is refused when it is done, too: %s in %j", async (reason, wrong) => {
    const inputs = await inputsWith(wrong);
    await expect(resource.create(inputs)).rejects.toThrow(reason);
    await expect(resource.update("web", inputs, inputs)).rejects.toThrow(reason);
  });

  test.each(names)(
    "is refused when it is looked at and removed, too: %s",
    async (reason, wrong) => {
      const inputs = await inputsWith(wrong);
      await expect(resource.read("web", inputs, inputs)).rejects.toThrow(reason);
      await expect(resource.delete(inputs)).rejects.toThrow(reason);
    },
  );
});

describe("inputs of a process", () => {
  test("are rejected in the preview by the tool that would read them", async () => {
    const base = fixture(temporaryHome(), "web", await freePort(), await identity());
    const files = { ...base.files, "prometheus.yml": "global: { scrape_interval: seven }\n" };
    const inputs = { ...base, files, checks: checks.slice(0, 1) } as unknown as Raw;
    const { failures } = await resource.check({}, inputs);
    expect(failures[0]?.reason).toContain('not a valid duration string: "seven"');
    await expect(resource.create(inputs)).rejects.toThrow("are rejected");
    await expect(resource.update("web", inputs, inputs)).rejects.toThrow("are rejected");
    const unknown = { ...inputs, files: { ...files, "tls.crt": unknownText } };
    expect((await resource.check({}, unknown)).failures).toEqual([]);
    const all = { ...inputs, files: unknownText, ports: [unknownText] };
    expect((await resource.check({}, all)).failures).toEqual([]);
  });

  test("are validated all at once", async () => {
    const base = fixture(temporaryHome(), "web", await freePort(), await identity());
    const wrong = {
      ...base,
      name: "Web Server",
      home: "relative/../home",
      binary: "",
      args: [1],
      env: { VIGIL_PROCESS: "x" },
      ports: [0],
      health: { ...base.health, url: "http://127.0.0.1/" },
      onChange: { "none.txt": "reload" },
    } as unknown as Raw;
    const { failures } = await resource.check({}, wrong);
    const named = failures.map(({ property }) => property).sort();
    expect(named).toEqual(
      ["name", "home", "binary", "args", "env", "ports", "health", "onChange"].sort(),
    );
    const bare = await resource.check({}, { ...wrong, health: "none", files: 1 });
    expect(bare.failures.map(({ property }) => property)).toContain("files");
  });

  test("another name or home replaces, the old one first", async () => {
    const base = fixture(temporaryHome(), "web", await freePort(), await identity());
    const state = { ...base, running: true } as unknown as Raw;
    const news = { ...base, name: "site", home: "/srv/other" } as unknown as Raw;
    expect(await resource.diff(state, news)).toEqual({
      changes: { name: "update", home: "update" },
      replaces: ["name", "home"],
      deleteBeforeReplace: true,
    });
  });
});

describe("the provider", () => {
  const provider = createProvider("1.2.3");
  const urn = "urn:pulumi:dev::vigil::vigil:Estate$vigil:index:Login::login";

  test("hands each operation to the resource of its urn", async () => {
    const inputs = { username: "vigil" };
    expect(provider.version).toBe("1.2.3");
    expect(await provider.check(urn, {}, inputs)).toEqual({ inputs, failures: [] });
    const { outs } = await provider.create(urn, inputs);
    expect(await provider.diff(urn, outs, inputs)).toEqual({ changes: {} });
    expect(await provider.read("vigil", urn, outs, inputs)).toMatchObject({ id: "vigil" });
    expect(await provider.update("vigil", urn, outs, inputs)).toEqual(outs);
    await expect(provider.delete(urn, outs)).resolves.toBeUndefined();
  });

  test("never names a property to the engine, which would print its value", async () => {
    const result = await provider.check(urn, {}, { username: "", password: secret("") });
    expect(result.failures).toEqual([
      { property: "", reason: expect.stringContaining("username: ") as string },
      { property: "", reason: expect.stringContaining("password: ") as string },
    ]);
  });

  test("knows its own types only", async () => {
    await expect(
      provider.check("urn:pulumi:dev::vigil::vigil:index:Other::x", {}, {}),
    ).rejects.toThrow('does not know the type "vigil:index:Other"');
    await expect(provider.check("nonsense", {}, {})).rejects.toThrow("does not know the type");
  });
});
