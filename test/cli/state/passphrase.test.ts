import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { formatError } from "../../../lib/errors.ts";
import { secretsIn } from "../../../cli/state/config-file.ts";
import type { StackHome } from "../../../cli/state/home.ts";
import { keyFor, opens, passphraseProblem, sealedFor } from "../../../cli/state/passphrase.ts";
import { recordFile } from "../../../cli/state/record.ts";
import { openStack } from "../../../cli/stack.ts";
import { temporary, write } from "../../kit/workshop.ts";

/** Written by the real engine with the passphrase `the team's`. */
const made = {
  passphrase: "the team's",
  salt: "v1:U+282MP1JVg=:v1:OLSpBKVW57b/o0cC:DIQh0dAKWQ3rI9LNjsF4h6puyUAIig==",
  secret: "v1:jzlixUMUJxyr7/3I:R0g7Yhj65UwEm8016TocEZA=",
};

/** Written by the real engine with the empty passphrase. */
const sealedWithNone = "v1:+wB5koQgr2w=:v1:f8pOT5BUqCpLlO0B:rt3ZSNkix094RCG+MmeN+1CCoGKWnA==";

const withSecret = `config:
  vigil:environment: test
  vigil:receivers:
    webhook:
      url:
        secure: ${made.secret}
encryptionsalt: ${made.salt}
`;

/** A checkout with this stack file, opened with this environment. */
async function checkout(text: string, env: NodeJS.ProcessEnv = {}, files = {}) {
  const root = write(temporary(), {
    "Pulumi.yaml": "name: vigil\n",
    "Pulumi.test.yaml": text,
    ...files,
  });
  const home = await openStack(root, "test", { PULUMI_HOME: root, ...env });
  return { home, env: { ...env, ...home.env } };
}

function recordWith(home: StackHome, salt: string, types: readonly string[]): void {
  const latest = {
    resources: types.map((type) => ({ type })),
    secrets_providers: { state: { salt } },
  };
  mkdirSync(dirname(recordFile(home)), { recursive: true });
  writeFileSync(recordFile(home), JSON.stringify({ version: 3, checkpoint: { latest } }));
}

async function said({ env, home }: Awaited<ReturnType<typeof checkout>>): Promise<string> {
  const problem = await passphraseProblem(home, env, await sealedFor(home, env));
  return problem === undefined ? "" : formatError(problem);
}

describe("a passphrase", () => {
  it("is recognised as the engine does it", async () => {
    const key = await keyFor(made.salt, made.passphrase);
    expect(key && opens(key, made.secret)).toBe(true);
    expect(await keyFor(made.salt, "another")).toBeUndefined();
    expect(await keyFor("no salt", made.passphrase)).toBeUndefined();
    expect(opens(key ?? Buffer.alloc(32), "v1:AAAA:AAAA")).toBe(false);
  });

  it("that opens everything is not a problem", async () => {
    const env = { PULUMI_CONFIG_PASSPHRASE: made.passphrase };
    expect(await said(await checkout(withSecret, env))).toBe("");
    expect(await said(await checkout("config:\n  vigil:environment: test\n"))).toBe("");
  });

  it("is not made up where one was used already: it would only be a wrong one", async () => {
    const text = await said(await checkout(withSecret));
    expect(text).toContain("✗ The passphrase of stack test is missing");
    expect(text).toContain("vigil:receivers.webhook.url in Pulumi.test.yaml needs the passphrase");
    expect(text).toContain(
      "PULUMI_CONFIG_PASSPHRASE_FILE=$HOME/vigil-passphrase STACK=test make up",
    );
    expect(text).toContain("./vigil pulumi config rm --path 'vigil:receivers.webhook.url'");
  });

  it("that was empty is said to be so: many set that for all they do with the engine", async () => {
    const place = await checkout("config:\n  vigil:environment: test\n");
    recordWith(place.home, sealedWithNone, ["vigil:index:Process"]);
    expect(await said(place)).toContain(
      "→ It was the empty one, as PULUMI_CONFIG_PASSPHRASE gives it: PULUMI_CONFIG_PASSPHRASE= STACK=test make up",
    );
  });

  it("in an empty file, as a full disk leaves it, is none", async () => {
    const emptied = await checkout(withSecret, {}, { ".vigil/passphrase": "" });
    expect(await said(emptied)).toContain("is missing");
  });

  it("that is a wrong one is said with where it is from", async () => {
    const env = { PULUMI_CONFIG_PASSPHRASE: "wrong" };
    expect(await said(await checkout(withSecret, env))).toContain(
      "✗ The passphrase that PULUMI_CONFIG_PASSPHRASE gives does not open the secrets of stack test",
    );
    const own = await checkout(withSecret, {}, { ".vigil/passphrase": "this checkout's" });
    expect(await said(own)).toContain("✗ The passphrase in .vigil/passphrase does not open");
  });

  it("of the record alone can be done without: down, and up begins again", async () => {
    const place = await checkout("config:\n  vigil:environment: test\n");
    recordWith(place.home, made.salt, ["vigil:index:Process"]);
    expect(await said(place)).toContain(
      "Or start from scratch, with a new login; the data is kept: STACK=test make down",
    );
    recordWith(place.home, made.salt, ["pulumi:pulumi:Stack"]);
    expect(await said(place)).toBe("");
  });

  it("and a salt of another one without any secret: the line can go", async () => {
    const salted = `config:\n  vigil:environment: test\nencryptionsalt: ${made.salt}\n`;
    const text = await said(await checkout(salted, { PULUMI_CONFIG_PASSPHRASE: "wrong" }));
    expect(text).toContain("sed -i '/^encryptionsalt:/d' Pulumi.test.yaml");
  });
});

test("secrets in a stack's file are found with their paths, however they are written", () => {
  const text = [
    "config:",
    '  "vigil:grafana.auth":',
    "    secure: v1:a:b",
    "  # secure: v1:no:no",
    "  vigil:receivers:",
    "    email:",
    "      to: a@example.com",
    "      password:",
    '        secure: "v1:c:d"',
    "  vigil:login.password: { secure: v1:e:f }",
    "",
  ].join("\r\n");
  expect(secretsIn(text)).toEqual([
    { path: "vigil:grafana.auth", value: "v1:a:b" },
    { path: "vigil:receivers.email.password", value: "v1:c:d" },
    { path: "vigil:login.password", value: "v1:e:f" },
  ]);
});
