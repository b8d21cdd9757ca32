import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { stringify } from "yaml";
import { freePort } from "../../../../test/kit/programs.ts";
import { until } from "../../../../test/kit/servers.ts";
import type { Processor } from "./harness.ts";
import { token, user } from "./place.ts";

/** An alert as Prometheus tells Alertmanager of it. */
export interface Posted {
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  readonly endsAt?: string;
}

/** A real Alertmanager with TLS and login that tells a processor of everything. */
export class Alertmanager {
  readonly folder: string;
  readonly port: number;
  readonly #ca: string;
  #child: ChildProcess | undefined;

  private constructor(folder: string, port: number, ca: string) {
    this.folder = folder;
    this.port = port;
    this.#ca = ca;
    process.once("exit", this.#drop);
  }

  /**
   * Starts it in a folder beside the processor's files, whose certificate and users it shares.
   *
   * @param name - Of the folder.
   */
  static async start(processor: Processor, name: string): Promise<Alertmanager> {
    const { ca, folder: beside } = processor.place;
    const folder = join(beside, name);
    await mkdir(folder);
    await writeFile(join(folder, "alertmanager.yml"), configFor(processor, join(beside, "ca.pem")));
    const one = new Alertmanager(folder, await freePort(), ca);
    await one.resume();
    return one;
  }

  /** Starts it, also after {@link kill}. */
  async resume(): Promise<void> {
    const gossip = `127.0.0.1:${await freePort()}`;
    // A member of a cluster whose other member cannot be reached: it notifies people on its own.
    const elsewhere = `127.0.0.1:${await freePort()}`;
    const child = spawn(
      "alertmanager",
      [
        "--config.file=alertmanager.yml",
        "--storage.path=data",
        "--web.config.file=../web.yml",
        `--web.listen-address=127.0.0.1:${this.port}`,
        ...[`--cluster.listen-address=${gossip}`, `--cluster.peer=${elsewhere}`],
        "--cluster.settle-timeout=1s",
      ],
      { cwd: this.folder, stdio: ["ignore", "ignore", "pipe"] },
    );
    this.#child = child;
    let said = "";
    child.stderr
      .setEncoding("utf8")
      .on("data", (text: string) => (said = (said + text).slice(-4_000)));
    await until("Alertmanager", 30, async () => {
      if (child.exitCode !== null) throw new Error(`Alertmanager ended; it said: ${said}`);
      return (await this.#ask("GET", "/-/ready")).status === 200 ? true : undefined;
    });
  }

  /** Ends it as a power cut would, and takes away what it remembers. */
  async forget(): Promise<void> {
    await this.kill();
    await rm(join(this.folder, "data"), { recursive: true, force: true });
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const over = once(child, "exit");
    child.kill("SIGKILL");
    await over;
  }

  async post(...alerts: readonly Posted[]): Promise<void> {
    const { body, status } = await this.#ask("POST", "/api/v2/alerts", JSON.stringify(alerts));
    if (status !== 200) throw new Error(`Alertmanager answered ${status}: ${body}`);
  }

  /** Requests to the processor that failed so far. */
  async failures(): Promise<number> {
    const { body } = await this.#ask("GET", "/metrics");
    const name = /^alertmanager_notification_requests_failed_total\{.*"webhook".*\} (\d+)$/m;
    return Number(name.exec(body)?.[1] ?? 0);
  }

  #ask(method: string, path: string, body = ""): Promise<{ status: number; body: string }> {
    return new Promise((resolve) => {
      const options = {
        auth: `${user.name}:${user.password}`,
        ca: this.#ca,
        headers: { "content-type": "application/json" },
        method,
        signal: AbortSignal.timeout(20_000),
      };
      const none = (error: Error): void => {
        resolve({ status: 0, body: error.message });
      };
      request(`https://127.0.0.1:${this.port}${path}`, options, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, body: text });
        });
        response.on("error", none);
      })
        .on("error", none)
        .end(body);
    });
  }

  readonly #drop = (): void => {
    this.#child?.kill("SIGKILL");
  };
}

/** Short waits; one group for each name of an alert. */
const configFor = ({ url }: Processor, ca: string): string =>
  stringify({
    route: {
      receiver: "processor",
      group_by: ["alertname"],
      group_wait: "1s",
      group_interval: "1s",
      repeat_interval: "1h",
    },
    receivers: [
      {
        name: "processor",
        webhook_configs: [
          {
            url: `${url}/v1/alerts`,
            http_config: {
              authorization: { type: "Bearer", credentials: token },
              tls_config: { ca_file: ca },
            },
          },
        ],
      },
    ],
  });
