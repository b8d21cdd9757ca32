/** Files that the parts of a chain read: certificates, logins, configurations. */
import { hashSync } from "bcryptjs";
import { parse, stringify } from "yaml";
import { renderPrometheus } from "../../components/render/prometheus.ts";
import { newAuthority, newCertificate } from "../../provider/pki.ts";
import { renderAlertmanager } from "../../rules/lib/alertmanager.ts";
import { seconds } from "../../lib/duration.ts";
import { type Listener, type Shape } from "./shape.ts";

/** A certificate for loopback, and who signed it. All PEM. */
export interface Identity {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

export const login = { name: "vigil", password: "correct-horse-battery" } as const;
export const token = "t".repeat(40);

/** How many times as fast as in an estate everything is that waits: two minutes are twenty of it. */
export const speed = 10;

const lasting = { days: 1, renewBeforeDays: 0 };

export async function newIdentity(): Promise<Identity> {
  const authority = await newAuthority({ commonName: "Chain", ...lasting }, Date.now());
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

/** Beside every configuration. */
export const sharedFiles = ({ ca, certificate, key }: Identity): Record<string, string> => ({
  "ca.crt": ca,
  "tls.crt": certificate,
  "tls.key": key,
  // What Prometheus has to show; a relay takes its messages, which does not ask.
  "client.crt": certificate,
  "client.key": key,
  token,
  secret: "s".repeat(40),
  "machine.password": login.password,
  "web.yml": stringify({
    tls_server_config: { cert_file: "tls.crt", key_file: "tls.key" },
    // The cheapest cost: it is not bcrypt that is tried here.
    basic_auth_users: { [login.name]: hashSync(login.password, 4) },
  }),
});

/** Names of alerts by severity and by how long the trouble must last. */
const rules = (): object =>
  ({
    groups: [
      {
        name: "chain",
        interval: "1s",
        rules: [
          {
            alert: "Watchdog",
            expr: "vector(1)",
            labels: { severity: "none", team: "sre", service: "prometheus" },
          },
          ...["emergency", "critical", "warning", "info"].map((severity) => ({
            alert: `Chain${severity}`,
            expr: `chain_trouble{severity="${severity}"} == 1`,
            // Half of them wait, so that Prometheus restores what it waited for.
            for: severity === "critical" || severity === "info" ? "2s" : "0s",
            labels: { team: "sre", service: "chain" },
            annotations: { summary: "trouble with {{ $labels.object }}" },
          })),
        ],
      },
    ],
  }) as const;

/** Prometheus's own configuration files, as the product renders them, for two Alertmanagers. */
export function prometheusFiles(
  exporter: number,
  receivers: readonly number[],
): Record<string, string> {
  const text = renderPrometheus({
    environment: "chain",
    settings: {
      scrapeInterval: "1s",
      evaluationInterval: "1s",
      limits: { samples: 50_000, labels: 64, labelValueLength: 2048, bodySize: "64MB" },
      remoteWrite: {},
    },
    jobs: [
      {
        name: "chain",
        access: "open",
        targets: [{ address: `127.0.0.1:${exporter}`, labels: { instance: "exporter" } }],
      },
    ],
    alertmanager: "ALERTMANAGER",
    ruleFiles: ["rules.yml"],
  });
  const config = parse(text, (key, value: unknown) =>
    key === "targets" && Array.isArray(value) && value[0] === "ALERTMANAGER"
      ? receivers.map((port) => `127.0.0.1:${port}`)
      : value,
  ) as object;
  return { "prometheus.yml": stringify(config), "rules.yml": stringify(rules()) };
}

/** Times of the product's configuration that are told faster; a timeout stays what it is. */
const paces = /^(?:group_wait|group_interval|repeat_interval)$/;

const faster = (duration: string): string => `${(seconds(duration) * 1000) / speed}ms`;

/** Alertmanager's configuration, as the product renders it, but faster. */
export function alertmanagerFiles(webhook: number): Record<string, string> {
  const text = renderAlertmanager({
    processor: {
      url: `https://127.0.0.1:${webhook}/v1/alerts`,
      tokenFile: "token",
      authorityFile: "ca.crt",
    },
  });
  const config = parse(text, (key, value: unknown) =>
    typeof key === "string" && paces.test(key) && typeof value === "string" ? faster(value) : value,
  ) as object;
  return {
    "alertmanager.yml": stringify(config),
    // It asks nobody who he is: a relay stands before it, and the certificate of a sender ends there.
    "web.yml": stringify({ tls_server_config: { cert_file: "tls.crt", key_file: "tls.key" } }),
  };
}

export interface ProcessorPorts {
  readonly listen: number;
  /** Of the Alertmanagers whose lists it compares with. */
  readonly lists: readonly number[];
  /** By channel. */
  readonly channels: Readonly<Record<string, number>>;
}

function channelOf({ channel }: Listener, port: number): object {
  if (channel !== "mail") {
    return {
      kind: "webhook",
      url: `http://127.0.0.1:${port}/`,
      plain: true,
      private: true,
    };
  }
  return {
    kind: "email",
    host: "127.0.0.1",
    port,
    user: login.name,
    passwordFile: "machine.password",
    caFile: "ca.crt",
    from: "vigil@example.com",
    to: ["ada@example.com"],
  };
}

/** The processor's configuration. */
export function processorFiles(
  { listeners, memory }: Shape,
  { channels, listen, lists }: ProcessorPorts,
): Record<string, string> {
  return {
    "processor.yml": stringify({
      listen: `127.0.0.1:${listen}`,
      publicUrl: `https://localhost:${listen}`,
      webFile: "web.yml",
      tokensFile: "token",
      secretFile: "secret",
      store:
        memory === "sqlite"
          ? { kind: "sqlite", path: "data/memory.db" }
          : { kind: "postgres", urlFile: "database-url", caFile: "database-ca.crt" },
      alertmanager: {
        url: `https://127.0.0.1:${lists[0] ?? 0}`,
        username: login.name,
        passwordFile: "machine.password",
        caFile: "ca.crt",
      },
      heartbeat: { silence: 300 / speed },
      channels: Object.fromEntries(
        listeners.map((one) => [one.channel, channelOf(one, channels[one.channel] ?? 0)]),
      ),
      subscriptions: listeners.map(({ channel, severities }) => ({
        channel,
        severities,
        after: [0],
        also: ["resolved"],
      })),
    }),
  };
}
