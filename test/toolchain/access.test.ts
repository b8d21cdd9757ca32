import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { netrc } from "../../toolchain/outputs.ts";
import { later, temporary, write } from "./support.ts";

/** What curl signs in with, as a server sees it. */
async function signedIn(password: string): Promise<string> {
  const server = createServer((request, response) => {
    response.end(Buffer.from((request.headers.authorization ?? "").slice(6), "base64"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  later(() => server.close());
  const login = netrc(["elsewhere.example", "127.0.0.1"], { username: "vigil", password });
  const file = join(write(temporary(), { login }), "login");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return new Promise((resolve, reject) => {
    execFile("curl", ["-sS", "--netrc-file", file, url], (error, out) => {
      if (error) reject(new Error(error.message));
      else resolve(out);
    });
  });
}

test.each([
  "Kx3_generated-by-us",
  "correct horse battery",
  'with "quotes" and \\ backslash',
  "it's # no comment",
  "machine login password x",
  "grüße aus wien, ok",
  " leading and trailing ",
])("curl signs in with the login file, whatever the password: %s", async (password) => {
  expect(await signedIn(password)).toBe(`vigil:${password}`);
});
