import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, request, type RequestOptions } from "node:https";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { run } from "../../../../test/kit/programs.ts";
import { until } from "../../../../test/kit/servers.ts";
import type { Alert, AlertEvent } from "../../core/alert.ts";
import type { DeliveryState } from "../../store/store.ts";
import { makePlace, type Place, type PlaceOptions, token, user } from "./place.ts";

const program = join(import.meta.dirname, "../../bin/alert-processor");

/** With the Node that runs this. */
const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
});

/** Milliseconds until a process on a busy machine has started. */
const patience = 30_000;

/** Milliseconds after which a request counts as unanswered: whoever waits for something asks again. */
const unanswered = 20_000;

export interface Answer {
  /** 0 where none came. */
  readonly status: number;
  readonly body: string;
}

/** All that the processor tells of one alert. */
export interface Told {
  readonly alert: Alert;
  readonly events: readonly AlertEvent[];
  readonly deliveries: readonly DeliveryState[];
}

/** The service as a process of its own; it is killed and started again on the same folder. */
export class Processor {
  readonly place: Place;
  readonly #agent: Agent;
  #child: ChildProcess | undefined;

  private constructor(place: Place) {
    this.place = place;
    this.#agent = new Agent({ ca: place.ca, keepAlive: true });
    process.once("exit", this.#drop);
  }

  /** Makes its folder; it does not run yet. */
  static async create(options?: PlaceOptions): Promise<Processor> {
    return new Processor(await makePlace(options));
  }

  get url(): string {
    return `https://127.0.0.1:${this.place.port}`;
  }

  get pid(): number {
    const { pid } = this.#child ?? {};
    if (pid === undefined) throw new Error("the processor does not run");
    return pid;
  }

  /**
   * Starts it and waits until it accepts alerts.
   *
   * @returns Milliseconds that this took.
   * @throws Error with what it said where it ends instead.
   */
  async start(env: NodeJS.ProcessEnv = {}): Promise<number> {
    const begun = performance.now();
    const child = this.#spawn(env);
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => (): void => {
        reject(new Error(`the processor ${why}; it said: ${this.said}`));
      };
      const hear = (): void => {
        if (this.said.includes("accepting alerts")) resolve();
      };
      child.stdout?.on("data", hear);
      child.once("close", fail("ended"));
      setTimeout(fail("does not start"), patience).unref();
    });
    return performance.now() - begun;
  }

  /**
   * Starts it and waits until it answers, whether it can take alerts in or not.
   *
   * @param before - Program with arguments that starts it.
   * @param output - File that it writes to; {@link said} is empty then.
   */
  async launch(
    env: NodeJS.ProcessEnv = {},
    before: readonly string[] = [],
    output?: number,
  ): Promise<void> {
    const child = this.#spawn(env, before, output);
    await until("the processor's page", 30, async () => {
      if (child.exitCode !== null) throw new Error(`the processor ended; it said: ${this.said}`);
      return (await this.text("/")).status === 200 ? true : undefined;
    });
  }

  /** Runs another of its commands on its configuration. @throws Error with what it said. */
  async run(...command: readonly string[]): Promise<void> {
    await run(program, [...command, "--config", this.place.config], { env: environment() });
  }

  /** What it wrote since its last start. */
  said = "";

  #spawn(env: NodeJS.ProcessEnv, before: readonly string[] = [], output?: number): ChildProcess {
    // As in an estate, where its folder of data has it.
    const compiled = join(this.place.folder, "compiled");
    const words = [...before, program, "serve", "--config", this.place.config];
    const child = spawn(words[0] ?? program, words.slice(1), {
      env: { ...environment(), NODE_COMPILE_CACHE: compiled, ...env },
      stdio: ["ignore", output ?? "pipe", "pipe"],
    });
    this.#child = child;
    this.said = "";
    const hear = (text: string): void => {
      this.said = (this.said + text).slice(-20_000);
    };
    child.stdout?.setEncoding("utf8").on("data", hear);
    child.stderr?.setEncoding("utf8").on("data", hear);
    return child;
  }

  /** Ends it as a power cut would. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  /** Ends it in good order. */
  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  /** Ends it and takes its folder away. */
  async remove(): Promise<void> {
    await this.kill();
    process.off("exit", this.#drop);
    this.#agent.destroy();
    await this.place.remove();
  }

  /** Sends alerts as Alertmanager does. @returns The status of the answer, 0 where none came. */
  async post(alerts: readonly object[]): Promise<number> {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const body = JSON.stringify({ version: "4", alerts });
    return (await this.#exchange("/v1/alerts", { method: "POST", headers }, body)).status;
  }

  /** Reads as a person who has signed in, whatever it answers. */
  text(path: string): Promise<Answer> {
    return this.#exchange(path, { auth: `${user.name}:${user.password}` });
  }

  /** Reads as a person who has signed in. @throws Error where it does not answer 200. */
  async get<T>(path: string): Promise<T> {
    const { body, status } = await this.text(path);
    if (status !== 200) throw new Error(`GET ${path} was answered ${status}: ${body}`);
    return JSON.parse(body) as T;
  }

  /** What is known of the only alert with this name; undefined where there is none. */
  async find(alertname: string): Promise<Told | undefined> {
    const [row] = this.ask("SELECT fingerprint FROM alerts WHERE alertname = ?", alertname);
    return row && this.get<Told>(`/v1/alerts/${String(row["fingerprint"])}`);
  }

  /** Asks the memory past the service. @returns The rows. */
  ask(statement: string, ...values: readonly string[]): Record<string, unknown>[] {
    const database = new DatabaseSync(this.place.database, { timeout: 5_000 });
    try {
      return database.prepare(statement).all(...values);
    } finally {
      database.close();
    }
  }

  /** Megabytes of memory: now, and the most there ever were. */
  memory(): { readonly now: number; readonly peak: number } {
    const text = readFileSync(`/proc/${this.pid}/status`, "utf8");
    const megabytes = (name: string): number =>
      Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)?.[1]) / 1024;
    return { now: megabytes("VmRSS"), peak: megabytes("VmHWM") };
  }

  #exchange(path: string, options: RequestOptions, body = ""): Promise<Answer> {
    return new Promise((resolve) => {
      const none = (error: Error): void => {
        resolve({ status: 0, body: error.message });
      };
      const signal = AbortSignal.timeout(unanswered);
      const all = { ...options, agent: this.#agent, signal };
      request(new URL(path, this.url), all, (response) => {
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

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const over = once(child, "exit");
    child.kill(signal);
    await over;
  }

  /** Leaves no process behind when this one ends early. */
  readonly #drop = (): void => {
    this.#child?.kill("SIGKILL");
  };
}
