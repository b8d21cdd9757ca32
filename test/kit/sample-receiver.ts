import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { stringify } from "yaml";
import { ask, asHolder } from "../../lib/ask.ts";
import { freePort } from "../../lib/free-port.ts";
import { type Pair, throwAway } from "./pki.ts";
import { until } from "./servers.ts";

const username = "vigil";

/** Who is let in by certificate: their authority, and one of them. */
export interface Clients {
  readonly authority: string;
  readonly holder: Pair;
}

/** A Prometheus that others send samples to: over TLS, with a login, on loopback. */
export class SampleReceiver {
  readonly port: number;
  /** Certificate in PEM of its authority. */
  readonly authority: string;
  readonly username = username;
  password: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;
  #clients: Clients | undefined;

  private constructor(port: number, authority: string, password: string, folder: string) {
    this.port = port;
    this.authority = authority;
    this.password = password;
    this.#folder = folder;
  }

  static async start(password: string): Promise<SampleReceiver> {
    const folder = mkdtempSync(join(tmpdir(), "vigil-receiver-"));
    const { ca, server } = await throwAway([]);
    writeFileSync(join(folder, "tls.crt"), server.certificate);
    writeFileSync(join(folder, "tls.key"), server.key);
    writeFileSync(join(folder, "prometheus.yml"), "{}\n");
    const receiver = new SampleReceiver(await freePort(), ca, password, folder);
    receiver.admit(password);
    await receiver.comeBack();
    return receiver;
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}/api/v1/write`;
  }

  /** From now on nobody gets in with another password, or without a certificate of this authority. */
  admit(password: string, clients?: Clients): void {
    this.password = password;
    this.#clients = clients;
    if (clients) writeFileSync(join(this.#folder, "clients.crt"), clients.authority);
    const web = {
      tls_server_config: {
        cert_file: "tls.crt",
        key_file: "tls.key",
        ...(clients !== undefined && {
          client_auth_type: "RequireAndVerifyClientCert",
          client_ca_file: "clients.crt",
        }),
      },
      basic_auth_users: { [username]: hashSync(password, 4) },
    };
    writeFileSync(join(this.#folder, "web.yml"), stringify(web));
  }

  async comeBack(): Promise<void> {
    const args = [
      "--config.file=prometheus.yml",
      "--storage.tsdb.path=data",
      "--web.config.file=web.yml",
      "--web.enable-remote-write-receiver",
      `--web.listen-address=127.0.0.1:${this.port}`,
    ];
    this.#process = spawn("prometheus", args, { cwd: this.#folder, stdio: "ignore" });
    await until("the receiver", 60, async () =>
      (await this.#ask("/-/ready").catch(() => undefined))?.status === 200 ? true : undefined,
    );
  }

  /** Ends it properly; what it was sent is there when it comes back. */
  async goAway(): Promise<void> {
    const running = this.#process;
    if (running === undefined) return;
    this.#process = undefined;
    const gone = once(running, "exit");
    running.kill("SIGTERM");
    await gone;
  }

  /** Value of an expression; undefined where there is none. */
  async valueOf(expression: string): Promise<number | undefined> {
    const { body } = await this.#ask(`/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { data } = JSON.parse(body) as { data: { result: { value: [number, string] }[] } };
    const [first] = data.result;
    return first && Number(first.value[1]);
  }

  /** Label sets of what an expression finds. */
  async seriesOf(expression: string): Promise<Record<string, string>[]> {
    const { body } = await this.#ask(`/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { data } = JSON.parse(body) as { data: { result: { metric: Record<string, string> }[] } };
    return data.result.map(({ metric }) => metric);
  }

  #ask(path: string) {
    return ask(`https://127.0.0.1:${this.port}${path}`, {
      authority: this.authority,
      login: { username, password: this.password },
      ...(this.#clients && asHolder(this.#clients.holder)),
    });
  }

  async remove(): Promise<void> {
    await this.goAway();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
