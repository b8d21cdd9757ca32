import { readFile } from "node:fs/promises";
import { newAuthority, newCertificate } from "../../../../provider/pki.ts";
import type { Binaries } from "../../recipe.ts";
import type { Session } from "../../session.ts";

/** Files of an authority, and of the certificate with which every program of a cluster serves. */
export interface Files {
  readonly authority: string;
  readonly authorityKey: string;
  readonly certificate: string;
  readonly key: string;
}

/** Writes the files of a new authority and a new certificate for 127.0.0.1. */
export async function newFiles(session: Session): Promise<Files> {
  const common = { days: 1, renewBeforeDays: 0 };
  const now = Date.now();
  const signer = await newAuthority({ ...common, commonName: "capture" }, now);
  const pair = await newCertificate(
    {
      ...common,
      commonName: "localhost",
      dnsNames: ["localhost"],
      ipAddresses: ["127.0.0.1"],
      authorityCertificate: signer.certificate,
      authorityKey: signer.key,
    },
    now,
  );
  return {
    authority: await session.file("tls/ca.crt", signer.certificate),
    authorityKey: await session.file("tls/ca.key", signer.key),
    certificate: await session.file("tls/server.crt", pair.certificate),
    key: await session.file("tls/server.key", pair.key),
  };
}

/** A client's key, its request and the certificate that came of it: void after a day. */
export async function newClient(
  session: Session,
  binaries: Binaries,
  files: Files,
  subject: string,
): Promise<{ request: string; cert: string; key: string }> {
  const openssl = binaries["openssl"] ?? "";
  const [request, cert, key] = ["csr", "crt", "key"].map((ending) =>
    session.path(`client.${ending}`),
  ) as [string, string, string];
  await session.run(openssl, [
    ...["req", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    ...["-subj", subject, "-keyout", key, "-out", request],
  ]);
  await session.run(openssl, [
    ...["x509", "-req", "-in", request, "-days", "1", "-out", cert],
    ...["-CA", files.authority, "-CAkey", files.authorityKey, "-CAcreateserial"],
  ]);
  const text = (path: string): Promise<string> => readFile(path, "utf8");
  return { request: await text(request), cert: await text(cert), key: await text(key) };
}
