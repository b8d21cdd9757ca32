import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { SecureVersion } from "node:tls";
import type { Outputs } from "../../../cli/estate/outputs.ts";
import { claimsFor } from "../../../cli/estate/verify.ts";
import { identity, type Identity } from "../../kit/pki.ts";
import { later } from "../../kit/workshop.ts";

let own: Identity;
beforeAll(async () => {
  own = await identity();
});

/** What verify says of an Alertmanager that listens there. */
async function said(port: number): Promise<string | undefined> {
  const outputs: Outputs = {
    version: 1,
    environment: "local",
    target: "local",
    authority: own.authority.certificate,
    login: { username: "vigil", password: "own" },
    people: {},
    client: { certificate: "", key: "" },
    prometheus: null,
    alertmanager: { url: `https://127.0.0.1:${port}` },
    grafana: null,
    processor: null,
    watched: {},
    receivers: [],
  };
  const one = claimsFor(outputs).find(({ claim }) => claim.startsWith("Alertmanager speaks TLS"));
  return one === undefined ? "there is no such claim" : one.ask();
}

/** A listener on this machine, until the test is over. */
async function listener(version: SecureVersion, wants: boolean): Promise<number> {
  const { authority, leaf } = own;
  const server = createServer(
    {
      cert: leaf.certificate,
      key: leaf.key,
      ca: authority.certificate,
      maxVersion: version,
      requestCert: wants,
      rejectUnauthorized: wants,
    },
    (_request, response) => response.end("all of it"),
  );
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  later(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe.each(["TLSv1.2", "TLSv1.3"] as const)("over %s", (version) => {
  test("a listener that asks for a certificate is closed to strangers", async () => {
    expect(await said(await listener(version, true))).toBeUndefined();
  });

  test("a listener that answers without one is open to them", async () => {
    const port = await listener(version, false);
    expect(await said(port)).toBe(
      `https://127.0.0.1:${port}/api/v2/status answers 200 to somebody without a certificate`,
    );
  });
});

test("a listener that is not there is not closed, but not there", async () => {
  expect(await said(1)).toBe("connect ECONNREFUSED 127.0.0.1:1");
});
