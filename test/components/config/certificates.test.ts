import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../kit/parse.ts";

describe("certificates", () => {
  let folder: string;
  const pem = (name: string): string => readFileSync(join(folder, name), "utf8");
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  };
  const tls = (certificate: string, key: string, authority = "ca.crt") => ({
    tls: { authority: pem(authority), certificate: pem(certificate), key: pem(key) },
  });
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "vigil-tls-"));
    const ca = [
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "3650",
    ];
    for (const name of ["ca", "other"]) {
      openssl(
        "req",
        ...ca,
        "-subj",
        `/CN=${name}`,
        "-keyout",
        `${name}.key`,
        "-out",
        `${name}.crt`,
      );
    }
    openssl(
      "req",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-subj",
      "/CN=a",
      "-keyout",
      "a.key",
      "-out",
      "a.csr",
    );
    openssl(
      "x509",
      "-req",
      "-in",
      "a.csr",
      "-CA",
      "ca.crt",
      "-CAkey",
      "ca.key",
      "-days",
      "30",
      "-out",
      "a.crt",
    );
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const check = (values: object, at: Date) => {
    const text = {
      environment: "dev",
      target: "local",
      tls: JSON.stringify((values as { tls: object }).tls),
    };
    return parseConfig({ values: text, secretKeys: new Set(["tls"]) }, at).problems;
  };
  const today = new Date(Date.now() + 60_000);

  it("that fit are taken", () => {
    expect(check(tls("a.crt", "a.key"), today)).toBeUndefined();
  });
  it("whose key is another's are refused", () => {
    expect(check(tls("a.crt", "other.key"), today)).toEqual([
      expect.objectContaining({
        path: "vigil:tls.key",
        reason: "does not belong to vigil:tls.certificate",
        fix: "./vigil pulumi config set --secret --path 'vigil:tls.key' < tls.key",
      }),
    ]);
  });
  it("that expired are refused", () => {
    const later = new Date(Date.now() + 40 * 86_400_000);
    expect(check(tls("a.crt", "a.key"), later)).toEqual([
      expect.objectContaining({
        path: "vigil:tls.certificate",
        reason: expect.stringMatching(/^expired on 20/) as string,
      }),
    ]);
  });
  it("that are not valid yet are refused", () => {
    const earlier = new Date(Date.now() - 86_400_000);
    expect(check(tls("a.crt", "a.key"), earlier)?.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^is not valid before/),
      expect.stringMatching(/^is not valid before/),
    ]);
  });
  it("signed by somebody else are refused", () => {
    expect(check(tls("a.crt", "a.key", "other.crt"), today)).toEqual([
      expect.objectContaining({
        path: "vigil:tls.authority",
        reason: "did not sign vigil:tls.certificate",
      }),
    ]);
  });
});
