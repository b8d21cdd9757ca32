import { createPrivateKey, type X509Certificate } from "node:crypto";

/** Whether a private key in PEM is that of a certificate; undefined where it cannot be read. */
export function belongsTo(certificate: X509Certificate, key: string): boolean | undefined {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return undefined;
  }
}
