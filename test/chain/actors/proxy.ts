import { createSocket, type Socket as Datagrams } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../lib/free-port.ts";
import type { Way } from "../fault.ts";
import { reset } from "./reset.ts";

/** Milliseconds by which everything comes later. */
const delay = 1_500;

/**
 * A way to a listener on loopback that can be cut: nobody answers (`refuse`), what is sent vanishes
 * (`drop`), the request arrives and the answer does not (`half`), all comes late (`delay`).
 */
export class Proxy {
  readonly port: number;
  readonly #to: number;
  readonly #server: Server;
  readonly #datagrams: Datagrams | undefined;
  readonly #sockets = new Set<Socket>();
  #way: Way | undefined;

  private constructor(port: number, to: number, datagrams: boolean) {
    this.port = port;
    this.#to = to;
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      this.#join(client);
    });
    if (!datagrams) return;
    this.#datagrams = createSocket("udp4");
    this.#datagrams.on("error", () => undefined);
    this.#datagrams.on("message", (message) => {
      void this.#forward(message);
    });
  }

  /** @param datagrams - UDP, too: for what gossips. */
  static async start(to: number, datagrams = false): Promise<Proxy> {
    const proxy = new Proxy(await freePort(), to, datagrams);
    proxy.#server.listen(proxy.port, "127.0.0.1");
    await once(proxy.#server, "listening");
    if (proxy.#datagrams !== undefined) {
      proxy.#datagrams.bind(proxy.port, "127.0.0.1");
      await once(proxy.#datagrams, "listening");
    }
    return proxy;
  }

  cut(way: Way): void {
    this.#way = way;
    if (way === "refuse") this.#reset();
  }

  heal(): void {
    const way = this.#way;
    this.#way = undefined;
    // Of these nobody knows any more what was lost.
    if (way === "drop" || way === "half") this.#reset();
  }

  async stop(): Promise<void> {
    this.#reset();
    this.#datagrams?.close();
    this.#server.close();
    await once(this.#server, "close");
  }

  #reset(): void {
    for (const socket of this.#sockets) reset(socket);
  }

  #join(client: Socket): void {
    if (this.#way === "refuse") {
      reset(client);
      return;
    }
    const server = connect({ port: this.#to, host: "127.0.0.1", allowHalfOpen: true });
    this.#pipe(client, server, ["drop"]);
    this.#pipe(server, client, ["drop", "half"]);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one);
      one.on("error", () => undefined);
      one.on("close", (failed) => {
        this.#sockets.delete(one);
        if (failed) reset(other);
        else other.destroy();
      });
    }
  }

  /** Hands on what comes, in its order. */
  #pipe(from: Socket, to: Socket, lost: readonly Way[]): void {
    let before: Promise<unknown> = Promise.resolve();
    const later = (work: () => void): void => {
      const wait = this.#way === "delay" ? sleep(delay, undefined, { ref: false }) : undefined;
      before = Promise.all([before, wait]).then(work);
    };
    from.on("data", (chunk: Buffer) => {
      if (this.#way !== undefined && lost.includes(this.#way)) return;
      later(() => {
        if (!to.writable) return;
        // The listener sees that nothing more will come, and its answer is lost all the same.
        if (this.#way === "half") to.end(chunk);
        else to.write(chunk);
      });
    });
    from.on("end", () => {
      later(() => to.end());
    });
  }

  async #forward(message: Buffer): Promise<void> {
    if (this.#way === "delay") await sleep(delay, undefined, { ref: false });
    else if (this.#way !== undefined) return;
    this.#datagrams?.send(message, this.#to, "127.0.0.1", () => undefined);
  }
}
