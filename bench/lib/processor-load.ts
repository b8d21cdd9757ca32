/**
 * The process that posts alerts to a processor, apart from the one that measures: it must not be late
 * because something else is done.
 *
 * node bench/lib/processor-load.ts '<Load as JSON>'
 */
import autocannon from "autocannon";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import { firing, numbers } from "../../services/alert-processor/test/proof/alerts.ts";
import { quantile } from "./statistics.ts";

/** What is posted, and how fast. */
export interface Load {
  readonly url: string;
  readonly caFile: string;
  readonly token: string;
  /** Alerts in a message. */
  readonly batch: number;
  /** Number of the first alert. */
  readonly from: number;
  /** Messages until the same come again; 0 where each alert is a new one. */
  readonly messages: number;
  readonly seconds: number;
  /** Messages a second, at even distances; as many as are answered where it is not given. */
  readonly rate?: number;
}

/** The result. */
export interface Loaded {
  /** Messages answered 200. */
  readonly done: number;
  readonly seconds: number;
  /** Messages answered otherwise or not at all. */
  readonly failed: number;
  /** Milliseconds until the answer; at a fixed rate counted from when the message was to be sent. */
  readonly p50: number;
  readonly p99: number;
}

const connections = 50;

/** Seconds that do not count: connections are made, and both sides compile what they run. */
const settling = 3;

const path = "/v1/alerts";

interface Sender {
  readonly load: Load;
  readonly headers: Readonly<Record<string, string>>;
  readonly ca: Buffer;
  readonly bodyOf: (message: number) => string;
  /** An answer came; 0 for none. */
  readonly count: (status: number, milliseconds: number) => void;
}

/** As many as are answered. */
async function atFullSpeed(sender: Sender): Promise<void> {
  const { ca, headers, load } = sender;
  const { messages, seconds, url } = load;
  let next = 0;
  const request = { method: "POST", path, headers } as const;
  const requests: autocannon.Request[] =
    messages === 0
      ? [{ ...request, setupRequest: (one) => ({ ...one, body: sender.bodyOf(next++) }) }]
      : numbers(0, messages).map((message) => ({ ...request, body: sender.bodyOf(message) }));
  const duration = seconds + settling;
  await new Promise<void>((resolve, reject) => {
    const running = autocannon(
      { url, connections, duration, requests, tlsOptions: { ca } },
      (error: unknown, { errors }) => {
        for (let lost = 0; lost < errors; lost += 1) sender.count(0, 0);
        if (error instanceof Error) reject(error);
        else resolve();
      },
    );
    running.on("response", (_client, status, _bytes, milliseconds) => {
      sender.count(status, milliseconds);
    });
  });
}

/** Makes the connections. */
function open({ ca, load }: Sender): Promise<TLSSocket[]> {
  const { hostname: host, port } = new URL(load.url);
  const each = numbers(0, connections).map(async () => {
    const socket = connect({ ca, host, port: Number(port) });
    await once(socket, "secureConnect");
    return socket;
  });
  return Promise.all(each);
}

/**
 * Each at its time, whatever became of those before it: autocannon sends those of a second at once. By
 * hand, because a client that takes more time than the service would measure itself.
 */
async function atRate(sender: Sender, rate: number): Promise<void> {
  const { headers, load } = sender;
  const total = rate * (load.seconds + settling);
  const requests = numbers(0, load.messages).map((message) => {
    const body = sender.bodyOf(message);
    const fields = { host: "localhost", ...headers, "content-length": Buffer.byteLength(body) };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
  });
  const free = await open(sender);
  const all = [...free];
  const begun = performance.now();
  let [sent, answered] = [0, 0];
  const dueAt = (message: number): number => begun + (message * 1000) / rate;
  function send(): void {
    while (free.length > 0 && sent < total && dueAt(sent) <= performance.now()) {
      const due = dueAt(sent);
      const socket = free.shift();
      socket?.write(requests[sent % requests.length] ?? "");
      // Its answers are short: each comes whole.
      socket?.once("data", (answer: Buffer) => {
        answered += 1;
        sender.count(Number(answer.subarray(9, 12)), performance.now() - due);
        free.push(socket);
        send();
      });
      sent += 1;
    }
  }
  while (answered < total) {
    send();
    await sleep(1);
    if (all.some(({ destroyed }) => destroyed)) throw new Error("a connection was closed");
  }
  for (const socket of all) socket.destroy();
}

async function post(load: Load): Promise<Loaded> {
  const { batch, caFile, from, rate, token } = load;
  const times: number[] = [];
  let [done, failed] = [0, 0];
  const begun = performance.now();
  const sender: Sender = {
    load,
    ca: readFileSync(caFile),
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    bodyOf: (message) =>
      JSON.stringify({
        version: "4",
        alerts: numbers(from + message * batch, batch).map((number) => firing(number)),
      }),
    count: (status, milliseconds) => {
      if (status !== 200) failed += 1;
      if (status !== 200 || performance.now() - begun < settling * 1000) return;
      done += 1;
      times.push(milliseconds);
    },
  };
  await (rate === undefined ? atFullSpeed(sender) : atRate(sender, rate));
  const seconds = (performance.now() - begun) / 1000 - settling;
  return { done, seconds, failed, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

if (import.meta.main) {
  const load = JSON.parse(process.argv[2] ?? "{}") as Load;
  process.stdout.write(JSON.stringify(await post(load)));
}
