import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer as createTls, globalAgent } from "node:https";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createNetwork } from "../../tools/network.ts";
import { failure, later, site, temporary } from "../kit/workshop.ts";

test("a file is saved, with progress, through redirects", async () => {
  const { url, files } = await site({ "/there": "content" });
  files.set("/here", (response) => response.writeHead(302, { location: "/there" }).end());
  files.set("/sized", (response) => response.writeHead(200, { "content-length": 3 }).end("abc"));
  const path = join(temporary(), "file");
  const seen: unknown[] = [];
  const network = createNetwork();
  await network.download(`${url}/here`, path);
  expect(readFileSync(path, "utf8")).toBe("content");
  await network.download(`${url}/sized`, path, (...progress) => seen.push(progress));
  expect(seen).toEqual([[3, 3]]);
});

test("a file the site does not have, or redirects without end, is an error", async () => {
  const { url, files } = await site();
  files.set("/loop", (response) => response.writeHead(301, { location: "/loop" }).end());
  const network = createNetwork();
  expect((await failure(network.text(`${url}/none`))).message).toMatch(/answered 404 for \/none/);
  expect((await failure(network.text(`${url}/loop`))).message).toMatch(/in circles/);
});

test("over TLS a site is trusted by its certificate, or not", async () => {
  const folder = temporary();
  const [key, cert] = [join(folder, "key"), join(folder, "cert")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", ...subject];
  execFileSync("openssl", [...request, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const plain = await site({ "/x": "altered" });
  const server = createTls(
    { key: readFileSync(key), cert: readFileSync(cert) },
    (asked, response) =>
      asked.url === "/down"
        ? response.writeHead(302, { location: `${plain.url}/x` }).end()
        : response.end("over TLS"),
  );
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  later(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `https://localhost:${(server.address() as AddressInfo).port}/x`;
  const untrusted = await failure(createNetwork().text(url));
  expect(untrusted.message).toMatch(/cannot be reached: .*self.signed.*NODE_EXTRA_CA_CERTS=/);
  globalAgent.options.ca = readFileSync(cert);
  later(() => delete globalAgent.options.ca);
  expect(await createNetwork().text(url)).toBe("over TLS");
  // A checksum that anybody in between could change is worthless.
  const down = await failure(createNetwork().text(new URL("/down", url).href));
  expect(down.message).toMatch(/\/down leads to http:.*anybody in between could change it/);
  expect(plain.asked).toEqual([]);
});

test("a transfer that breaks off is an error", async () => {
  const { url, files } = await site();
  files.set("/half", (response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("half", () => response.destroy());
  });
  await expect(createNetwork().download(`${url}/half`, join(temporary(), "x"))).rejects.toThrow(
    "aborted",
  );
});

test("a transfer without a sign of life is given up", async () => {
  const { url, files } = await site();
  files.set("/stall", (response) => void response.writeHead(200).write("x"));
  const network = createNetwork({ idleTimeout: 100 });
  const error = await failure(network.download(`${url}/stall`, join(temporary(), "x")));
  expect(error.message).toMatch(/sent nothing for 0.1 s|aborted/);
});

test("a host that refuses is asked once", async () => {
  const { url } = await refusing();
  const network = createNetwork();
  const first = await failure(network.text(`${url}/a`));
  expect(first.message).toMatch(/cannot be reached: .*ECONNREFUSED/);
  const second = await failure(network.text(`${url}/b`));
  expect(second.message).toBe(first.message);
  expect(second.cause).toBeUndefined();
});

test("a name nobody knows cannot be reached", async () => {
  const error = await failure(createNetwork().text("http://nowhere.invalid/x"));
  expect(error.message).toMatch(/^nowhere.invalid cannot be reached/);
});

test("a site that takes the connection but never speaks TLS is given up in time", async () => {
  const accepted: string[] = [];
  const server = createServer(() => void accepted.push("connection"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  later(() => server.close());
  const { port } = server.address() as AddressInfo;
  const network = createNetwork({ connectTimeout: 100 });
  for (const path of ["a", "b"]) {
    const error = await failure(network.text(`https://127.0.0.1:${port}/${path}`));
    expect(error.message).toMatch(/no connection within 0.1 s/);
  }
  expect(accepted).toEqual(["connection"]);
});

/** A port nobody listens on. */
async function refusing(): Promise<{ url: string }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${port}` };
}
