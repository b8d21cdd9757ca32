import { createWriteStream } from "node:fs";
// Fetches what npm needs, too, before its packages are there: Node's own client.
import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { pipeline } from "node:stream/promises";
import { reasonOf } from "../lib/errors.ts";

/** Fetches files by HTTP(S); remembers for its lifetime which hosts cannot be reached. */
export interface Network {
  /** The text of a small file. */
  text(url: string): Promise<string>;
  /** Saves a file. `onProgress` gets bytes so far and, when known, of how many. */
  download(
    url: string,
    path: string,
    onProgress?: (bytes: number, total: number | undefined) => void,
  ): Promise<void>;
}

/** How a {@link Network} behaves. */
export interface NetworkOptions {
  /** @default 3000 ms for a connection to stand; a site blocked by a firewall never answers. */
  readonly connectTimeout?: number;
  /** @default 30_000 ms without a byte before a transfer counts as dead. */
  readonly idleTimeout?: number;
}

const maxRedirects = 5;

/** Errors for a certificate of an unknown authority: that of a proxy that inspects TLS, for example. */
const unknownAuthority =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/;

const whyNot = (error: NodeJS.ErrnoException): string =>
  unknownAuthority.test(error.code ?? "")
    ? `${reasonOf(error)} (if a proxy of yours inspects TLS: NODE_EXTRA_CA_CERTS=/its/authority.pem)`
    : reasonOf(error);

/** A network that gives a site up within seconds, and only once per run. */
export function createNetwork({
  connectTimeout = 3000,
  idleTimeout = 30_000,
}: NetworkOptions = {}): Network {
  const unreachable = new Map<string, string>();

  function open(url: string): Promise<IncomingMessage> {
    const { host, protocol } = new URL(url);
    const known = unreachable.get(host);
    if (known !== undefined) return Promise.reject(new Error(known));
    return new Promise((resolve, reject) => {
      const giveUp = (reason: string, cause?: unknown) => {
        const message = `${host} cannot be reached: ${reason}`;
        unreachable.set(host, message);
        reject(new Error(message, { cause }));
      };
      let connected = false;
      const request = (protocol === "https:" ? requestHttps : requestHttp)(url, {
        headers: { "user-agent": "vigil" },
        timeout: idleTimeout,
      });
      // Starts before the name is looked up, ends when a request can be sent: through a proxy too.
      const timer = setTimeout(() => {
        giveUp(`no connection within ${connectTimeout / 1000} s`);
        request.destroy();
      }, connectTimeout);
      const connect = () => {
        connected = true;
        clearTimeout(timer);
      };
      request.on("socket", (socket) => {
        if (socket.connecting)
          socket.once(protocol === "https:" ? "secureConnect" : "connect", connect);
        else connect();
      });
      request.on("timeout", () => {
        request.destroy(new Error(`${host} sent nothing for ${idleTimeout / 1000} s`));
      });
      request.on("response", (response) => {
        connect();
        resolve(response);
      });
      request.on("error", (error) => {
        clearTimeout(timer);
        if (connected) reject(error);
        else giveUp(whyNot(error), error);
      });
      request.end();
    });
  }

  async function get(url: string, redirects = 0): Promise<IncomingMessage> {
    const response = await open(url);
    const { statusCode = 0, headers } = response;
    if (statusCode === 200) return response;
    response.resume();
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      if (redirects === maxRedirects) throw new Error(`${url} redirects in circles`);
      const next = new URL(headers.location, url);
      if (url.startsWith("https:") && next.protocol !== "https:") {
        throw new Error(`${url} leads to ${next.href}, where anybody in between could change it`);
      }
      return get(next.href, redirects + 1);
    }
    throw new Error(`${new URL(url).host} answered ${statusCode} for ${new URL(url).pathname}`);
  }

  return {
    async text(url) {
      let text = "";
      for await (const chunk of (await get(url)).setEncoding("utf8")) text += chunk as string;
      return text;
    },
    async download(url, path, onProgress) {
      const response = await get(url);
      const length = Number(response.headers["content-length"]);
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        onProgress?.((bytes += chunk.length), length > 0 ? length : undefined);
      });
      await pipeline(response, createWriteStream(path));
      if (length > 0 && bytes !== length)
        throw new Error(`${url} ended after ${bytes} of ${length} bytes`);
    },
  };
}
