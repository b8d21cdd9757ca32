import { once } from "node:events";
import { type IncomingMessage, request as ask, type RequestOptions } from "node:http";
import { createServer, request as askSecurely, type Server } from "node:https";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Identity } from "../place.ts";

/** A request as it was handed on. */
export interface Handed {
  /** When it was answered: milliseconds since 1970. */
  readonly at: number;
  readonly path: string;
  /** Of the answer; 0 where none came. */
  readonly status: number;
  readonly body: string;
}

interface Message {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

/** Headers that say something of one connection only. */
const ofConnection = new Set(["connection", "host", "transfer-encoding"]);

/** How many messages are kept to come again. */
const memory = 300;

/** How many of them come again at once. */
const again = 25;

/**
 * Stands between two programs as a proxy over HTTP does, and writes down what went through. It can hold
 * messages until their sender has given up, bring old ones again, and change what is in them.
 */
export class Relay {
  readonly #server: Server;
  readonly #identity: Identity;
  /** Ports of those that take the messages; the next one is tried where one is not there. */
  readonly #targets: readonly number[];
  readonly #past: Message[] = [];
  #held: Message[] | undefined;
  #next = 0;
  readonly handed: Handed[] = [];
  /** Changes a body on its way. */
  change: (body: string) => string = (body) => body;

  private constructor(identity: Identity, targets: readonly number[]) {
    this.#identity = identity;
    this.#targets = targets;
    const { certificate: cert, key } = identity;
    this.#server = createServer({ cert, key }, (incoming, response) => {
      void this.#take(incoming, response).catch(() => {
        response.destroy();
      });
    });
    this.#server.on("tlsClientError", () => undefined);
  }

  static async start(identity: Identity, targets: readonly number[]): Promise<Relay> {
    const relay = new Relay(identity, targets);
    relay.#server.listen(0, "127.0.0.1");
    await once(relay.#server, "listening");
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Holds what comes: its sender hears nothing. */
  hold(): void {
    this.#held = [];
  }

  /** How many it holds. */
  get holds(): number {
    return this.#held?.length ?? 0;
  }

  /** Hands on what was held. */
  async release(): Promise<void> {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const message of held) await this.#pass(message);
  }

  /** Brings messages of the past once more, as `order` says. */
  async repeat(order: (messages: readonly Message[]) => readonly Message[]): Promise<void> {
    for (const message of order(this.#past).slice(0, again)) await this.#pass(message);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    incoming.setEncoding("utf8");
    for await (const chunk of incoming) text += String(chunk);
    const { headers, method = "GET", url = "/" } = incoming;
    const message = {
      method,
      path: url,
      headers,
      body: method === "POST" ? this.change(text) : "",
    };
    if (method === "POST") {
      this.#past.push(message);
      if (this.#past.length > memory) this.#past.shift();
      if (this.#held !== undefined) {
        this.#held.push(message);
        return;
      }
    }
    const gone = new AbortController();
    response.on("close", () => {
      gone.abort();
    });
    const { body, status } = await this.#pass(message, gone.signal);
    if (!response.writable) return;
    response.writeHead(status === 0 ? 502 : status, { "content-type": "application/json" });
    response.end(body);
  }

  async #pass(message: Message, signal = AbortSignal.timeout(10_000)): Promise<Reply> {
    let reply: Reply = { status: 0, body: "" };
    for (let tried = 0; tried < this.#targets.length && reply.status === 0; tried += 1) {
      const port = this.#targets[(this.#next += 1) % this.#targets.length] ?? 0;
      reply = await this.#ask(port, message, signal);
      if (signal.aborted) break;
    }
    const { body, method, path } = message;
    if (method === "POST") this.handed.push({ at: Date.now(), path, status: reply.status, body });
    return reply;
  }

  #ask(port: number, message: Message, signal: AbortSignal): Promise<Reply> {
    const { body, method, path } = message;
    // What is about the connection is not handed on.
    const headers = Object.entries(message.headers).filter(([name]) => !ofConnection.has(name));
    const options: RequestOptions = {
      method,
      signal,
      headers: { ...Object.fromEntries(headers), "content-length": Buffer.byteLength(body) },
    };
    return exchange(new URL(path, `https://127.0.0.1:${port}`), options, body, this.#identity.ca);
  }
}

/** One request. @returns Status 0 where no answer came. */
export async function exchange(
  url: URL,
  options: RequestOptions,
  body = "",
  ca?: string,
): Promise<Reply> {
  return new Promise((resolve) => {
    const none = (error: Error): void => {
      resolve({ status: 0, body: error.message });
    };
    const heard = (response: IncomingMessage): void => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("error", none).on("end", () => {
        resolve({ status: response.statusCode ?? 0, body: text });
      });
    };
    const sent =
      url.protocol === "https:"
        ? askSecurely(url, { ...options, agent: false, ca }, heard)
        : ask(url, { ...options, agent: false }, heard);
    sent.on("error", none).on("close", () => {
      none(new Error("closed"));
    });
    sent.end(body);
  });
}
