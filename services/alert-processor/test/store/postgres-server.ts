import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { newAuthority, newCertificate } from "../../../../test/kit/pki.ts";
import { freePort, run } from "../../../../test/kit/programs.ts";
import { programs } from "./postgres-programs.ts";

/** PostgreSQL refuses to run as root: then it runs as `nobody`, who owns the folder. */
const nobody = 65534;
const identity = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

/** Long enough for a busy machine: milliseconds. */
const patience = 60_000;

const lasting = { days: 1, renewBeforeDays: 0 };

/** A real PostgreSQL of its own on loopback, with a password and TLS. */
export class PostgresServer {
  readonly port: number;
  readonly #bin: string;
  /** Of its socket, too. */
  readonly folder: string;
  #child: ChildProcess | undefined;
  #users = 0;

  private constructor(bin: string, folder: string, port: number) {
    this.#bin = bin;
    this.folder = folder;
    this.port = port;
  }

  static readonly user = "ada";
  static readonly password = "not/to@be:seen";

  /** @param prepare - Called with its empty folder. */
  static async start(prepare?: (folder: string) => void): Promise<PostgresServer> {
    const bin = programs();
    const folder = mkdtempSync(join(tmpdir(), "vigil-postgres-"));
    prepare?.(folder);
    const server = new PostgresServer(bin, folder, await freePort());
    process.once("exit", server.#drop);
    server.#give(folder);
    await server.#prepare();
    await server.resume();
    return server;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    const { exitCode, pid, signalCode } = this.#child ?? { exitCode: 0 };
    return exitCode === null && signalCode === null ? pid : undefined;
  }

  /** The authority that signed its certificate, which is for `localhost` only. */
  get caFile(): string {
    return join(this.folder, "ca.pem");
  }

  /** The address of a database, with the password. */
  url(database: string, host = "127.0.0.1", user = PostgresServer.user): string {
    const password = encodeURIComponent(PostgresServer.password);
    return `postgres://${user}:${password}@${host}:${this.port}/${database}`;
  }

  /**
   * An empty schema of an ordinary user's own, which PostgreSQL looks in first: far faster to make than
   * a database.
   *
   * @returns The address with that user.
   */
  async fresh(): Promise<string> {
    const name = `test_${(this.#users += 1)}`;
    await this.ask(
      this.url("postgres"),
      `CREATE ROLE ${name} LOGIN PASSWORD '${PostgresServer.password}';
       CREATE SCHEMA ${name} AUTHORIZATION ${name}`,
    );
    return this.url("postgres", "127.0.0.1", name);
  }

  /** Asks past the store. @returns The rows. */
  async ask(url: string, statement: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  /** Ends it at once, as a crash would. */
  crash(): Promise<void> {
    return this.#end("SIGQUIT");
  }

  /** Starts it, also after a crash, and waits until it answers. */
  async resume(): Promise<void> {
    const child = spawn(
      join(this.#bin, "postgres"),
      ["-D", join(this.folder, "data"), "-p", `${this.port}`],
      { cwd: this.folder, stdio: ["ignore", "ignore", "pipe"], ...identity },
    );
    this.#child = child;
    let words = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (words += text));
    const end = Date.now() + patience;
    for (;;) {
      try {
        await this.ask(this.url("postgres"), "SELECT 1");
        return;
      } catch (error) {
        if (child.exitCode !== null || Date.now() > end) {
          throw new Error(`PostgreSQL does not start; it says: ${words}`, { cause: error });
        }
        await sleep(50);
      }
    }
  }

  async stop(): Promise<void> {
    await this.#end("SIGINT");
    this.#drop();
    process.off("exit", this.#drop);
  }

  async #prepare(): Promise<void> {
    const data = join(this.folder, "data");
    const authority = await newAuthority({ commonName: "Test", ...lasting }, Date.now());
    const server = await newCertificate(
      {
        authorityCertificate: authority.certificate,
        authorityKey: authority.key,
        commonName: "localhost",
        ...lasting,
        dnsNames: ["localhost"],
        ipAddresses: [],
      },
      Date.now(),
    );
    this.#file("ca.pem", authority.certificate);
    const certificate = this.#file("server.pem", server.certificate);
    const key = this.#file("server.key", server.key);
    const password = this.#file("password", PostgresServer.password);
    await run(
      join(this.#bin, "initdb"),
      [
        ...["-D", data, "-U", PostgresServer.user, "--pwfile", password],
        ...["-A", "scram-sha-256", "--locale=C.UTF-8", "--encoding=UTF8"],
      ],
      { cwd: this.folder, timeout: patience, ...identity },
    );
    const settings = {
      listen_addresses: "localhost",
      unix_socket_directories: this.folder,
      ssl: "on",
      ssl_cert_file: certificate,
      ssl_key_file: key,
      // The store must ask for better.
      synchronous_commit: "off",
      default_transaction_isolation: "repeatable read",
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
    writeFileSync(join(data, "postgresql.conf"), lines.join(""), { flag: "a" });
  }

  /** Writes a file that the server may read. @returns Its path. */
  #file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    this.#give(path);
    return path;
  }

  #give(path: string): void {
    if (identity.uid !== undefined) chownSync(path, nobody, nobody);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const over = once(child, "exit");
    child.kill(signal);
    await over;
  }

  /** The hard end: leaves nothing behind when this process ends early. */
  readonly #drop = (): void => {
    this.#child?.kill("SIGQUIT");
    rmSync(this.folder, { recursive: true, force: true });
  };
}
