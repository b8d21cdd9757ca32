import fc from "fast-check";
import { changesOf } from "../../provider/difference.ts";
import { secret, unknownText, type Raw } from "../../provider/values.ts";

const leaf = fc.oneof(fc.string({ maxLength: 3 }), fc.integer(), fc.boolean());
const key = fc.oneof(fc.constantFrom("a", "b.yml", 'q"q', "rules/x y.yml"), fc.string());
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(key, tie("value"), { maxKeys: 3 }),
  ),
}));

describe("what differs", () => {
  test("is named as exactly as a path can", () => {
    const old = {
      args: ["a", "b", "c"],
      files: { "prometheus.yml": "1", "rules/a.yml": "1", same: "1" },
      health: { url: "x", timeoutSeconds: 1 },
    };
    const next = {
      args: ["a", "B"],
      files: { "prometheus.yml": "2", "rules/b.yml": "1", same: "1" },
      health: { url: "x", timeoutSeconds: 2 },
      running: true,
    };
    expect(changesOf(old, next, ["args", "files", "health", "running", "ports"])).toEqual({
      "args[1]": "update",
      "args[2]": "delete",
      'files["prometheus.yml"]': "update",
      'files["rules/a.yml"]': "delete",
      'files["rules/b.yml"]': "add",
      "health.timeoutSeconds": "update",
      running: "add",
    });
    expect(changesOf(next, old, ["args", "running"])).toEqual({
      "args[1]": "update",
      "args[2]": "add",
      running: "delete",
    });
  });

  test("is one item where one was put between others, or taken away", () => {
    const [old, next] = [{ args: ["a", "b", "c"] }, { args: ["a", "x", "b", "c"] }];
    expect(changesOf(old, next, ["args"])).toEqual({ "args[1]": "add" });
    expect(changesOf(next, old, ["args"])).toEqual({ "args[1]": "delete" });
    expect(changesOf(old, { args: [] }, ["args"])).toEqual({
      "args[0]": "delete",
      "args[1]": "delete",
      "args[2]": "delete",
    });
    const checks = [{ binary: "a", args: ["x"] }, { binary: "b" }];
    const others = [{ binary: "a", args: ["y"] }, { binary: "b" }];
    expect(changesOf({ checks }, { checks: others }, ["checks"])).toEqual({
      "checks[0].args[0]": "update",
    });
  });

  test("is looked for in the given properties alone", () => {
    expect(changesOf({ a: 1, b: 1 }, { a: 1, b: 2 }, ["a"])).toEqual({});
  });

  test("of a secret is the whole of it, however its wrapper came about", () => {
    const secretOf = (inner: Raw): Raw => ({ files: secret(inner), open: "x" });
    expect(changesOf(secretOf({ a: "1" }), secretOf({ a: "1" }), ["files", "open"])).toEqual({});
    expect(changesOf(secretOf({ a: "1" }), secretOf({ a: "2" }), ["files"])).toEqual({
      files: "update",
    });
    expect(changesOf({ a: secret("1") }, { a: "1" }, ["a"])).toEqual({});
    expect(changesOf({ a: { b: "1" } }, { a: secret({ b: "2" }) }, ["a"])).toEqual({ a: "update" });
  });

  test("is what is not known yet, and nothing beside it", () => {
    const old = { files: { a: "1", b: "1" } };
    expect(changesOf(old, { files: { a: unknownText, b: "1" } }, ["files"])).toEqual({
      "files.a": "update",
    });
    expect(changesOf(old, { files: unknownText }, ["files"])).toEqual({ files: "update" });
  });

  test("is never put in a path the engine would read otherwise", () => {
    expect(changesOf({ a: { "\\": "1" } }, { a: { "\\": "2" } }, ["a"])).toEqual({ a: "update" });
    expect(changesOf({ a: { 'q"q': "1" } }, { a: { 'q"q': "2" } }, ["a"])).toEqual({
      'a["q\\"q"]': "update",
    });
  });

  test("is nothing between equals, and the reverse the other way round", () => {
    const reverse = { add: "delete", delete: "add", update: "update" } as const;
    fc.assert(
      fc.property(value, value, (left, right) => {
        const [a, b] = [{ root: left }, { root: right }];
        expect(changesOf(a, structuredClone(a), ["root"])).toEqual({});
        const there = Object.entries(changesOf(a, b, ["root"]));
        const back = there.map(([path, change]) => [path, reverse[change]]);
        expect(changesOf(b, a, ["root"])).toEqual(Object.fromEntries(back));
      }),
    );
  });
});
