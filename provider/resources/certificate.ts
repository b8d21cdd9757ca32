import { isIP } from "node:net";
import { newCertificate } from "../pki.ts";
import type { Failure, Resource } from "../resource.ts";
import type { CertificateInputs } from "../types.ts";
import { secret } from "../values.ts";
import { renewable } from "./renewable.ts";

const base = renewable<CertificateInputs>({
  properties: [
    "commonName",
    "days",
    "renewBeforeDays",
    "use",
    "dnsNames",
    "ipAddresses",
    "authorityCertificate",
    "authorityKey",
  ],
  problems: nameProblems,
  make: newCertificate,
});

/** A certificate of an authority, for a server or a client. */
export const certificate: Resource = {
  ...base,
  check: (olds, news) => base.check(olds, { ...news, authorityKey: secret(news["authorityKey"]) }),
};

function nameProblems(inputs: CertificateInputs): Failure[] {
  const failures: Failure[] = [];
  const wrong = inputs.ipAddresses.filter((address) => isIP(address) === 0);
  if (wrong.length > 0) {
    failures.push({ property: "ipAddresses", reason: `${wrong.join(", ")} is not an IP address` });
  }
  if (inputs.dnsNames.length + inputs.ipAddresses.length === 0) {
    const reason = "give a name or an address: clients check nothing else";
    failures.push({ property: "dnsNames", reason });
  }
  return failures;
}
