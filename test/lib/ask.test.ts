import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTls, type ServerOptions } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { ask, asHolder, openClient } from "../../lib/ask.ts";
import { reasonOf } from "../../lib/errors.ts";
import { holderOf, identity } from "../kit/pki.ts";
import { failure, later, site, temporary } from "../kit/workshop.ts";

/** Listens until the test is over. @returns its port. */
async function listening(server: Server, at?: string): Promise<number> {
  await new Promise<void>((done) => server.listen(at ?? { host: "127.0.0.1", port: 0 }, done));
  later(() => {
    server.closeAllConnections();
    server.close();
  });
  return at === undefined ? (server.address() as AddressInfo).port : 0;
}

const plain = async (listener: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listening(createServer(listener))}`;

const tls = async (options: ServerOptions, listener: RequestListener): Promise<string> =>
  `https://127.0.0.1:${await listening(createTls(options, listener))}`;

/** Tells what it was sent. */
const echo: RequestListener = (request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  request.on("end", () => {
    const { authorization, "content-type": type } = request.headers;
    response.end(JSON.stringify({ method: request.method, authorization, type, body }));
  });
};

describe("what is sent", () => {
  it.each([
    [{}, { method: "GET", body: "" }],
    [{ login: { username: "a", password: "b:c" } }, { authorization: "Basic YTpiOmM=" }],
    [{ token: "secret" }, { authorization: "Bearer secret" }],
    [{ method: "POST" }, { method: "POST", body: "" }],
    [
      { method: "POST", body: { a: 1 } },
      { type: "application/json", body: '{"a":1}' },
    ],
    [
      { method: "PATCH", body: [] },
      { method: "PATCH", type: "application/merge-patch+json", body: "[]" },
    ],
    [
      { method: "PUT", body: "as it is\n", headers: { "content-type": "text/plain" } },
      {
        type: "text/plain",
        body: "as it is\n",
      },
    ],
  ] as const)("%j", async (options, expected) => {
    const { body, status } = await ask(`${await plain(echo)}/path?a=b`, options);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject(expected);
  });
});

test("a listener is believed by its authority, and believes a holder of a certificate", async () => {
  const { authority, leaf } = await identity();
  const holder = await holderOf(authority);
  const own = { cert: leaf.certificate, key: leaf.key };
  const url = await tls(
    { ...own, ca: authority.certificate, requestCert: true, rejectUnauthorized: true },
    (_request, response) => response.end("welcome"),
  );
  expect((await failure(ask(url))).message).toMatch(/unable to verify|self.signed/);
  const known = { authority: authority.certificate };
  expect(await ask(url, { ...known, ...asHolder(holder) })).toEqual({
    status: 200,
    body: "welcome",
  });
  expect(await failure(ask(url, known))).toMatchObject({
    code: expect.stringMatching(/^(?:ERR_SSL_|ECONNRESET|EPIPE|UND_ERR_SOCKET)/) as string,
  });
});

test("a Unix socket is asked, whatever the URL's host", async () => {
  const socket = join(temporary(), "socket");
  await listening(createServer(echo), socket);
  const { body } = await ask("http://nowhere.invalid/live", { socket, method: "POST" });
  expect(JSON.parse(body)).toMatchObject({ method: "POST" });
});

describe("why there is no answer is said in words", () => {
  it("when it takes too long, be it in the middle", async () => {
    const url = await plain((_request, response) => response.write("begun"));
    expect((await failure(ask(url, { seconds: 0.2 }))).message).toBe("no answer within 0.2 s");
  });

  it("when it is too long", async () => {
    const url = await plain((_request, response) => response.end("x".repeat(2000)));
    expect(await failure(ask(url, { largest: 1000 }))).toMatchObject({
      message: "its answer is too long",
      code: "UND_ERR_RES_EXCEEDED_MAX_SIZE",
    });
    expect((await ask(url, { largest: 4000 })).body).toHaveLength(2000);
  });

  it("when the connection is closed", async () => {
    const url = await plain((request) => request.socket.end());
    expect(await failure(ask(url))).toMatchObject({
      message: "it closed the connection before answering",
      code: "UND_ERR_SOCKET",
    });
  });

  it("when nobody listens", async () => {
    const server = createServer();
    const port = await listening(server);
    server.close();
    expect(await failure(ask(`http://127.0.0.1:${port}`))).toMatchObject({
      message: `connect ECONNREFUSED 127.0.0.1:${port}`,
      code: "ECONNREFUSED",
    });
  });

  it("when several addresses refuse, which has no message of its own", () => {
    const each = ["::1", "127.0.0.1"].map((one) => new Error(`connect ECONNREFUSED ${one}:1`));
    expect(reasonOf(new AggregateError(each))).toBe(
      "connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1",
    );
  });
});

test("a redirect is an answer like another", async () => {
  const { files, url } = await site();
  files.set("/", (response) => response.writeHead(302, { location: "/there" }).end());
  expect((await ask(url)).status).toBe(302);
});

test("a client keeps its connection, and bytes are as they were sent", async () => {
  const server = createServer((_request, response) => response.end(Buffer.from([0xff, 0x00])));
  let connections = 0;
  server.on("connection", () => (connections += 1));
  const client = await openClient(`http://127.0.0.1:${await listening(server)}`);
  const answers = [await client.ask("/a"), await client.ask("/b")];
  await client.close();
  expect(answers.map(({ bytes }) => [...bytes])).toEqual([
    [0xff, 0x00],
    [0xff, 0x00],
  ]);
  expect(connections).toBe(1);
});

describe("a proxy in the environment", () => {
  const proxies = /^(?:http|https|no)_proxy$/i;
  const bare = Object.entries(process.env).filter(([name]) => !proxies.test(name));
  beforeEach(() => {
    jest.replaceProperty(process, "env", Object.fromEntries(bare));
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  /** Leads whoever asks to one server, whatever name was asked for. @returns what was. */
  async function proxyTo(port: number): Promise<string[]> {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on("connect", (request, socket) => {
      asked.push(request.url ?? "");
      const there = connect(port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        there.pipe(socket).pipe(there);
      });
      for (const end of [there, socket]) end.on("error", () => there.destroy());
    });
    const url = `http://127.0.0.1:${await listening(proxy)}`;
    process.env["http_proxy"] = process.env["https_proxy"] = url;
    return asked;
  }

  it("leads to what is elsewhere, with the estate's authority and not with the proxy's", async () => {
    const { authority, leaf } = await identity();
    const server = createTls({ cert: leaf.certificate, key: leaf.key }, echo);
    const asked = await proxyTo(await listening(server));
    const url = "https://prometheus.localdomain/";
    const error = await failure(ask(url, { authority: authority.certificate }));
    expect(asked).toEqual(["prometheus.localdomain:443"]);
    expect(error.message).toMatch(/altnames/);
  });

  it("does not lead to this machine, whatever NO_PROXY says", async () => {
    const url = await plain(echo);
    const asked = await proxyTo(1);
    for (const host of ["127.0.0.1", "localhost"])
      expect((await ask(url.replace("127.0.0.1", host))).status).toBe(200);
    expect(asked).toEqual([]);
  });

  it("does not lead to what NO_PROXY names", async () => {
    const asked = await proxyTo(1);
    process.env["no_proxy"] = "vigil.invalid";
    expect((await failure(ask("http://vigil.invalid/"))).message).toMatch(/vigil\.invalid/);
    expect(asked).toEqual([]);
  });
});
