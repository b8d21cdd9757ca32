import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Outputs, netrc, writeAccess } from "../../cli/estate/outputs.ts";
import { later, temporary, write } from "../kit/workshop.ts";

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

test("each person has a file of their own, which nobody else can read and which goes with their name", async () => {
  const root = temporary();
  const outputs = (people: Outputs["people"]): Outputs => ({
    version: 1,
    environment: "local",
    target: "local",
    authority: "authority",
    login: { username: "vigil", password: "own" },
    people,
    client: { certificate: "certificate", key: "key" },
    prometheus: { url: "https://127.0.0.1:9090" },
    alertmanager: null,
    grafana: null,
    processor: { url: "https://alerts.example:9095" },
    watched: {},
    receivers: [],
  });
  const { people } = await writeAccess(root, "local", outputs({ ada: "first", wall: "second" }));
  expect(readdirSync(people)).toEqual(["ada", "wall"]);
  expect(readFileSync(join(people, "wall"), "utf8")).toBe(
    "machine alerts.example login wall password second\n",
  );
  const modes = [people, join(people, "ada")].map((path) =>
    (statSync(path).mode & 0o777).toString(8),
  );
  expect(modes).toEqual(["700", "600"]);
  await writeAccess(root, "local", outputs({ ada: "first" }));
  expect(readdirSync(people)).toEqual(["ada"]);
});
