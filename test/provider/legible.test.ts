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

  test("are marked once they changed, by a blank line", () => {
    const changed = { "a.yml": "# about\na:\n  - b: 1\n", "b.yml": "one line" };
    expect(toStore(changed, {})).toEqual(changed);
    const stored = toStore(changed, { "a.yml": "a: 1\n", "b.yml": "" }) as typeof changed;
    expect(stored["a.yml"]).toBe("# about\n\t\na:\n  - b: 1\n");
    expect(stored["a.yml"].split("\n").filter((line) => line.trim() !== "")).toEqual(
      changed["a.yml"].trimEnd().split("\n"),
    );
    expect(stored["b.yml"]).toBe("one line");
  });

  test("are left alone where they are secret or no texts", () => {
    const mixed = { a: secret("x\ny\n"), b: 1 };
    expect(toStore(mixed, { a: "x\n", b: "1\n" })).toEqual(mixed);
    expect(toStore("unknown", {})).toBe("unknown");
    expect(fromStore(mixed)).toEqual(mixed);
    expect(fromStore(undefined)).toBeUndefined();
  });
});
