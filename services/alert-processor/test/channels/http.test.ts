import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";
import {
  type Endpoint,
  deliver,
  endpointOf,
  exchange,
  TransportError,
} from "../../channels/http.ts";
import { outcomeOf } from "../../core/retry.ts";
import { start } from "../examples.ts";
import { type FakeServer, fakeServer } from "./fake-server.ts";
import { enough } from "./messages.ts";

const access = { plain: true, private: true };

let server: FakeServer;
beforeEach(async () => {
  server = await fakeServer();
});
afterEach(() => server.close());

/** The fake behind a name, whose addresses a fake look-up gives: one after the other. */
function named(...addresses: string[]): Endpoint & { readonly asked: () => number } {
  let asked = 0;
  const lookup: LookupFunction = (_host, _options, done) => {
    const address = addresses[asked] ?? addresses.at(-1) ?? "";
    asked += 1;
    done(null, [{ address, family: address.includes(":") ? 6 : 4 }]);
  };
  const endpoint = endpointOf(`http://hooks.example:${server.port}/secret`, access);
  return { ...endpoint, lookup, asked: () => asked };
}

describe("a name that changes its address", () => {
  test("leads only where it led when it was checked", async () => {
    const endpoint = named("127.0.0.1", "169.254.169.254", "127.0.0.1");
    const send = () => deliver(endpoint, { body: "{}" }, enough());
    expect(await send()).toEqual({ kind: "sent" });
    expect(await send()).toMatchObject({
      kind: "failed",
      why: expect.stringContaining("never allowed") as string,
    });
    expect(await send()).toEqual({ kind: "sent" });
    // One look-up for each request: what is checked is what is used.
    expect(endpoint.asked()).toBe(3);
    expect(server.seen).toHaveLength(2);
  });

  test("does not lead inside where that is not meant", async () => {
    const endpoint = { ...named("127.0.0.1"), access: { plain: true } };
    expect(await deliver(endpoint, { body: "{}" }, enough())).toMatchObject({
      kind: "failed",
      why: expect.stringContaining("private: true") as string,
    });
    expect(server.seen).toEqual([]);
  });

  test("does not take plain HTTP off the machine", async () => {
    const outcome = await deliver(named("10.0.0.1"), { body: "{}" }, enough());
    expect(outcome).toMatchObject({ why: expect.stringContaining("use https://") as string });
  });
});

test("tries again when a name has no address", async () => {
  // Too long for a label, so that no server is asked.
  const endpoint = endpointOf(`https://${"x".repeat(64)}.invalid/secret`, {});
  expect(await deliver(endpoint, { body: "{}" }, enough())).toEqual({
    kind: "failed",
    why: "no answer (ENOTFOUND)",
  });
});

test("keeps the first 64 KiB of an answer", async () => {
  server.script = ["huge"];
  const answer = await exchange(endpointOf(server.url, access), { body: "" }, enough());
  expect(answer).toMatchObject({ status: 200, body: " ".repeat(65_536) });
});

test("says what is posted, and as what", async () => {
  const headers = { "content-type": "text/plain" };
  await exchange(endpointOf(`${server.url}/path?query`, access), { body: "ä", headers }, enough());
  await exchange(endpointOf(server.url, access), { body: "{}" }, enough());
  expect(server.seen).toMatchObject([
    {
      method: "POST",
      path: "/path?query",
      headers: { "content-length": "2", "content-type": "text/plain" },
      body: "ä",
    },
    { path: "/", headers: { "content-type": "application/json" } },
  ]);
});

test("counts from the other side's clock to a date of the other side", async () => {
  const elsewhere = createServer((_request, response) => {
    response.statusCode = 503;
    response.setHeader("date", new Date(start).toUTCString());
    response.setHeader("retry-after", new Date(start + 90_000).toUTCString());
    response.end();
  }).listen(0, "127.0.0.1");
  await once(elsewhere, "listening");
  const { port } = elsewhere.address() as AddressInfo;
  const endpoint = endpointOf(`http://127.0.0.1:${port}/`, access);
  const outcome = await deliver(endpoint, { body: "{}" }, enough());
  elsewhere.close();
  expect(outcome).toMatchObject({ kind: "failed", afterSeconds: 90 });
});

test("does not say what was wrong with a header", async () => {
  const headers = { authorization: "secret\r\nx: y" };
  const refused = exchange(endpointOf(server.url, access), { body: "", headers }, enough());
  await expect(refused).rejects.toThrow(TransportError);
  await expect(refused).rejects.toThrow("no answer (ERR_INVALID_CHAR)");
});

test.each([
  ["17", 17],
  ["3600", 3600],
  [new Date(start + 90_000).toUTCString(), 90],
  [new Date(start - 90_000).toUTCString(), undefined],
  [new Date(start + 90_000_000).toUTCString(), undefined],
  ["3601", undefined],
  ["0", undefined],
  ["-5", undefined],
  ["0x10", undefined],
  ["soon", undefined],
  ["", undefined],
  [null, undefined],
])("waits as Retry-After says: %s", (retryAfter, afterSeconds) => {
  const wait = afterSeconds === undefined ? {} : { afterSeconds };
  const outcome = { kind: "failed", why: "answered 503", ...wait };
  expect(outcomeOf(503, retryAfter, start)).toEqual(outcome);
});
