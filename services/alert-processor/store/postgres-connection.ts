import { readFileSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import { type PoolConfig, TypeOverrides, types } from "pg";
import { DatabaseError, DatabaseOptionsError } from "./database-error.ts";

/** Where a PostgreSQL is and how it is spoken to. */
export interface PostgresOptions {
  /**
   * `postgres://user@host:5432/database`, without parameters; the folder of a socket stands for the
   * host as `%2Frun%2Fpostgresql`.
   */
  readonly url: string;
  /** @default the one in `url` */
  readonly password?: string | undefined;
  /** File of the authorities, PEM, of which one signed the server's certificate. @default Node's */
  readonly caFile?: string | undefined;
  /** Speak without TLS: only to this machine, and never on its own. @default false */
  readonly plain?: boolean | undefined;
  /** Milliseconds that one statement, one wait or one connection may take. @default 15000 */
  readonly timeout?: number | undefined;
}

/** Advice by `code message` of a failure; the first that fits. */
const advice: readonly (readonly [RegExp, string])[] = [
  [/^28/, "check the user and the password"],
  [/^3D000/, "create the database, or correct its name"],
  [/^42501/, "let the user create and change tables in this database"],
  [/^25006/, "this is a standby: name the primary"],
  [/^53300/, "raise max_connections or run fewer programs"],
  [/^57014/, "look for a long transaction in pg_stat_activity"],
  [/SSL connections/, "turn ssl on in postgresql.conf"],
  [
    /CERT|SELF_SIGNED|UNABLE_TO/,
    "set caFile to the authority of its certificate, and use a host that the certificate names",
  ],
];

/** As an error that says where, why and what to do. */
export function databaseError(where: string, error: unknown): DatabaseError {
  // A host of several addresses fails once for each.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { code, message } = first as { readonly code?: string; readonly message: string };
  const [, todo] = advice.find(([what]) => what.test(`${code ?? ""} ${message}`)) ?? [];
  const why = `${where}: ${message}; ${todo ?? "check that it runs there, and read its log"}`;
  return new DatabaseError(why, code, error);
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

const isLoopback = (host: string): boolean =>
  host === "localhost" || loopback.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new DatabaseOptionsError(
      `caFile ${file} cannot be read: check its path and permissions`,
      "",
      error,
    );
  }
}

/** TLS that knows whom it speaks to; false where the way does not leave this machine. */
function tlsOf(host: string, { caFile, plain = false }: PostgresOptions): PoolConfig["ssl"] {
  if (host.startsWith("/")) return false;
  if (plain && isLoopback(host)) return false;
  if (plain)
    throw new DatabaseOptionsError(
      `plain is allowed on this machine only, not for ${host}: remove it`,
    );
  return { rejectUnauthorized: true, ...(caFile !== undefined && { ca: read(caFile) }) };
}

// Never the address itself in a message, and never the parser's error: both hold the password.
function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^postgres(?:ql)?:$/.test(url.protocol) || url.hostname === "") {
    throw new DatabaseOptionsError(
      "url must be an address such as postgres://user@host:5432/database",
    );
  }
  if (url.search !== "") {
    const names = [...url.searchParams.keys()].join(", ");
    throw new DatabaseOptionsError(
      `url takes no parameters (${names}): use caFile, plain and timeout`,
    );
  }
  return url;
}

// Numbers of 64 bits come as numbers: times and counts stay far below 2^53.
const parsers = new TypeOverrides();
parsers.setTypeParser(types.builtins.INT8, Number);

/**
 * How to connect, and where that is in words.
 *
 * @throws {@link DatabaseOptionsError} where the options are wrong.
 */
export function connectionOf(options: PostgresOptions): { config: PoolConfig; where: string } {
  const { timeout = 15_000 } = options;
  const url = parse(options.url);
  const host = decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, "$1");
  const port = url.port === "" ? 5432 : Number(url.port);
  const database = decodeURIComponent(url.pathname.slice(1));
  const password = options.password ?? decodeURIComponent(url.password);
  const config: PoolConfig = {
    host,
    port,
    user: decodeURIComponent(url.username) || undefined,
    database: database || undefined,
    password: password || undefined,
    ssl: tlsOf(host, options),
    application_name: "vigil",
    // Whatever the server's default is: what was answered survives a crash.
    options: "-c synchronous_commit=on",
    keepAlive: true,
    connectionTimeoutMillis: timeout,
    statement_timeout: timeout,
    idle_in_transaction_session_timeout: timeout,
    // Ours comes a little later, for a server that says nothing any more.
    query_timeout: timeout + 1_000,
    types: parsers,
  };
  return { config, where: `PostgreSQL at ${host}:${port}/${database}` };
}
