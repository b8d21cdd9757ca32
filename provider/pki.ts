import { randomBytes, webcrypto } from "node:crypto";
import type * as X509 from "@peculiar/x509";
import type { AuthorityInputs, CertificateInputs } from "./types.ts";

/** A certificate with its key, both PEM; the key PKCS #8. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256" } as const;
const signing = { name: "ECDSA", hash: "SHA-256" } as const;

/** Clocks of one estate differ a little: a new certificate is valid from five minutes ago. */
const clockSkew = 5 * 60_000;
const day = 24 * 3_600_000;

/** Loaded on first use: the library takes longer to load than the rest of the provider. */
async function library(): Promise<typeof X509> {
  supplyReflection();
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(webcrypto);
  return x509;
}

/**
 * The library's dependency injection refuses to load without reflect-metadata, of which it uses
 * one function to ask for constructor types that plain JavaScript never has.
 */
function supplyReflection(): void {
  const reflect = Reflect as { getMetadata?: () => undefined; getOwnMetadata?: () => undefined };
  reflect.getMetadata ??= () => undefined;
  reflect.getOwnMetadata ??= () => undefined;
}

/** A new authority: key, self-signed certificate. */
export async function newAuthority(inputs: AuthorityInputs, now: number): Promise<Pair> {
  const x509 = await library();
  const keys = await generate();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...common(inputs, now),
    name: nameOf(inputs.commonName),
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: certificate.toString("pem"), key: await exportKey(keys.privateKey) };
}

/** A new certificate of a server or a client, signed by the authority of `inputs`. */
export async function newCertificate(inputs: CertificateInputs, now: number): Promise<Pair> {
  const x509 = await library();
  const keys = await generate();
  const issuer = new x509.X509Certificate(inputs.authorityCertificate);
  const certificate = await x509.X509CertificateGenerator.create({
    ...common(inputs, now),
    subject: nameOf(inputs.commonName),
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey: await importKey(inputs.authorityKey),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage[inputs.use === "client" ? "clientAuth" : "serverAuth"],
      ]),
      new x509.SubjectAlternativeNameExtension([
        ...inputs.dnsNames.map((value) => ({ type: "dns" as const, value })),
        ...inputs.ipAddresses.map((value) => ({ type: "ip" as const, value })),
      ]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(await issuer.publicKey.export()),
    ],
  });
  return { certificate: certificate.toString("pem"), key: await exportKey(keys.privateKey) };
}

/** True where fewer than `renewBeforeDays` are left of a certificate, or it cannot be read. */
export async function isDue(
  certificate: string,
  renewBeforeDays: number,
  now: number,
): Promise<boolean> {
  const { X509Certificate } = await import("node:crypto");
  try {
    const end = Date.parse(new X509Certificate(certificate).validTo);
    return end - now < renewBeforeDays * day;
  } catch {
    return true;
  }
}

function common(
  inputs: AuthorityInputs,
  now: number,
): { serialNumber: string; notBefore: Date; notAfter: Date; signingAlgorithm: typeof signing } {
  // Positive and at most 20 octets, as RFC 5280 asks.
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return {
    serialNumber: serial.toString("hex"),
    notBefore: new Date(now - clockSkew),
    notAfter: new Date(now + inputs.days * day),
    signingAlgorithm: signing,
  };
}

/** As a list: a text would be parsed, and a comma in it would end the name. */
function nameOf(commonName: string): [{ CN: [string] }] {
  return [{ CN: [commonName] }];
}

async function generate(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  const lines = der.toString("base64").match(/.{1,64}/gu) ?? [];
  return ["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----", ""].join("\n");
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----/gu, ""), "base64");
  return webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
}
