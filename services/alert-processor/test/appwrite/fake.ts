/** A fake of Appwrite's REST API: as much of it as this project uses, with its rules and limits. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { FakeError } from "./fake-queries.ts";
import { type FakeRequest, routesOf } from "./fake-routes.ts";
import { FakeServices } from "./fake-services.ts";
import { FakeTables } from "./fake-tables.ts";

export interface FakeAppwrite {
  readonly endpoint: string;
  readonly project: string;
  readonly tables: FakeTables;
  readonly services: FakeServices;
  /** A new key with these scopes. */
  key(...scopes: string[]): string;
  /** An empty database with the tables of another. */
  copy(from: string, to: string): void;
  /** Answers all requests whose path has the text with this status, until it is called again. */
  fail(path: string, status: number): void;
  /** Requests so far that were meant to change something. */
  changes(): number;
  close(): Promise<void>;
}

const project = "monitoring";
const maxBody = 12 * 1024 * 1024;

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  if (body.length > maxBody) throw new FakeError(413, "general_argument_invalid", "too large");
  return body;
}

/** Parts of a multipart body by their names. */
function partsOf(body: Buffer, type: string): Map<string, Buffer> {
  const boundary = /boundary=(.+)$/.exec(type)?.[1] ?? "";
  // One byte is one character, so that nothing of a file is lost.
  const parts = body.toString("latin1").split(`--${boundary}`);
  return new Map(
    parts.flatMap((part) => {
      const end = part.indexOf("\r\n\r\n");
      const name = /name="([^"]+)"/.exec(part.slice(0, end))?.[1];
      if (name === undefined) return [];
      return [[name, Buffer.from(part.slice(end + 4, -2), "latin1")] as const];
    }),
  );
}

/** Starts it on loopback. */
export async function startFake(): Promise<FakeAppwrite> {
  const tables = new FakeTables();
  const services = new FakeServices();
  const keys = new Map<string, readonly string[]>();
  const routes = routesOf(tables, services);
  let failing = { path: "", status: 0 };
  let changes = 0;

  async function answer(request: IncomingMessage): Promise<unknown> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const path = url.pathname.replace(/^\/v1/, "");
    const content = await read(request);
    if (failing.status > 0 && path.includes(failing.path)) {
      throw new FakeError(failing.status, "general_unknown", "it was told to fail");
    }
    if (request.headers["x-appwrite-project"] !== project) {
      throw new FakeError(404, "project_not_found", "no such project");
    }
    if (request.method !== "GET") changes += 1;
    for (const { handle, method, pattern, scope } of routes) {
      const match = method === request.method ? pattern.exec(path) : null;
      if (match === null) continue;
      const scopes = keys.get(String(request.headers["x-appwrite-key"])) ?? [];
      if (!scopes.includes(scope)) {
        const why = `missing scopes (["${scope}"])`;
        throw new FakeError(401, "general_unauthorized_scope", why);
      }
      const type = request.headers["content-type"] ?? "";
      const json = type.startsWith("application/json") && content.length > 0;
      const asked: FakeRequest = {
        ids: match.slice(1).map((id) => decodeURIComponent(id)),
        body: json ? (JSON.parse(content.toString()) as FakeRequest["body"]) : {},
        queries: [...url.searchParams].flatMap(([name, value]) =>
          name.startsWith("queries[") ? [value] : [],
        ),
        form: () => partsOf(content, type),
      };
      return handle(asked);
    }
    throw new FakeError(404, "general_route_not_found", `no route ${request.method} ${path}`);
  }

  function reply(response: ServerResponse, status: number, body: unknown): void {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (body) => {
        reply(response, 200, body ?? {});
      },
      (error: unknown) => {
        const { code, message, type } =
          error instanceof FakeError ? error : new FakeError(500, "general_unknown", String(error));
        reply(response, code, { message, code, type, version: "1.9.5" });
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}/v1`,
    project,
    tables,
    services,
    key: (...scopes) => {
      const key = `key-${keys.size + 1}`;
      keys.set(key, scopes);
      return key;
    },
    copy: (from, to) => {
      const copies = [...tables.database(from)].map(
        ([id, table]) => [id, { ...table, rows: new Map() }] as const,
      );
      tables.databases.set(to, new Map(copies));
    },
    fail: (path, status) => {
      failing = { path, status };
    },
    changes: () => changes,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
