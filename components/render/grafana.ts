/** The inputs of grafana.ini. */
export interface GrafanaIni {
  readonly config: string;
  readonly data: string;
  /** Address to listen on; all interfaces when empty. */
  readonly address: string;
  readonly port: number;
  readonly url: string | undefined;
  readonly username: string;
  /** Name of the database's file, which belongs to one login and one secret key. */
  readonly database: string;
  /** Who may read `/metrics`. */
  readonly metricsUsername: string;
}

/** Files beside grafana.ini whose content stays out of it. */
export const grafanaFiles = {
  certificate: "tls.crt",
  config: "grafana.ini",
  key: "tls.key",
  metricsPassword: "metrics.password",
  password: "admin.password",
  secretKey: "secret.key",
} as const;

/** The text of grafana.ini. Holds no secret: Grafana reads those from files. */
export function renderGrafanaIni(input: GrafanaIni): string {
  const file = (name: string): string => `${input.config}/${name}`;
  const sections: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>> = {
    analytics: {
      check_for_plugin_updates: false,
      check_for_updates: false,
      reporting_enabled: false,
    },
    "auth.anonymous": { enabled: false },
    // WAL: without it creation of content meets a locked database now and then.
    database: { path: input.database, wal: true },
    log: { mode: "console" },
    metrics: {
      basic_auth_password: `$__file{${file(grafanaFiles.metricsPassword)}}`,
      basic_auth_username: input.metricsUsername,
      enabled: true,
    },
    news: { news_feed_enabled: false },
    paths: { data: input.data, logs: `${input.data}/log`, plugins: `${input.data}/plugins` },
    plugins: { preinstall_disabled: true, public_key_retrieval_disabled: true },
    security: {
      admin_password: `$__file{${file(grafanaFiles.password)}}`,
      admin_user: input.username,
      cookie_secure: true,
      disable_gravatar: true,
      secret_key: `$__file{${file(grafanaFiles.secretKey)}}`,
      strict_transport_security: true,
    },
    server: {
      cert_file: file(grafanaFiles.certificate),
      cert_key: file(grafanaFiles.key),
      http_addr: input.address,
      http_port: input.port,
      min_tls_version: "TLS1.2",
      protocol: "https",
      ...(input.url === undefined ? {} : { root_url: `${input.url}/` }),
    },
    users: { allow_sign_up: false },
  };
  return Object.entries(sections)
    .map(([name, values]) => {
      const lines = Object.entries(values).map(([key, value]) => `${key} = ${String(value)}`);
      return `[${name}]\n${lines.join("\n")}\n`;
    })
    .join("\n");
}
