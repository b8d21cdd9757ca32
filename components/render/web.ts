import { toYaml } from "../../lib/yaml.ts";

/** Names of the files every listener of the Prometheus family has. */
export const webFiles = {
  certificate: "tls.crt",
  /** Authority of those who may ask; only where certificates are asked for. */
  clients: "clients.crt",
  config: "web.yml",
  key: "tls.key",
} as const;

/** Names of the files by which a program asks others. */
export const clientFiles = { certificate: "client.crt", key: "client.key" } as const;

/** Flags of a listener of the Prometheus family: where it listens, and by which address people know it. */
export const webArgs = ({ config, listen, url }: WebPlace): string[] => [
  `--web.config.file=${config}/${webFiles.config}`,
  ...(url === undefined ? [] : [`--web.external-url=${url}`]),
  `--web.listen-address=${listen}`,
];

/** The parts of a place that a listener needs. */
interface WebPlace {
  readonly config: string;
  readonly listen: string;
  readonly url: string | undefined;
}

/** Clients that are let in: users with a password, or holders of certificates. */
export type Admitted =
  /** bcrypt hash by user name. */
  | { readonly users: Readonly<Record<string, string>> }
  /** Names that the certificates carry. */
  | { readonly askers: readonly string[] };

/**
 * The text of web.yml: TLS for a listener and who is let in. Anybody without a certificate is turned
 * away in the handshake; a password is checked after it, at the price of a bcrypt each.
 */
export function renderWeb(admitted: Admitted): string {
  const tls = {
    cert_file: webFiles.certificate,
    key_file: webFiles.key,
    min_version: "TLS12",
  };
  if ("askers" in admitted) {
    return toYaml({
      tls_server_config: {
        ...tls,
        client_auth_type: "RequireAndVerifyClientCert",
        client_ca_file: webFiles.clients,
        client_allowed_sans: [...admitted.askers].sort(),
      },
    });
  }
  const sorted = Object.entries(admitted.users).sort(([a], [b]) => (a < b ? -1 : 1));
  return toYaml({ tls_server_config: tls, basic_auth_users: Object.fromEntries(sorted) });
}
