import type { Dispatcher } from "undici";
import { reasonOf } from "./errors.ts";

/** An answer of a service. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** An answer as it came over the wire. */
export interface RawAnswer extends Omit<Answer, "body"> {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
}

/** How a service is reached, and as whom. */
export interface Access {
  /** PEM of the authority that signed the service's certificate. @default those the system trusts */
  readonly authority?: string | undefined;
  /** The caller's own certificate and its key, PEM. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Unix socket to ask at, whatever host the URL names. */
  readonly socket?: string | undefined;
  /** Bytes that an answer may have. @default 64 MiB */
  readonly largest?: number;
}

/** A request. */
export interface Question {
  readonly method?: "DELETE" | "GET" | "PATCH" | "POST" | "PUT";
  readonly login?: { readonly username: string; readonly password: string } | undefined;
  /** Sent as bearer. */
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes are sent as they are, anything else as JSON; with PATCH, as a merge patch. */
  readonly body?: unknown;
  /** How long the whole answer may take. @default 5 */
  readonly seconds?: number;
}

export type AskOptions = Access & Question;

/** Asks one service again and again over the same connection. */
export interface Client {
  readonly ask: (path: string, question?: Question) => Promise<RawAnswer>;
  readonly close: () => Promise<void>;
}

/**
 * Asks a service once, over a connection of its own. No redirect is followed.
 *
 * @throws Error that says in words why there is no answer; its `code` is Node's or undici's.
 */
export async function ask(url: string, options: AskOptions = {}): Promise<Answer> {
  const client = await openClient(url, options);
  try {
    const headers = { ...options.headers, connection: "close" };
    const { bytes, status } = await client.ask(url, { ...options, headers });
    return { status, body: bytes.toString("utf8") };
  } finally {
    await client.close();
  }
}

/** A client that keeps its connection until it is closed; it throws as {@link ask} does. */
export async function openClient(base: string, access: Access = {}): Promise<Client> {
  const { authority: ca, cert, key, largest = 64 * 2 ** 20, socket: socketPath = null } = access;
  // Loaded by the first question: a program that starts and asks nothing does not pay for it.
  const { Agent, EnvHttpProxyAgent } = await import("undici");
  const options = {
    connect: { ca, cert, key, socketPath },
    connections: 1,
    maxResponseSize: largest,
  };
  const near = socketPath !== null || loopback.test(new URL(base).hostname);
  const agent = near
    ? new Agent(options)
    : new EnvHttpProxyAgent({ ...options, requestTls: { ca, cert, key } });
  return {
    ask: async (path, { seconds = 5, ...question } = {}) => {
      const signal = AbortSignal.timeout(seconds * 1000);
      try {
        const answer = await agent.request({ ...requestOf(new URL(path, base), question), signal });
        const bytes = Buffer.from(await answer.body.arrayBuffer());
        return { status: answer.statusCode, headers: answer.headers, bytes };
      } catch (error) {
        throw explained(signal.aborted ? `no answer within ${seconds} s` : wordsOf(error), error);
      }
    },
    close: () => agent.destroy(),
  };
}

/** Servers on this machine are never reached through a proxy. */
const loopback = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/;

function requestOf(
  { origin, pathname, search }: URL,
  { body, headers, login, method = "GET", token }: Question,
): Dispatcher.RequestOptions {
  const asIs = body === undefined || typeof body === "string" || Buffer.isBuffer(body);
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const basic = login && Buffer.from(`${login.username}:${login.password}`).toString("base64");
  return {
    origin,
    path: pathname + search,
    method,
    body: asIs ? (body ?? null) : JSON.stringify(body),
    headers: {
      ...(basic !== undefined && { authorization: `Basic ${basic}` }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(!asIs && { "content-type": type }),
      ...headers,
    },
  };
}

/** Clearer messages for undici's errors, by code. */
const words: ReadonlyMap<unknown, string> = new Map([
  ["UND_ERR_RES_EXCEEDED_MAX_SIZE", "its answer is too long"],
  ["UND_ERR_SOCKET", "it closed the connection before answering"],
]);

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException | undefined)?.code;

const wordsOf = (error: unknown): string => words.get(codeOf(error)) ?? reasonOf(error);

const explained = (message: string, cause: unknown): Error =>
  Object.assign(new Error(message, { cause }), { code: codeOf(cause) });

/** How one asks with a certificate of one's own. */
export const asHolder = (own: {
  readonly certificate: string;
  readonly key: string;
}): Pick<AskOptions, "cert" | "key"> => ({ cert: own.certificate, key: own.key });
