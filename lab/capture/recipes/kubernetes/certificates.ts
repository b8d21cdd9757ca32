import { readFile } from "node:fs/promises";
import type { TlsFiles } from "../../answers.ts";
import type { Binaries } from "../../recipe.ts";
import type { Session } from "../../session.ts";

/** A client's key, its request and the certificate that came of it: void after a day. */
export async function newClient(
  session: Session,
  binaries: Binaries,
  files: TlsFiles,
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
