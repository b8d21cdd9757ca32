import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Span } from "../judge.ts";
import type { Flip } from "../schedule.ts";
import type { Watched } from "../shape.ts";

/** A stand-in for an exporter: its series show what the schedule says, and it remembers what they showed. */
export class Exporter {
  readonly #server: Server;
  readonly #watched: readonly Watched[];
  readonly #values = new Map<string, Flip["value"]>();
  readonly #spans = new Map<string, { from: number; to: number | null }[]>();

  private constructor(watched: readonly Watched[]) {
    this.#watched = watched;
    for (const { object } of watched) {
      this.#values.set(object, 0);
      this.#spans.set(object, []);
    }
    this.#server = createServer((_request, response) => {
      response.setHeader("content-type", "text/plain; version=0.0.4").end(this.#render());
    });
  }

  static async start(watched: readonly Watched[]): Promise<Exporter> {
    const exporter = new Exporter(watched);
    exporter.#server.listen(0, "127.0.0.1");
    await once(exporter.#server, "listening");
    return exporter;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The series of an object shows this from now on. */
  show(object: string, value: Flip["value"]): void {
    this.#values.set(object, value);
    const spans = this.#spans.get(object) ?? [];
    const last = spans.at(-1);
    if (value === 1) spans.push({ from: Date.now(), to: null });
    else if (last?.to === null) last.to = Date.now();
  }

  /** When each object was in trouble: milliseconds since 1970. */
  get was(): Readonly<Record<string, readonly Span[]>> {
    return Object.fromEntries(this.#spans);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #render(): string {
    const lines = this.#watched.flatMap(({ object, severity }) => {
      const value = this.#values.get(object) ?? null;
      if (value === null) return [];
      return [`chain_trouble{object="${object}",severity="${severity}"} ${value}`];
    });
    return `# HELP chain_trouble Whether it is in trouble.\n# TYPE chain_trouble gauge\n${lines.join("\n")}\n`;
  }
}
