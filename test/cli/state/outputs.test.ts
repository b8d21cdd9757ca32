import { createCipheriv, randomBytes } from "node:crypto";
import { recordedOutputs } from "../../../cli/state/outputs.ts";
import type { Found } from "../../../cli/state/record.ts";

const key = randomBytes(32);

/** As the engine seals a value in a record; test/e2e/local.test.ts holds the form against the engine's own. */
function sealed(value: unknown, by = key) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", by, nonce);
  const bytes = [cipher.update(JSON.stringify(value)), cipher.final(), cipher.getAuthTag()];
  const ciphertext = `v1:${nonce.toString("base64")}:${Buffer.concat(bytes).toString("base64")}`;
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext };
}

const found = (outputs: unknown): Found => ({
  state: "readable",
  text: "",
  record: { types: [], containers: [], containerIds: [], pending: 0, salt: undefined, outputs },
});

describe("outputs in a record", () => {
  it("are those of the engine, secrets in clear wherever they are", () => {
    const password = 'ä "quoted"';
    const outputs = { vigil: { login: { password: sealed(password) }, list: [sealed([1]), null] } };
    expect(recordedOutputs(found(outputs), key)).toEqual({
      vigil: { login: { password }, list: [[1], null] },
    });
  });

  it.each([
    ["another key", found({ a: sealed(1, randomBytes(32)) }), key],
    ["no key", found({ a: 1 }), undefined],
    ["no record", { state: "absent" }, key],
    ["a mark of something else", found({ a: { "4dabf18193072939515e22adb298388d": "x" } }), key],
    ["a secret that is not JSON", found({ a: { ...sealed(1), ciphertext: "v1:AAAA:AAAA" } }), key],
  ] as const)("are the engine's to read with %s", (_what, record, with_) => {
    expect(recordedOutputs(record, with_)).toBeUndefined();
  });
});
