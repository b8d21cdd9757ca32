import * as pulumi from "@pulumi/pulumi";
import * as program from "../../provider/resources.ts";
import { isSecret, type Raw } from "../../provider/values.ts";

const registered = new Map<string, { readonly type: string; readonly inputs: Raw }>();

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      registered.set(name, { type, inputs: inputs as Raw });
      return { id: name, state: { ...(inputs as Raw), key: "k", password: "p", hash: "h" } };
    },
    call: () => ({}),
  });
});

test("secrets of the program are secret before they reach the provider", async () => {
  const authority = new program.Authority("ca", { commonName: "a", days: 9, renewBeforeDays: 1 });
  const leaf = new program.Certificate("leaf", {
    commonName: "b",
    days: 9,
    renewBeforeDays: 1,
    dnsNames: ["localhost"],
    ipAddresses: [],
    authorityCertificate: authority.certificate,
    authorityKey: "plain key",
  });
  const login = new program.Login("login", { username: "u", password: "plain" });
  new program.Login("generated", { username: "u" });
  new program.CheckedFiles("files", { name: "f", files: { a: "b" }, checks: [] });
  new program.Process("web", {
    name: "web",
    home: "/srv",
    binary: "node",
    args: [],
    env: {},
    files: { open: "1", closed: pulumi.secret("2") },
    onChange: {},
    checks: [],
    ports: [1],
    health: { url: "https://x", ca: "c", username: "u", password: "plain", timeoutSeconds: 1 },
  });
  await pulumi.runtime.disconnect();

  const inputsOf = (name: string): Raw => registered.get(name)?.inputs ?? {};
  expect([...registered.values()].map(({ type }) => type).sort()).toEqual([
    "vigil:index:Authority",
    "vigil:index:Certificate",
    "vigil:index:CheckedFiles",
    "vigil:index:Login",
    "vigil:index:Login",
    "vigil:index:Process",
  ]);
  expect(isSecret(inputsOf("leaf")["authorityKey"])).toBe(true);
  expect(isSecret(inputsOf("login")["password"])).toBe(true);
  expect(inputsOf("generated")).not.toHaveProperty("password");
  // The mocks hand a secret part on as a secret whole.
  const web = inputsOf("web");
  expect([web["files"], web["health"]].every(isSecret)).toBe(true);
  expect(isSecret(web["args"])).toBe(false);
  expect(await pulumi.isSecret(leaf.key)).toBe(true);
  expect(await pulumi.isSecret(login.password)).toBe(true);
});
