import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { makeBinFolder, makeOwnFolder } from "../../lib/own-folder.ts";
import { withoutSecrets } from "../../tools/plain-env.ts";
import { forgetOldSecrets, forgetStack } from "../../cli/state/forget.ts";
import { failure, later, temporary, write } from "../kit/workshop.ts";

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test("the folder of a checkout and of its programs is this user's alone, whatever the umask", async () => {
  const before = process.umask(0);
  later(() => process.umask(before));
  const root = temporary();
  const bin = await makeBinFolder(root, new Set(["node"]));
  expect([modeOf(join(root, ".vigil")), modeOf(bin)]).toEqual([0o700, 0o700]);
});

test("one that others could write to is closed, and a program planted there is gone", async () => {
  const root = write(temporary(), { ".vigil/bin/git": "#!/bin/sh\n", ".vigil/bin/node": "" });
  chmodSync(join(root, ".vigil"), 0o777);
  chmodSync(join(root, ".vigil/bin"), 0o777);
  const bin = await makeBinFolder(root, new Set(["node"]));
  expect([modeOf(join(root, ".vigil")), modeOf(bin)]).toEqual([0o700, 0o700]);
  expect(readdirSync(bin)).toEqual(["node"]);
});

// Only root can give a file to another user, and play that.
if (process.getuid?.() === 0) {
  test("one with another user's file in it is not used", async () => {
    const root = write(temporary(), { ".vigil/passphrase": "planted" });
    chmodSync(join(root, ".vigil"), 0o777);
    lchownSync(join(root, ".vigil/passphrase"), 65534, 65534);
    const error = await failure(makeOwnFolder(root));
    expect(error.message).toContain("is not private to this user");
    expect(modeOf(join(root, ".vigil"))).toBe(0o777);
  });
}

const state = ".vigil/state/.pulumi";
const copies = {
  [`${state}/stacks/vigil/test.json`]: "record",
  [`${state}/stacks/vigil/test.json.bak`]: "old",
  [`${state}/backups/vigil/test/test.1.json`]: "old",
  [`${state}/history/vigil/test/test-1.checkpoint.json`]: "old",
  ".vigil/kept/test.2026-11-28T000000.json": "old",
  ".vigil/kept/test.json": "record",
  [`${state}/history/vigil/other/other-1.checkpoint.json`]: "another stack's",
};

const textsIn = (root: string): string[] =>
  readdirSync(join(root, ".vigil"), { recursive: true, encoding: "utf8" })
    .map((name) => join(root, ".vigil", name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, "utf8"));

test("a stack that is forgotten leaves no record, and those of others stay", async () => {
  const root = write(temporary(), copies);
  await forgetStack({ root, stack: "test" });
  expect(textsIn(root)).toEqual(["another stack's"]);
});

test("a secret that is no longer configured is in no earlier record after the next up", async () => {
  const root = write(temporary(), copies);
  const home = { root, stack: "test", own: true, configFile: undefined, env: {} };
  const file = (value: string): void => {
    const text = `config:\n  vigil:slack:\n    url:\n      secure: ${value}\n`;
    write(root, { "Pulumi.test.yaml": text });
  };
  file("v1:a:b");
  await forgetOldSecrets(home);
  await forgetOldSecrets(home);
  expect(textsIn(root)).toContain("old");
  file("v1:c:d");
  await forgetOldSecrets(home);
  expect(textsIn(root)).not.toContain("old");
  expect(textsIn(root).filter((text) => text === "record")).toHaveLength(2);
  mkdirSync(join(root, "elsewhere"));
  await forgetOldSecrets({ ...home, root: join(root, "elsewhere"), own: false });
  expect(existsSync(join(root, "elsewhere/.vigil"))).toBe(false);
});

test("programs that are not the engine get nothing that opens its secrets", () => {
  const env = { PATH: "/bin", PULUMI_CONFIG_PASSPHRASE: "x", PULUMI_ACCESS_TOKEN: "y" };
  expect(withoutSecrets({ ...env, HTTPS_PROXY: "p" })).toEqual({ PATH: "/bin", HTTPS_PROXY: "p" });
});
