import { gunzipSync } from "node:zlib";
import { openClient } from "../../lib/ask.ts";

/** How a listener on loopback is reached. */
export interface Access {
  readonly port: number;
  /** PEM. */
  readonly authority: string;
  /** PEM of the scraper's own certificate and its key. */
  readonly certificate: string;
  readonly key: string;
}

/** One scrape. */
export interface Scrape {
  /** From the request until the last byte. */
  readonly ms: number;
  /** As sent, compressed. */
  readonly wireBytes: number;
  readonly bytes: number;
  readonly text: string;
}

/** Asks one listener again and again over one connection. */
export interface Scraper {
  /** @throws Error when the answer is not 200. */
  readonly scrape: () => Promise<Scrape>;
  readonly close: () => Promise<void>;
}

/** As Prometheus 3 asks. */
const headers = {
  accept:
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6," +
    "application/openmetrics-text;version=0.0.1;q=0.5," +
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
  "accept-encoding": "gzip",
  "x-prometheus-scrape-timeout-seconds": "5",
};

/** A scraper that keeps its connection, as Prometheus does. */
export async function createScraper(access: Access): Promise<Scraper> {
  const { authority, certificate: cert, key, port } = access;
  const client = await openClient(`https://127.0.0.1:${port}`, { authority, cert, key });
  return {
    close: client.close,
    scrape: async () => {
      const begun = performance.now();
      const answer = await client.ask("/metrics", { headers });
      const ms = performance.now() - begun;
      if (answer.status !== 200) throw new Error(`a scrape was answered ${answer.status}`);
      const zipped = answer.headers["content-encoding"] === "gzip";
      const plain = zipped ? gunzipSync(answer.bytes) : answer.bytes;
      const text = plain.toString("utf8");
      return { ms, wireBytes: answer.bytes.length, bytes: plain.length, text };
    },
  };
}

/** Lines of an answer that are samples. */
export function countSeries(text: string): number {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
}

/** Values of one metric by the value of one of its labels. */
export function valuesBy(text: string, metric: string, label: string): Map<string, number> {
  const line = new RegExp(`^${metric}\\{[^}]*\\b${label}="([^"]*)"[^}]*\\} (\\S+)`, "gm");
  return new Map([...text.matchAll(line)].map(([, key = "", value]) => [key, Number(value)]));
}
