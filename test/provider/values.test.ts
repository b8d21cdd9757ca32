import fc from "fast-check";
import { redact } from "../../provider/redact.ts";
import {
  canonical,
  concealLike,
  hasUnknown,
  isSecret,
  reveal,
  same,
  secret,
  secretTexts,
  unknownText,
} from "../../provider/values.ts";

const output = (rest: object): object => ({
  "4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4",
  ...rest,
});

/** JSON with a secret here and there. */
const raw = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/u), tie("value"), { maxKeys: 3 }),
    fc.string().map(secret),
  ),
})).value;

describe("values of the engine", () => {
  test("what is revealed can be concealed again", () => {
    fc.assert(
      fc.property(raw, (value) => {
        expect(concealLike(reveal(value), value)).toEqual(value);
      }),
    );
  });

  test("nothing revealed is still wrapped", () => {
    fc.assert(
      fc.property(raw, (value) => {
        expect(secretTexts(reveal(value))).toEqual([]);
      }),
    );
  });

  test("output values are read like secrets and unknowns", () => {
    expect(reveal({ a: output({ value: 1 }), b: output({}) })).toEqual({ a: 1, b: unknownText });
    expect(hasUnknown([{ a: output({}) }])).toBe(true);
    expect(hasUnknown(output({ value: "x" }))).toBe(false);
    expect(isSecret(output({ value: "x", secret: true }))).toBe(true);
    expect(secretTexts(output({ value: ["x", 1], secret: true }))).toEqual(["x"]);
  });

  test("an unknown is seen wherever it stands", () => {
    expect(hasUnknown({ files: { a: secret(unknownText) } })).toBe(true);
    expect(hasUnknown({ files: { a: "b" } })).toBe(false);
  });

  test("a secret is not wrapped twice", () => {
    expect(secret(secret("x"))).toEqual(secret("x"));
  });

  test("a file nobody knew is secret beside a secret one, plain beside plain ones", () => {
    expect(concealLike({ a: "1", copy: "1" }, { a: secret("1") })).toEqual({
      a: secret("1"),
      copy: secret("1"),
    });
    expect(concealLike({ a: "1", copy: "1" }, { a: "1" })).toEqual({ a: "1", copy: "1" });
  });

  test("equality does not depend on the order of names", () => {
    expect(same({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 })).toBe(true);
    expect(same({ a: 1 }, { a: 2 })).toBe(false);
    expect(canonical({ b: 1, a: 2 })).toBe('{"a":2,"b":1}');
  });
});

describe("redaction", () => {
  test("no secret survives in any text around it", () => {
    const value = fc.stringMatching(/^[a-zA-Z0-9]{8,20}$/u);
    fc.assert(
      fc.property(value, fc.string(), fc.string(), (hidden, before, after) => {
        expect(redact(before + hidden + after, [hidden])).not.toContain(hidden);
      }),
    );
  });

  test("of a secret file the values go, also cut short as YAML readers quote them", () => {
    const file = "receivers:\n  - password: 'hunter2hunter2'\n    user: abc\n";
    const said = "line 2: cannot unmarshal !!str `hunter2...` into int; password: 'hunter2hunter2'";
    const shown = redact(said, [file]);
    expect(shown).not.toContain("hunter2");
    expect(shown).toContain("cannot unmarshal");
  });

  test("names of files stay readable", () => {
    expect(redact("open tls.crt: missing", ["cert_file: tls.crt"], ["tls.crt"])).toBe(
      "open tls.crt: missing",
    );
  });
});
