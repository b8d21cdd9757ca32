import { createServer } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { handle } from "./grafana-stand-in-api.ts";
import type { State } from "./grafana-stand-in-api.ts";

/** How the stand-in calls itself in every answer and log line. */
export const standInName = "grafana-stand-in (not Grafana)";

/** What a stand-in is started with. */
export interface StandInOptions {
  readonly username: string;
  readonly password: string;
  /** Certificate and key, both PEM; without them it speaks plain HTTP. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** @default a free one */
  readonly port?: number;
  /** Where its log lines go. @default nowhere */
  readonly log?: (line: string) => void;
}

/** A running stand-in. */
export interface StandIn {
  readonly url: string;
  /** What has been made through its API. */
  readonly state: State;
  /** Requests it did not know, `GET /api/x`: a test that leaves any has proven less than it seems. */
  readonly unknown: readonly string[];
  close(): Promise<void>;
}

/**
 * A stand-in for the part of Grafana's HTTP API that the official provider asks: folders, data
 * sources, dashboards, contact points, the notification policy and health. It remembers what it is
 * told, and no more: it draws nothing and proves nothing about Grafana itself. Each answer carries
 * `X-Stand-In`.
 */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const state: State = {
    folders: new Map(),
    dataSources: new Map(),
    dashboards: new Map(),
    contactPoints: new Map(),
    policy: undefined,
    ids: 0,
  };
  const unknown: string[] = [];
  const expected = `Basic ${Buffer.from(`${options.username}:${options.password}`).toString("base64")}`;
  const answer = async (request: IncomingMessage): Promise<{ status: number; body: unknown }> => {
    const url = new URL(request.url ?? "/", "http://stand-in");
    const method = request.method ?? "GET";
    if (url.pathname !== "/api/health" && request.headers.authorization !== expected) {
      return { status: 401, body: { message: "Invalid username or password" } };
    }
    const text = await bodyOf(request);
    const body = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
    const found = handle(state, { method, path: url.pathname, query: url.searchParams, body });
    if (found === undefined) unknown.push(`${method} ${url.pathname}`);
    return found ?? { status: 404, body: { message: `${standInName} does not know this path` } };
  };
  const { tls } = options;
  const server: Server = tls
    ? createTlsServer({ cert: tls.certificate, key: tls.key })
    : createServer();
  server.on("request", (request, response) => {
    void answer(request)
      .catch((error: unknown) => ({ status: 500, body: { message: String(error) } }))
      .then(({ status, body }) => {
        options.log?.(`${standInName}: ${request.method ?? ""} ${request.url ?? ""} ${status}`);
        response.writeHead(status, {
          "content-type": "application/json",
          "x-stand-in": standInName,
        });
        response.end(JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    state,
    unknown,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
