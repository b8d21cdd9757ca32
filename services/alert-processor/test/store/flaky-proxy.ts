import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A way to a server on loopback that can lose the answer to a COMMIT: for tests. */
export class FlakyProxy {
  /** What it does with the answer to a COMMIT from now on; `cut` ends the connection, too. */
  answer: "passed" | "cut" | "kept" = "passed";
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(to: number) {
    this.#server = createServer((client) => {
      this.#join(client, connect(to, "127.0.0.1"));
    });
  }

  static async start(to: number): Promise<FlakyProxy> {
    const proxy = new FlakyProxy(to);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(client: Socket, server: Socket): void {
    let committing = false;
    client.on("data", (data) => {
      committing = data.includes("COMMIT\0");
      server.write(data);
    });
    server.on("data", (data) => {
      if (!committing || this.answer === "passed") client.write(data);
      else if (this.answer === "cut") client.destroy();
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one);
      one.on("error", () => undefined);
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}
