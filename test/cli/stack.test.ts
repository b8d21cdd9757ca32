import { defaultKind } from "../../components/targets/kinds.ts";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { targetOf } from "../../cli/engine.ts";
import { formatError } from "../../lib/errors.ts";
import { noBackend, openStack, unknownStack } from "../../cli/stack.ts";
import { keepConfig, withoutEmpty } from "../../cli/state/config-file.ts";
import type { StackHome } from "../../cli/state/home.ts";

const stackFile = "config:\n  vigil:environment: test\n  vigil:target: local\n";
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "vigil-stack-"));
  writeFileSync(join(root, "Pulumi.yaml"), "name: vigil\n");
  writeFileSync(join(root, "Pulumi.test.yaml"), stackFile);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const open = (env: NodeJS.ProcessEnv = {}): Promise<StackHome> =>
  openStack(root, "test", { PULUMI_HOME: join(root, ".pulumi"), ...env });

describe("the home of a stack's state", () => {
  it("is the project's own ignored folder, with a generated passphrase only its owner can read", async () => {
    const home = await open();
    expect(home.own).toBe(true);
    expect(home.env["PULUMI_BACKEND_URL"]).toBe(`file://${join(root, ".vigil/state")}`);
    const passphrase = home.env["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? "";
    expect(statSync(passphrase).mode & 0o777).toBe(0o600);
    expect(readFileSync(passphrase, "utf8").length).toBeGreaterThan(30);
  });

  it("is a plain file, whatever is set for other projects and whatever the folder is called", async () => {
    const odd = join(root, "a 100%41#b?c");
    mkdirSync(odd);
    for (const name of ["Pulumi.yaml", "Pulumi.test.yaml"]) {
      copyFileSync(join(root, name), join(odd, name));
    }
    const given = { PULUMI_HOME: root, PULUMI_DIY_BACKEND_GZIP: "true" };
    const { env } = await openStack(odd, "test", given);
    expect(fileURLToPath(env["PULUMI_BACKEND_URL"] ?? "")).toBe(join(odd, ".vigil/state"));
    expect(env["PULUMI_DIY_BACKEND_GZIP"]).toBe("false");
  });

  it.each(["my stack", "../x", "ünï", "-x", ""])(
    "is not made for %j, which is not a name",
    async (name) => {
      const error = await openStack(root, name, { PULUMI_HOME: root }).catch(
        (caught: unknown) => caught,
      );
      expect(formatError(error)).toMatch(/ is not a valid stack name\n {2}Use letters/);
      expect(existsSync(join(root, ".vigil"))).toBe(false);
    },
  );

  it("keeps its passphrase", async () => {
    const read = (home: StackHome): string =>
      readFileSync(home.env["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? "", "utf8");
    const first = read(await open());
    expect(read(await open())).toBe(first);
  });

  it.each([
    ["by environment", { PULUMI_BACKEND_URL: "file:///elsewhere" }],
    ["by an access token", { PULUMI_ACCESS_TOKEN: "x" }],
  ])("is left alone where a backend was chosen %s", async (_how, env) => {
    expect(await open(env)).toMatchObject({ own: false, env: {}, configFile: undefined });
  });

  it.each([
    [{}, "pulumi login or Pulumi.yaml", "instead: .vigil/bin/pulumi logout"],
    [{ PULUMI_ACCESS_TOKEN: "x" }, "PULUMI_ACCESS_TOKEN", "instead: unset PULUMI_ACCESS_TOKEN"],
  ])("is said to be elsewhere where it cannot be obtained: %j", (env, where, way) => {
    const text = formatError(noBackend("test", env, new Error("no token")));
    expect(text).toContain(`is kept where ${where} says, and cannot be read\n  no token\n`);
    expect(text).toContain(way);
  });

  it("is left alone where a backend was chosen by login or by the project", async () => {
    mkdirSync(join(root, ".pulumi"));
    writeFileSync(join(root, ".pulumi/credentials.json"), '{"current":"https://example.com"}');
    expect((await open()).own).toBe(false);
    rmSync(join(root, ".pulumi"), { recursive: true });
    writeFileSync(join(root, "Pulumi.yaml"), "name: vigil\nbackend:\n  url: file:///elsewhere\n");
    expect((await open()).own).toBe(false);
  });

  it("takes a given passphrase", async () => {
    const home = await open({ PULUMI_CONFIG_PASSPHRASE: "" });
    expect(home.own).toBe(true);
    // The engine's salt stays out of the stack's file as long as there is no secret in it.
    expect(home.configFile).toBe(join(root, ".vigil/project/Pulumi.test.yaml"));
    expect(existsSync(join(root, ".vigil/passphrase"))).toBe(false);
  });

  it("that cannot be written to is said so, with what to do", async () => {
    writeFileSync(join(root, ".vigil"), "a file where a folder should be");
    const error: unknown = await open().catch((reason: unknown) => reason);
    const text = formatError(error);
    expect(text).toContain(`✗ The state folder ${join(root, ".vigil")} cannot be written to`);
    expect(text).toContain("Nothing was changed.");
    expect(text).toContain("→ or keep the state elsewhere");
  });

  it("on a read-only disk is said so, too", async () => {
    if (process.getuid?.() !== 0) {
      chmodSync(root, 0o500);
    } else {
      execFileSync("mount", ["-t", "tmpfs", "none", root]);
      writeFileSync(join(root, "Pulumi.yaml"), "name: vigil\n");
      writeFileSync(join(root, "Pulumi.test.yaml"), stackFile);
      execFileSync("mount", ["-o", "remount,ro", root]);
    }
    try {
      await expect(open()).rejects.toThrow(/cannot be written to/);
    } finally {
      if (process.getuid?.() === 0) execFileSync("umount", [root]);
      else chmodSync(root, 0o700);
    }
  });

  it("does not exist for a stack without a file; the message names those there are", async () => {
    const error: unknown = await openStack(root, "tset", { PULUMI_HOME: root }).catch(
      (reason: unknown) => reason,
    );
    expect(formatError(error)).toMatch(/no stack tset[\s\S]*Stacks here: test/);
  });
});

describe("the engine's copy of the stack's file", () => {
  const salted = (home: StackHome): void => {
    writeFileSync(home.configFile ?? "", `${stackFile}encryptionsalt: v1:abc\n`);
  };

  it("keeps the salt away from the file under version control", async () => {
    salted(await open());
    const again = await open();
    expect(readFileSync(again.configFile ?? "", "utf8")).toBe(
      `${stackFile}encryptionsalt: v1:abc\n`,
    );
    await keepConfig(again);
    expect(readFileSync(join(root, "Pulumi.test.yaml"), "utf8")).toBe(stackFile);
  });

  it("gives the salt to the file with the first secret, and takes it back with the last", async () => {
    const secret = "  vigil:grafana.auth:\n    secure: v1:n:s\n";
    const home = await open();
    writeFileSync(home.configFile ?? "", `${stackFile}${secret}encryptionsalt: v1:abc\n`);
    await keepConfig(home);
    const committed = join(root, "Pulumi.test.yaml");
    // Without it nobody could open the secret, whoever has the passphrase.
    expect(readFileSync(committed, "utf8")).toBe(`${stackFile}${secret}encryptionsalt: v1:abc\n`);
    const again = await open();
    expect(again.configFile).toBeUndefined();
    writeFileSync(committed, `${stackFile}encryptionsalt: v1:abc\n`);
    await keepConfig(again);
    expect(readFileSync(committed, "utf8")).toBe(stackFile);
  });

  it("hands over what was set in it", async () => {
    const home = await open();
    writeFileSync(home.configFile ?? "", `${stackFile}  vigil:more: 1\nencryptionsalt: v1:abc\n`);
    await keepConfig(home);
    expect(readFileSync(join(root, "Pulumi.test.yaml"), "utf8")).toBe(
      `${stackFile}  vigil:more: 1\n`,
    );
  });

  it("is not made where the file has a salt of its own: then the passphrase is shared", async () => {
    writeFileSync(join(root, "Pulumi.test.yaml"), `${stackFile}encryptionsalt: v1:team\n`);
    const home = await open({ PULUMI_CONFIG_PASSPHRASE: "the team's" });
    expect(home.configFile).toBeUndefined();
    await keepConfig(home);
    expect(readFileSync(join(root, "Pulumi.test.yaml"), "utf8")).toContain("v1:team");
  });
});

describe("the target of a stack", () => {
  it.each([
    ["  vigil:target: docker\n", "docker"],
    ['  "vigil:target": "docker"\n', "docker"],
    ["  vigil:environment: x\n", "local"],
  ])("in %j is %s", async (line, target) => {
    writeFileSync(join(root, "Pulumi.test.yaml"), `config:\n${line}`);
    expect(await targetOf(root, "test")).toBe(target);
  });

  it("is that of Pulumi.yaml where its file names none", () => {
    const project = readFileSync("Pulumi.yaml", "utf8");
    const [, kind] = /vigil:target:\n(?: {4}.*\n)*? {4}default: (.*)\n/.exec(project) ?? [];
    expect(kind).toBe(defaultKind);
  });
});

test("what the engine leaves empty when a key is removed goes as well, and nothing else", () => {
  const rest = "config:\n  vigil:target: local\n  vigil:rules:\n    services:\n    - kafka\n";
  expect(withoutEmpty(`${rest}  vigil:receivers:\n    webhook: {}\n`)).toBe(rest);
  expect(
    withoutEmpty(`${rest}  vigil:receivers:\n    webhook: {}\n    slack:\n      channel: x\n`),
  ).toBe(`${rest}  vigil:receivers:\n    slack:\n      channel: x\n`);
  expect(withoutEmpty(rest)).toBe(rest);
});

test("a stack that is not there is told with the one that was meant, and how to have it", async () => {
  for (const name of ["local", "dev"]) writeFileSync(join(root, `Pulumi.${name}.yaml`), "");
  const typo = await unknownStack(root, "lcoal");
  expect(typo.details).toEqual(["Stacks here: dev, local, test"]);
  expect(typo.advice[0]).toBe("Did you mean STACK=local?");
  expect((await unknownStack(root, "staging")).advice).toEqual([
    "To create it: cp Pulumi.local.yaml Pulumi.staging.yaml && STACK=staging make up",
  ]);
});
