import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, Server } from "node:http";
import { createServer as createPlain } from "node:http";
import { createServer as createSecure } from "node:https";
import type { AddressInfo } from "node:net";
import type { Pair } from "../../../../test/kit/pki.ts";

export interface Said {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the fake does with a request: an answer, or something that goes wrong. */
export type Step =
  | Said
  /** An answer that depends on what is asked, as the service gives it. */
  | ((seen: Seen) => Said)
  /** `silent`: nothing, for ever. `drip`: half an answer, and then nothing for ever. */
  | "silent"
  | "drip"
  /** Bytes that are not HTTP, and those that are HTTP no longer. */
  | "garbage"
  | "upgrade"
  /** The end of the connection: at once, in good order but unanswered, in the middle of a body. */
  | "reset"
  | "half-closed"
  | "cut"
  /** A success whose body never ends. */
  | "huge";

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A fake of a service: it does what its script says, step by step, then the last step again. */
export interface FakeServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly seen: readonly Seen[];
  script: readonly Step[];
  /** Called when a request has come, before anything is done with it. */
  onRequest: () => void;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const upgrade = "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n";

/**
 * @param pair - Certificate and key for 127.0.0.1; without them it speaks plain HTTP.
 * @param at - Port; any that is free where it is left out.
 */
export async function fakeServer(pair?: Pair, at = 0): Promise<FakeServer> {
  const seen: Seen[] = [];
  let steps = 0;
  const answer: RequestListener = (request, response) => {
    void bodyOf(request).then((body) => {
      const { headers, method = "", socket, url: path = "" } = request;
      seen.push({ method, path, headers, body });
      fake.onRequest();
      const next = fake.script[steps] ?? fake.script.at(-1) ?? { status: 200 };
      steps += 1;
      const step = typeof next === "function" ? next({ method, path, headers, body }) : next;
      if (typeof step === "object") response.writeHead(step.status, step.headers).end(step.body);
      else if (step === "garbage") socket.end("220 this is not HTTP at all\r\n\r\n");
      else if (step === "upgrade") socket.end(upgrade);
      else if (step === "reset") socket.destroy();
      else if (step === "half-closed") socket.end();
      else if (step === "drip" || step === "cut") {
        response.writeHead(200, { "content-length": 100 }).write('["half of', () => {
          if (step === "cut") socket.end();
        });
      } else if (step === "huge") {
        const more = (): void => {
          while (!response.destroyed && response.write(" ".repeat(16_384)));
        };
        response.writeHead(200).on("drain", more);
        more();
      }
    });
  };
  const server: Server =
    pair === undefined
      ? createPlain(answer)
      : createSecure({ cert: pair.certificate, key: pair.key }, answer);
  server.listen(at, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const fake: FakeServer = {
    url: `${pair === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    port,
    seen,
    script: [],
    onRequest: () => undefined,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return fake;
}
