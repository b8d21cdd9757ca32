import { hashSync } from "bcryptjs";
import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { stringify } from "yaml";
import { type Identity, identity } from "../../../../test/kit/pki.ts";
import { freePort } from "../../../../test/kit/programs.ts";
import { type Description, deviation } from "./described.ts";
import { readConfig } from "../../service/config.ts";
import { type Running, serve } from "../../service/serve.ts";

export const tokens = [
  "first-token-of-at-least-32-characters",
  "second-token-of-at-least-32-characters",
];
export const login = "ada:lovelace";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Ask {
  readonly method?: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** `name:password` of a person. */
  readonly as?: string;
  /** Bearer token of a sender. */
  readonly token?: string | undefined;
}

/** A processor that runs in this process, on a database of its own. */
export interface Place {
  readonly folder: string;
  readonly url: string;
  ask(path: string, options?: Ask): Promise<Answer>;
  /** Posts alerts with a valid token. */
  post(alerts: readonly unknown[]): Promise<Answer>;
  json<T>(path: string): Promise<T>;
  /** What was logged, line by line. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
  /** Ends it and starts it again on the same files, with what is done to them in between. */
  again(between?: () => void): Promise<void>;
}

let own: Promise<Identity> | undefined;

/** @param more - Beside what every configuration has. */
export async function startPlace(
  more: Readonly<Record<string, unknown>> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<Place> {
  own ??= identity();
  const { authority, leaf } = await own;
  const folder = mkdtempSync(join(tmpdir(), "vigil-processor-"));
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const all: Record<string, string> = {
    "ca.crt": authority.certificate,
    "tls.crt": leaf.certificate,
    "tls.key": leaf.key,
    "web.yml": stringify({
      tls_server_config: { cert_file: "tls.crt", key_file: "tls.key" },
      basic_auth_users: { ada: hashSync("lovelace", 4), grace: hashSync("hopper", 4) },
    }),
    tokens: tokens.join("\n"),
    secret: "s".repeat(40),
    "processor.yml": stringify({
      listen: `127.0.0.1:${port}`,
      publicUrl: url,
      webFile: "web.yml",
      tokensFile: "tokens",
      secretFile: "secret",
      store: { kind: "sqlite", path: "memory.db" },
      ...more,
    }),
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  }
  const lines: string[] = [];
  const logger = pino({ level: "debug" }, { write: (line: string) => lines.push(line) });
  const start = (): Promise<Running> => serve(readConfig(join(folder, "processor.yml")), logger);
  let running = await start();

  // Every answer that a test sees is compared with what the API says of itself.
  const known: { description?: Description } = {};
  const ask = (path: string, options: Ask = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { as, body, headers, method = body === undefined ? "GET" : "POST", token } = options;
      const outgoing = request(
        `${url}${path}`,
        {
          agent: false,
          ca: authority.certificate,
          method,
          headers: {
            ...(body !== undefined && { "content-type": "application/json" }),
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...headers,
          },
          ...(as !== undefined && { auth: as }),
        },
        (incoming) => {
          let text = "";
          incoming.setEncoding("utf8");
          incoming.on("data", (chunk: string) => (text += chunk));
          incoming.on("error", reject);
          incoming.on("end", () => {
            const { headers, statusCode: status = 0 } = incoming;
            const answer = { status, text, type: headers["content-type"] ?? "" };
            // As text only: what is compressed is the same.
            const wrong =
              known.description && headers["content-encoding"] === undefined
                ? deviation(known.description, method, path, answer)
                : undefined;
            if (wrong === undefined) resolve({ status, headers, text });
            else reject(new Error(wrong));
          });
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });

  const { text } = await ask("/openapi.json", { as: login });
  known.description = JSON.parse(text) as Description;
  return {
    folder,
    url,
    ask,
    lines,
    post: (alerts) => ask("/v1/alerts", { body: JSON.stringify({ alerts }), token: tokens[0] }),
    json: async <T>(path: string) => {
      const { status, text } = await ask(path, { as: login });
      if (status !== 200) throw new Error(`${path} answers ${status}: ${text}`);
      return JSON.parse(text) as T;
    },
    stop: async () => {
      await running.stop();
      rmSync(folder, { recursive: true });
    },
    again: async (between) => {
      await running.stop();
      between?.();
      running = await start();
    },
  };
}

/** An alert as Alertmanager sends it. */
export function sent(fields: Readonly<Record<string, unknown>> = {}) {
  return {
    status: "firing",
    labels: {
      alertname: "DiskFull",
      env: "production",
      instance: "db-1:9100",
      severity: "critical",
      team: "platform",
    },
    annotations: { summary: "The disk of db-1 is full" },
    startsAt: "2026-11-21T08:00:00Z",
    endsAt: "0001-01-01T00:00:00Z",
    fingerprint: "00000000000000a1",
    ...fields,
  };
}
