import fc from "fast-check";
import { parse } from "yaml";
import { fromYaml, toYaml } from "../../lib/yaml.ts";

/** What configurations are made of; texts such as an older YAML takes for something else among them. */
const odd = [
  "no",
  "on",
  "~",
  "null",
  "1e3",
  "0755",
  "12:30:00",
  "2027-01-31",
  "<<",
  "=",
  ":9095",
  "# a",
  "- b",
  "a: b",
];
const values = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constantFrom(...odd, "two\nlines", "ends\n", "\n\nbegins", " led", "a\ttab", "\u2028"),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom(...odd)), tie("any"), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).any;

/** 0 and -0 are one number to every reader of a configuration. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test("what was written is read back as it was, by another parser as well", () => {
  fc.assert(
    fc.property(values, (held) => {
      const value = { held };
      const text = toYaml(value);
      expect(plain(fromYaml(text))).toEqual(plain(value));
      expect(plain(parse(text))).toEqual(plain(value));
    }),
  );
});

test("a value stands on one line however long, and is not replaced by a reference", () => {
  const expr = `up{${"a".repeat(200)} ${"b".repeat(200)}} == 0`;
  const labels = { severity: "critical" };
  expect(
    toYaml({
      rules: [
        { expr, labels },
        { labels, left: undefined },
      ],
    }),
  ).toBe(
    `rules:\n  - expr: ${expr}\n    labels:\n      severity: critical\n  - labels:\n      severity: critical\n`,
  );
});

test("what an older YAML takes for a date or a yes is quoted", () => {
  expect(toYaml(["no", "2027-01-31", "1e3"])).toBe('- "no"\n- "2027-01-31"\n- "1e3"\n');
});

test("dates and yes are read as texts, nothing as null", () => {
  expect(fromYaml("a: 2027-01-31\nb: yes\n")).toEqual({ a: "2027-01-31", b: "yes" });
  expect(fromYaml("# nothing\n")).toBeNull();
});

test.each([
  ["a: [1", "unexpected end of the stream within a flow collection at line 2, column 1"],
  ["a: 1\na: 2\n", "duplicated mapping key at line 2, column 1"],
  ["a: 1\n---\nb: 2\n", "expected a single document"],
])("%j is refused", (text, why) => {
  expect(() => fromYaml(text)).toThrow(why);
});
