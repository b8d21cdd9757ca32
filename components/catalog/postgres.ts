import { z } from "zod";
import { imageOf } from "../../lib/pins.ts";
import type { Lacks } from "../../rules/lib/needs.ts";
import {
  about,
  certificate,
  encryptedSecret,
  listening,
  line,
  name,
  port,
  secret,
} from "../config/fields.ts";
import { askedAt, askedComplaints, askedFrom, askedTargets } from "./asked.ts";
import { exporter, nobody } from "./exporter.ts";
import type { Service, SettingsOf } from "./service.ts";

/** The exporter takes a connection apart at its spaces, and writes what it cannot read into its log. */
const unbroken = (text: string): boolean => text !== "" && !/\s/.test(text);
const broken = "is empty or has a space in it, which the exporter cannot read";
const word = line.refine((text) => !/\s/.test(text), { error: broken });

const instance = z.strictObject({
  address: askedAt("PostgreSQL, as the exporter reaches it.", "db-1.example.com:5432"),
  username: about(word.default("vigil"), {
    description: "Account of the exporter.",
    example: "vigil",
  }),
  password: about(secret((text) => text === encryptedSecret || unbroken(text), broken).optional(), {
    description: "Its password; when absent, the server must let it in without.",
    secret: true,
  }),
  database: about(word.default("postgres"), {
    description: "Database that it connects to; of tables it sees only those in there.",
    example: "shop",
  }),
  sslmode: about(z.enum(["disable", "require", "verify-ca", "verify-full"]).default("require"), {
    description:
      "TLS to the server, in PostgreSQL's own words. `require` checks the server's certificate only where `authority` is set.",
    example: "verify-full",
  }),
  statements: about(z.boolean().default(false), {
    description: "Whether to read `pg_stat_statements`, which must be installed in the database.",
    example: "true",
  }),
  on: askedFrom,
  port: about(port.optional(), {
    description:
      "Port of its exporter, where the one of the service is taken: each server has an exporter of its own.",
    example: "9188",
  }),
});

const fields = {
  ...listening({
    port: 9187,
    image: imageOf("quay.io/prometheuscommunity/postgres-exporter", "postgres_exporter"),
    memory: 128,
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
const files = { authority: "postgres.crt", password: "secrets/password" } as const;

/** Collectors that are on by default and that neither an alert nor its runbook asks for. */
const unused = ["roles", "statio_user_tables"] as const;

/** Collectors that are off by default and that alerts need. */
const needed = ["database_wraparound", "postmaster", "stat_checkpointer", "stat_wal_receiver"];

/**
 * What an exporter tells of any server. A query that takes longer than Prometheus waits would go on, and hold
 * one of the few connections of its account.
 */
export const postgresSelection = [
  ...needed.map((one) => `--collector.${one}`),
  ...unused.map((one) => `--no-collector.${one}`),
  "--collection-timeout=10s",
];

/**
 * What every connection is set to: it never waits long for a table that somebody has locked, nor for a server
 * that does not answer.
 */
export const postgresSession = {
  application_name: "postgres_exporter",
  connect_timeout: "3",
  lock_timeout: "1000",
} as const;

/** Of its settings, those of the one server that a process asks. */
function only({ instances }: Pick<Settings, "instances">): Instance {
  const [one] = Object.values(instances);
  if (one === undefined) throw new Error("A process without a server");
  return one;
}

/** Where it connects to and how, without who it is. */
export function uriOf(
  { address, database, sslmode }: Pick<Instance, "address" | "database" | "sslmode">,
  authority?: string,
): string {
  const parameters = new URLSearchParams({
    ...postgresSession,
    sslmode,
    ...(sslmode !== "disable" && authority !== undefined && { sslrootcert: authority }),
  });
  return `${address}/${encodeURIComponent(database)}?${parameters.toString()}`;
}

const makes = (roles: string): string =>
  `CREATE ROLE vigil LOGIN PASSWORD 'PASSWORD' CONNECTION LIMIT 5 IN ROLE ${roles}; GRANT CONNECT ON DATABASE postgres TO vigil;`;

/**
 * PostgreSQL: an exporter for each server. One could ask many (`/probe`), but then it connects again for each
 * scrape: where all connections are taken it sees nothing, while one that has kept its connection tells who
 * has them.
 */
export const postgres: Service<"postgres", typeof fields> = {
  name: "postgres",
  key: "postgres",
  fields,
  component: "Exporter",
  binary: "postgres_exporter",
  image: nobody,
  listener: "certificate",
  wanted: ({ instances }) => Object.keys(instances).length > 0,
  lacksHere: ({ instances }): Lacks =>
    Object.values(instances).some(({ statements }) => statements)
      ? {}
      : { "statement statistics": "vigil:postgres.instances.<name>.statements is not set" },
  account: {
    about:
      "It reads statistics, settings and the size of everything, and no row of any table. Make it on the primary; a standby has it from there. From PostgreSQL 16 on it may use connections that `reserved_connections` holds back, so that it gets in when all others are taken.",
    commands: {
      "PostgreSQL 12 to 15": makes("pg_monitor"),
      "PostgreSQL 16 and later": makes("pg_monitor, pg_use_reserved_connections"),
    },
  },
  runs: (settings) =>
    Object.entries(settings.instances)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([as, one]) => ({
        on: one.on,
        as,
        settings: { ...settings, port: one.port ?? settings.port, instances: { [as]: one } },
        onAt: ["instances", as, "on"],
        portAt: ["instances", as, "port"],
      })),
  complaints: askedComplaints("PostgreSQL"),
  // Named by its server, and asked at its exporter.
  jobs: (input) => [
    {
      ...input.own,
      targets: askedTargets(input).map(({ labels }) => ({
        address: input.place.address,
        labels,
      })),
    },
  ],
  ...exporter<Settings>({
    args: (_place, settings) => [
      ...postgresSelection,
      ...(only(settings).statements ? ["--collector.stat_statements"] : []),
    ],
    env: ({ config }, settings) => {
      const { authority } = settings;
      const one = only(settings);
      return {
        DATA_SOURCE_URI: uriOf(one, authority && `${config}/${files.authority}`),
        DATA_SOURCE_USER: one.username,
        ...(one.password && { DATA_SOURCE_PASS_FILE: `${config}/${files.password}` }),
      };
    },
    files: ({ authority }) => (authority === undefined ? {} : { [files.authority]: authority }),
    secrets: (settings, reveal) => {
      const { password } = only(settings);
      return password === undefined ? {} : { [files.password]: reveal(password) };
    },
    health: "/",
  }),
};
