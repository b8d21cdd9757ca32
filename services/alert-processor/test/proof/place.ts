import { hashSync } from "bcryptjs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { newAuthority, newCertificate } from "../../../../test/kit/pki.ts";
import { freePort } from "../../../../test/kit/programs.ts";

/** Who may send alerts, and who may read them. */
export const token = "a".repeat(40);
export const user = { name: "ada", password: "lovelace" } as const;

/** What a test says of the processor's configuration; the rest is as it must be. */
export interface PlaceOptions {
  readonly channels?: Readonly<Record<string, object>>;
  readonly subscriptions?: readonly object[];
  /** File of the memory, seen from the folder. @default memory.db */
  readonly database?: string;
  /** Another memory than a file. */
  readonly store?: object;
}

/** A folder with all that a processor reads, and the address that it will have. */
export interface Place {
  readonly folder: string;
  readonly port: number;
  /** Of the authority that signed the certificate, PEM. */
  readonly ca: string;
  /** Configuration file of the processor. */
  readonly config: string;
  /** The memory, where it is a file. */
  readonly database: string;
  remove(): Promise<void>;
}

const lasting = { days: 1, renewBeforeDays: 0 };

async function identity() {
  const authority = await newAuthority({ commonName: "Test", ...lasting }, Date.now());
  const server = await newCertificate(
    {
      authorityCertificate: authority.certificate,
      authorityKey: authority.key,
      commonName: "localhost",
      ...lasting,
      dnsNames: ["localhost"],
      ipAddresses: ["127.0.0.1"],
    },
    Date.now(),
  );
  return { ca: authority.certificate, ...server };
}

/** Makes the folder: certificate, tokens, users and configuration. */
export async function makePlace(options: PlaceOptions = {}): Promise<Place> {
  const { channels = {}, database = "memory.db", subscriptions } = options;
  const { store = { kind: "sqlite", path: database } } = options;
  const folder = await mkdtemp(join(tmpdir(), "vigil-processor-"));
  const { ca, certificate, key } = await identity();
  const port = await freePort();
  const files = {
    "ca.pem": ca,
    "tls.crt": certificate,
    "tls.key": key,
    tokens: token,
    secret: "s".repeat(40),
    password: user.password,
    "web.yml": stringify({
      tls_server_config: { cert_file: "tls.crt", key_file: "tls.key" },
      // The cheapest cost: it is not bcrypt that is tried here.
      basic_auth_users: { [user.name]: hashSync(user.password, 4) },
    }),
    "processor.yml": stringify({
      listen: `127.0.0.1:${port}`,
      publicUrl: `https://localhost:${port}`,
      webFile: "web.yml",
      tokensFile: "tokens",
      secretFile: "secret",
      store,
      channels,
      subscriptions:
        subscriptions ?? Object.keys(channels).map((channel) => ({ channel, after: [0] })),
    }),
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, name), text, { mode: 0o600 });
  }
  return {
    folder,
    port,
    ca,
    config: join(folder, "processor.yml"),
    database: join(folder, database),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
