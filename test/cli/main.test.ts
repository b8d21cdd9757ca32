import { UserError } from "../../lib/errors.ts";
import { fromHere, main, type Entry } from "../../cli/main.ts";

const command = (name: string, run: (args: string[]) => Promise<number>): Entry => ({
  name,
  summary: `does ${name}`,
  load: () => Promise.resolve({ run }),
});
const commands = [
  command("status", (args) => Promise.resolve(args.length)),
  command("up", () =>
    Promise.reject(new UserError("It is down", { details: ["d"], advice: ["a"] })),
  ),
  command("logs", () => Promise.reject(new TypeError("a bug"))),
];

async function run(args: string[], env: NodeJS.ProcessEnv = {}) {
  let [out, err] = ["", ""];
  const output = { out: (text: string) => (out += text), err: (text: string) => (err += text) };
  const code = await main(args, commands, output, env);
  return { code, out, err };
}

test.each([[[]], [["help"]], [["--help"]], [["-h"]], [["help", "nonsense"]]])(
  "%j shows all commands",
  async (args) => {
    const { code, out } = await run(args);
    expect(code).toBe(0);
    expect(out).toContain("  status  does status\n  up      does up\n");
  },
);

test("a command gets its arguments and decides the exit code", async () => {
  expect(await run(["status", "-x", "y"])).toEqual({ code: 2, out: "", err: "" });
  expect((await run(["help", "status"])).code).toBe(1);
});

test("an unknown command suggests the nearest, if any is near", async () => {
  expect(await run(["statsu"])).toEqual({
    code: 2,
    out: "",
    err: "✗ There is no command statsu\n  → Did you mean: ./vigil status\n",
  });
  expect((await run(["frobnicate"])).err).toContain("vigil help lists all commands");
});

test("what is offered to somebody in another folder leads to the checkout first", () => {
  const text = "✗ It is down\n  d\n  → make up\n  → make status";
  expect(fromHere(text)).toBe(text);
  expect(fromHere(text, "/")).toBe(
    `✗ It is down\n  d\n  → cd '${process.cwd()}'\n  → make up\n  → make status`,
  );
  expect(fromHere("✗ It is down\n  → unset TMPDIR", "/")).not.toContain("cd ");
});

test("errors are shown without a stack unless asked for", async () => {
  expect(await run(["up"])).toEqual({ code: 1, out: "", err: "✗ It is down\n  d\n  → a\n" });
  expect((await run(["logs"])).err).not.toContain("main.test");
  expect((await run(["logs"], { VIGIL_DEBUG: "1" })).err).toContain("main.test");
});

test("arguments a command does not know are a usage error", async () => {
  const { parseArgs } = await import("node:util");
  const strict = [
    command("strict", (args) => Promise.resolve(Object.keys(parseArgs({ args })).length)),
  ];
  let err = "";
  const code = await main(
    ["strict", "--nonsense"],
    strict,
    { out: () => 0, err: (text) => (err += text) },
    {},
  );
  expect(code).toBe(2);
  expect(err).toContain("--nonsense");
  expect(err).toContain("vigil strict --help");
});
