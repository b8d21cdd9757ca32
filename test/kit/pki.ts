import { newAuthority, newCertificate } from "../../provider/pki.ts";
import type { Pair } from "../../provider/pki.ts";

export { newAuthority, newCertificate, type Pair } from "../../provider/pki.ts";

/** A throw-away authority and one server certificate for all of `names`. */
export async function throwAway(names: readonly string[]): Promise<{ ca: string; server: Pair }> {
  const now = Date.now();
  const common = { days: 1, renewBeforeDays: 0 };
  const authority = await newAuthority({ ...common, commonName: "test authority" }, now);
  const server = await newCertificate(
    {
      ...common,
      commonName: "test server",
      dnsNames: ["localhost", ...names],
      ipAddresses: ["127.0.0.1"],
      authorityCertificate: authority.certificate,
      authorityKey: authority.key,
    },
    now,
  );
  return { ca: authority.certificate, server };
}

export interface Identity {
  readonly authority: Pair;
  readonly leaf: Pair;
}

const terms = { days: 10, renewBeforeDays: 1 };

/** An authority and a certificate for this machine. */
export async function identity(): Promise<Identity> {
  const authority = await newAuthority({ commonName: "test", ...terms }, Date.now());
  const leaf = await newCertificate(
    {
      commonName: "server",
      ...terms,
      dnsNames: ["localhost"],
      ipAddresses: ["127.0.0.1"],
      authorityCertificate: authority.certificate,
      authorityKey: authority.key,
    },
    Date.now(),
  );
  return { authority, leaf };
}

/** What somebody shows who asks a listener that wants a certificate. */
export const holderOf = (authority: Pair): Promise<Pair> =>
  newCertificate(
    {
      commonName: "holder",
      use: "client",
      ...terms,
      dnsNames: [],
      ipAddresses: [],
      authorityCertificate: authority.certificate,
      authorityKey: authority.key,
    },
    Date.now(),
  );
