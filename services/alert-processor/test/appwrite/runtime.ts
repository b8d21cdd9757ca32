/**
 * Runs a function the way Appwrite's Node runtime does, behind a real HTTP server. Written for tests, after
 * the contract of open-runtimes; it is not the runtime. `node runtime.ts FOLDER ENTRYPOINT` prints its port.
 */
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

type Headers = Record<string, string>;

interface Output {
  readonly body?: string | Buffer;
  readonly statusCode?: number;
  readonly headers?: Headers;
}

type Main = (context: unknown) => Output | undefined | Promise<Output | undefined>;

const own = "x-open-runtimes-";

const [, , folder = ".", entrypoint = ""] = process.argv;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function requestOf(request: IncomingMessage, bodyBinary: Buffer) {
  const headers = Object.fromEntries(
    Object.entries(request.headers)
      .filter(([name]) => !name.startsWith(own))
      .map(([name, value]) => [name, String(value)]),
  );
  const scheme = headers["x-forwarded-proto"] ?? "http";
  const url = new URL(request.url ?? "/", `${scheme}://${headers["host"] ?? "localhost"}`);
  const bodyText = bodyBinary.toString("utf8");
  const json = headers["content-type"]?.startsWith("application/json") === true;
  return {
    bodyBinary,
    bodyText,
    bodyRaw: bodyText,
    get bodyJson(): unknown {
      return JSON.parse(bodyText) as unknown;
    },
    get body(): unknown {
      if (!json) return bodyText;
      return bodyText === "" ? {} : this.bodyJson;
    },
    headers,
    method: request.method ?? "GET",
    scheme,
    host: url.hostname,
    port: Number(url.port || (scheme === "https" ? 443 : 80)),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    queryString: url.search.slice(1),
    url: url.href,
  };
}

const binary = (body: string | Buffer, statusCode = 200, headers: Headers = {}): Output => ({
  body,
  statusCode,
  headers,
});

const responses = {
  binary,
  send: binary,
  text: binary,
  json: (value: unknown, statusCode = 200, headers: Headers = {}) =>
    binary(JSON.stringify(value), statusCode, { ...headers, "content-type": "application/json" }),
  empty: () => binary("", 204),
  redirect: (url: string, statusCode = 301, headers: Headers = {}) =>
    binary("", statusCode, { ...headers, location: url }),
};

/** What a function logs goes to the log of this process, marked. */
const logged =
  (mark: string) =>
  (...messages: unknown[]): void => {
    process.stderr.write(`${mark} ${messages.map(String).join(" ")}\n`);
  };

/** The function; a CommonJS look comes first, as in the runtime: it takes modules without `await`. */
async function load(): Promise<Main> {
  const path = join(folder, entrypoint);
  let loaded: unknown;
  try {
    loaded = createRequire(import.meta.url)(path);
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_REQUIRE_ESM") throw error;
    loaded = await import(pathToFileURL(path).href);
  }
  const main = (loaded as { default?: unknown }).default ?? loaded;
  if (typeof main !== "function") throw new TypeError("Function signature invalid.");
  return main as Main;
}

async function execute(request: IncomingMessage): Promise<Output> {
  const error = logged("error");
  if (!existsSync(join(folder, entrypoint))) {
    error(`Failed to load entrypoint, file ${entrypoint} does not exist.`);
    return responses.text("", 503);
  }
  const context = {
    req: requestOf(request, await bodyOf(request)),
    res: responses,
    log: logged("log"),
    error,
  };
  let main: Main;
  try {
    main = await load();
  } catch (problem) {
    error("Failed to load module:", problem);
    return responses.text("", 503);
  }
  const seconds = Number(request.headers[`${own}timeout`] ?? 0);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    if (seconds > 0) timer = setTimeout(resolve, seconds * 1000, "late");
  });
  try {
    const output = await Promise.race([main(context), late]);
    if (output === "late") error("Execution timed out.");
    else if (output === undefined) error("Return statement missing.");
    else return output;
  } catch (problem) {
    error(problem);
  } finally {
    clearTimeout(timer);
  }
  return responses.text("", 500);
}

function send(response: ServerResponse, output: Output): void {
  const { body = "", headers = {}, statusCode = 200 } = output;
  for (const [name, value] of Object.entries(headers)) {
    if (!name.toLowerCase().startsWith(own)) response.setHeader(name.toLowerCase(), value);
  }
  const type = String(response.getHeader("content-type") ?? "text/plain");
  if (!type.includes("charset=")) response.setHeader("content-type", `${type}; charset=utf-8`);
  response.writeHead(statusCode).end(body);
}

const server = createServer((request, response) => {
  void execute(request).then((output) => {
    send(response, output);
  });
});

server.listen(0, "127.0.0.1", () => {
  console.log((server.address() as AddressInfo).port);
});
