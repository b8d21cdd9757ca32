import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { newCertificate } from "../../provider/pki.ts";
import { authority } from "../../provider/resources/authority.ts";
import { certificate } from "../../provider/resources/certificate.ts";
import type { AuthorityState, CertificateInputs, CertificateState } from "../../provider/types.ts";
import { isSecret, reveal, unknownText, type Raw } from "../../provider/values.ts";

const terms = { commonName: "estate, test", days: 100, renewBeforeDays: 30 };

async function newLeaf(): Promise<{ ca: AuthorityState; inputs: CertificateInputs; raw: Raw }> {
  const made = await authority.create(terms);
  const ca = reveal(made.outs) as AuthorityState;
  const inputs: CertificateInputs = {
    ...terms,
    dnsNames: ["localhost"],
    ipAddresses: ["127.0.0.1", "::1"],
    authorityCertificate: ca.certificate,
    authorityKey: ca.key,
  };
  const checked = await certificate.check({}, inputs as unknown as Raw);
  expect(checked.failures).toEqual([]);
  return { ca, inputs, raw: checked.inputs };
}

/** The error of a client that trusts `ca` and asks for `servername`; undefined when it is content. */
async function handshake(ca: string, leaf: CertificateState, servername: string): Promise<unknown> {
  const server = createServer({ cert: leaf.certificate, key: leaf.key }, (socket) => socket.end());
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = connect({ host: "127.0.0.1", port, ca, servername });
  try {
    await once(client, "secureConnect");
    return undefined;
  } catch (error) {
    return error;
  } finally {
    client.destroy();
    server.close();
  }
}

describe("an authority and its certificate", () => {
  test("are accepted by node:tls for their names and no other", async () => {
    const { ca, raw } = await newLeaf();
    const { id, outs } = await certificate.create(raw);
    const leaf = reveal(outs) as CertificateState;
    expect(id).toBe("estate, test");
    expect(await handshake(ca.certificate, leaf, "localhost")).toBeUndefined();
    expect(await handshake(ca.certificate, leaf, "example.org")).toMatchObject({
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
    const stranger = reveal((await authority.create(terms)).outs) as AuthorityState;
    expect(await handshake(stranger.certificate, leaf, "localhost")).toMatchObject({
      code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    });
  });

  test("carry what they are for, from a little before now", async () => {
    const { ca, raw } = await newLeaf();
    const root = new X509Certificate(ca.certificate);
    const made = reveal((await certificate.create(raw)).outs) as CertificateState;
    const leaf = new X509Certificate(made.certificate);
    expect(root.ca).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.checkIssued(root)).toBe(true);
    expect(leaf.verify(root.publicKey)).toBe(true);
    expect(leaf.subject).toBe("CN=estate\\, test");
    expect(leaf.subjectAltName).toContain("DNS:localhost");
    expect(leaf.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(leaf.checkIP("::1")).toBe("::1");
    expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(Date.parse(leaf.validFrom)).toBeLessThan(Date.now());
    expect(leaf.serialNumber).toHaveLength(32);
    expect(leaf.serialNumber).not.toBe(root.serialNumber);
    expect(made.key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/u);
  });

  test("a client's certificate is good for asking only", async () => {
    const { inputs } = await newLeaf();
    const asker = { ...inputs, use: "client" } as unknown as Raw;
    const made = reveal((await certificate.create(asker)).outs) as CertificateState;
    expect(new X509Certificate(made.certificate).keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect(await handshake(inputs.authorityCertificate, made, "localhost")).toMatchObject({
      code: "INVALID_PURPOSE",
    });
  });

  test("keep their keys secret", async () => {
    const made = await authority.create(terms);
    expect(isSecret(made.outs["key"])).toBe(true);
    expect(isSecret(made.outs["certificate"])).toBe(false);
    const { raw } = await newLeaf();
    expect(isSecret(raw["authorityKey"])).toBe(true);
    expect(isSecret((await certificate.create(raw)).outs["key"])).toBe(true);
  });

  test("change when their inputs do, or when they are due", async () => {
    const { inputs, raw } = await newLeaf();
    const { outs } = await certificate.create(raw);
    expect(await certificate.diff(outs, raw)).toEqual({ changes: {} });
    const other = { ...raw, dnsNames: ["example.org"] };
    expect(await certificate.diff(outs, other)).toEqual({
      changes: { "dnsNames[0]": "update" },
    });
    const unknown = { ...raw, authorityCertificate: unknownText };
    expect(await certificate.diff(outs, unknown)).toEqual({
      changes: { authorityCertificate: "update" },
    });
    expect((await certificate.check({}, unknown)).failures).toEqual([]);

    const renewal = { changes: { certificate: "update", key: "update" } };
    const longAgo = Date.now() - 71 * 24 * 3_600_000;
    const old = { ...outs, ...(await newCertificate(inputs, longAgo)) };
    expect(await certificate.diff(old, raw)).toEqual(renewal);
    const renewed = await certificate.update("id", old, raw);
    expect(await certificate.diff(renewed, raw)).toEqual({ changes: {} });
    expect(await certificate.diff({ ...outs, certificate: "damaged" }, raw)).toEqual(renewal);
  });

  test("read back as they were given, and delete without a trace", async () => {
    const { raw } = await newLeaf();
    const { outs } = await certificate.create(raw);
    // Strictly: a property that is there without a value cannot be sent to the engine.
    expect(await certificate.read("id", outs, outs)).toStrictEqual({
      id: "id",
      props: outs,
      inputs: raw,
    });
    await expect(certificate.delete(outs)).resolves.toBeUndefined();
  });

  test.each([
    [{ commonName: "" }, "commonName"],
    [{ days: 0, renewBeforeDays: 0 }, "days"],
    [{ renewBeforeDays: 100 }, "renewBeforeDays"],
    [{ ipAddresses: ["localhost"] }, "ipAddresses"],
    [{ ipAddresses: [], dnsNames: [] }, "dnsNames"],
  ])("are refused with %j", async (wrong, property) => {
    const { raw } = await newLeaf();
    const { failures } = await certificate.check({}, { ...raw, ...wrong });
    expect(failures.map((failure) => failure.property)).toContain(property);
  });

  test("say what is wrong with the authority they are given", async () => {
    const { raw } = await newLeaf();
    const work = certificate.create({ ...raw, authorityCertificate: "nonsense" });
    await expect(work).rejects.toThrow("No certificate could be made for estate, test");
  });
});
