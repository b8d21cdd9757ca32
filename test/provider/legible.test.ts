import fc from "fast-check";
import { fromStore, toStore } from "../../provider/process/legible.ts";
import { secret } from "../../provider/values.ts";

const text = fc.oneof(
  fc
    .array(fc.constantFrom("a: 1", "\t", "", "- b", "\r"), { maxLength: 5 })
    .map((lines) => lines.join("\n")),
  fc.string(),
);
const files = fc.dictionary(fc.constantFrom("a.yml", "b.yml", "c.yml"), text);

describe("texts in the state", () => {
  test("come back as they were, whatever was there before", () => {
    fc.assert(
      fc.property(files, files, files, (first, second, third) => {
        const stored = [first, second, third].reduce<unknown>(
          (before, next) => toStore(next, before),
          undefined,
        );
        expect(fromStore(stored)).toEqual(third);
      }),
    );
  });

  test("stay as they are stored while they do not change", () => {
    fc.assert(
      fc.property(files, files, (first, second) => {
        const stored = toStore(second, toStore(first, {}));
        expect(toStore(second, stored)).toEqual(stored);
      }),
    );
  });

  test("are marked once they changed, by a blank line where they did", () => {
    const old = { "a.yml": "# about\na:\n  - b: 1\n  - c: 1\n", "b.yml": "" };
    const stored = (text: string): unknown => toStore({ "a.yml": text }, old);
    expect(toStore(old, {})).toEqual(old);
    expect(stored("# about\na:\n  - b: 2\n  - c: 1\n")).toEqual({
      "a.yml": "# about\na:\n\t\n  - b: 2\n  - c: 1\n",
    });
    expect(stored("# why\na:\n  - b: 1\n")).toEqual({
      "a.yml": "# why\n\t\na:\n  - b: 1\n",
    });
    expect(stored("# about\na:\n  - b: 1\n")).toEqual({
      "a.yml": "# about\na:\n\t\n  - b: 1\n",
    });
    expect(stored(`${old["a.yml"]}# more\n`)).toEqual({ "a.yml": `${old["a.yml"]}\t\n# more\n` });
    expect(toStore({ "b.yml": "one line" }, old)).toEqual({ "b.yml": "one line" });
  });

  test("are left alone where they are secret or no texts", () => {
    const mixed = { a: secret("x\ny\n"), b: 1 };
    expect(toStore(mixed, { a: "x\n", b: "1\n" })).toEqual(mixed);
    expect(toStore("unknown", {})).toBe("unknown");
    expect(fromStore(mixed)).toEqual(mixed);
    expect(fromStore(undefined)).toBeUndefined();
  });
});
