import { z } from "zod";
import { imageOf } from "../../lib/pins.ts";
import {
  about,
  certificate,
  listening,
  line,
  name,
  type Secret,
  secretText,
} from "../config/fields.ts";
import { askedAt, askedFrom, askedComplaints, askedTargets, runsNear } from "./asked.ts";
import { exporterByFlags } from "./exporter.ts";
import type { Service, SettingsOf } from "./service.ts";

const instance = z.strictObject({
  address: askedAt(
    "Redis, Valkey or Sentinel, as the exporter reaches it.",
    "cache-1.example.com:6379",
  ),
  username: about(line.optional(), {
    description:
      "Account of the exporter; when absent, it signs in as to old servers without accounts.",
    example: "vigil",
  }),
  password: about(secretText().optional(), { description: "Its password.", secret: true }),
  on: askedFrom,
  tls: about(z.boolean().default(false), {
    description: "Whether to connect with TLS.",
    example: "true",
  }),
});

const fields = {
  ...listening({
    port: 9121,
    image: imageOf("docker.io/oliver006/redis_exporter", "redis_exporter"),
    memory: 64,
  }),
  instances: about(z.record(name, instance).default({}), {
    description: "Servers that are watched, by name.",
  }),
  authority: about(certificate.optional(), {
    description: "CA certificate (PEM) of servers with TLS, if it is a private CA.",
    example: '"$(cat ca.crt)"',
  }),
};

type Settings = SettingsOf<typeof fields>;
type Instance = z.output<typeof instance>;

/** Files of the exporter in its configuration folder. */
const files = { authority: "redis.crt", passwords: "secrets/passwords.json" } as const;

/** Collectors that are off by default and that alerts need; no Go runtime metrics of the exporter. */
export const redisSelection = ["--include-system-metrics", "--redis-only-metrics"];

/** How the exporter is asked about a server; its passwords are kept by the same text. */
function uriOf({ address, tls, username }: Instance): string {
  const user = username === undefined ? "" : `${encodeURIComponent(username)}@`;
  return `${tls ? "rediss" : "redis"}://${user}${address}`;
}

/** Passwords as the exporter reads them: one for each address. */
function passwordsOf({ instances }: Settings, reveal: (secret: Secret) => string): string {
  const known = Object.values(instances).flatMap((one) =>
    one.password === undefined ? [] : [[uriOf(one), reveal(one.password)] as const],
  );
  return JSON.stringify(Object.fromEntries(known.sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** The commands that the exporter sends to a server. */
const allowed = [
  "info",
  "config|get",
  "slowlog|len",
  "slowlog|get",
  "latency|latest",
  "latency|histogram",
  "cluster|info",
  "client|setname",
];

/** Subcommands that only a Sentinel knows, and others refuse to allow. */
const sentinelAllowed = [
  "info",
  "client|setname",
  ...["masters", "ckquorum", "sentinels", "slaves"].map((one) => `sentinel|${one}`),
];

const accountWith = (commands: readonly string[]): string =>
  `ACL SETUSER vigil on '>PASSWORD' resetkeys resetchannels -@all ${commands.map((one) => `'+${one}'`).join(" ")}`;

/**
 * Redis, Valkey and Sentinel: one exporter asks them all, each as a target of its own.
 */
export const redis: Service<"redis", typeof fields> = {
  name: "redis",
  key: "redis",
  fields,
  component: "Exporter",
  binary: "redis_exporter",
  image: { uid: 59_000, gid: 59_000, bare: true },
  listener: "certificate",
  wanted: ({ instances }) => Object.keys(instances).length > 0,
  lacks: {
    "watched streams": "Vigil's own does not look into streams: its account may not read keys",
  },
  account: {
    about:
      "It reads what servers report about themselves, and no keys. CONFIG GET shows passwords from the server's own configuration (`requirepass`, `masterauth`); the exporter does not expose them.",
    commands: { "Redis and Valkey": accountWith(allowed), Sentinel: accountWith(sentinelAllowed) },
  },
  runs: runsNear,
  complaints: askedComplaints("Redis"),
  jobs: (input) => [
    {
      name: "redis",
      access: "certificate",
      mostSamples: 10_000,
      targets: askedTargets(input, uriOf),
      probe: { path: "/scrape" },
    },
  ],
  ...exporterByFlags<Settings>({
    args: ({ config }, settings) => [
      // None of its own: each is asked about by name.
      "--redis.addr=",
      `--redis.password-file=${config}/${files.passwords}`,
      ...(settings.authority === undefined
        ? []
        : [`--tls-ca-cert-file=${config}/${files.authority}`]),
      ...redisSelection,
    ],
    files: ({ authority }) => (authority === undefined ? {} : { [files.authority]: authority }),
    secrets: (settings, reveal) => ({ [files.passwords]: passwordsOf(settings, reveal) }),
    tls: {
      certificate: "--tls-server-cert-file",
      key: "--tls-server-key-file",
      clients: "--tls-server-ca-cert-file",
    },
    health: "/health",
  }),
};
