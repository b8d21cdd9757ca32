import { Agent, request } from "node:https";
import { gunzipSync } from "node:zlib";

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
  readonly close: () => void;
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
export function createScraper({ authority, certificate, key, port }: Access): Scraper {
  const agent = new Agent({
    ca: authority,
    cert: certificate,
    key,
    keepAlive: true,
    maxSockets: 1,
  });
  const options = { agent, headers, timeout: 5000 };
  return {
    close: () => {
      agent.destroy();
    },
    scrape: () =>
      new Promise((resolve, reject) => {
        const begun = performance.now();
        const call = request(`https://127.0.0.1:${port}/metrics`, options, (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", reject);
          answer.on("end", () => {
            const ms = performance.now() - begun;
            const body = Buffer.concat(chunks);
            if (answer.statusCode !== 200) {
              reject(new Error(`a scrape was answered ${answer.statusCode ?? "?"}`));
              return;
            }
            const zipped = answer.headers["content-encoding"] === "gzip";
            const plain = zipped ? gunzipSync(body) : body;
            const text = plain.toString("utf8");
            resolve({ ms, wireBytes: body.length, bytes: plain.length, text });
          });
        });
        call.on("timeout", () => call.destroy(new Error("no answer within 5 s")));
        call.on("error", reject);
        call.end();
      }),
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
