import { stringify } from "yaml";

/** Names of the files every listener of the Prometheus family has. */
export const webFiles = { certificate: "tls.crt", config: "web.yml", key: "tls.key" } as const;

/**
 * The text of web.yml: TLS and basic authentication for a listener.
 *
 * @param users - bcrypt hash by user name.
 */
export function renderWeb(users: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(users).sort(([a], [b]) => (a < b ? -1 : 1));
  return stringify(
    {
      tls_server_config: {
        cert_file: webFiles.certificate,
        key_file: webFiles.key,
        min_version: "TLS12",
      },
      basic_auth_users: Object.fromEntries(sorted),
    },
    { lineWidth: 0 },
  );
}
