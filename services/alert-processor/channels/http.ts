/** The only place that makes outgoing HTTP requests. */
import { type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import type { LookupFunction } from "node:net";
import type { Alert } from "../core/alert.ts";
import { instantOf } from "../core/instant.ts";
import { type Outcome, outcomeOf } from "../core/retry.ts";
import type { Message } from "./channel.ts";
import { type Access, AddressError, checkUrl, guarded } from "./guard.ts";

/** A service to send requests to. */
export interface Endpoint {
  /** May hold a secret: it appears in no message. */
  readonly url: URL;
  readonly access: Access;
  /** Authority to trust instead of the usual ones, PEM. */
  readonly ca?: string | undefined;
  /** Finds the addresses of names. @default the system's */
  readonly lookup?: LookupFunction | undefined;
}

/** A request. */
export interface Post {
  /** @default "POST" */
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON unless the headers say otherwise. */
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  /** The `Retry-After` header, null where there is none. */
  readonly retryAfter: string | null;
  readonly headers: IncomingHttpHeaders;
  /** Its time by the server's clock: `Retry-After` may be a date. */
  readonly at: number;
  /** Its first 64 KiB. */
  readonly body: string;
}

/** No answer came. The message says why and holds no address and no token. */
export class TransportError extends Error {}

const longestBody = 65_536;

/**
 * @throws {@link AddressError} where this channel may not use the address.
 */
export const endpointOf = (text: string, access: Access, ca?: string): Endpoint => ({
  url: checkUrl(text, access),
  access,
  ca,
});

/** Reads no more than is kept: leaving the loop ends the connection. */
async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= longestBody) break;
  }
  return Buffer.concat(chunks).subarray(0, longestBody).toString();
}

/** Opens a connection for one request, and posts. */
function open({ access, ca, lookup, url }: Endpoint, post: Post, signal: AbortSignal) {
  const options = {
    // A separate connection: none is shared with a channel that may go elsewhere.
    agent: false,
    ca,
    headers: { "content-type": "application/json", "user-agent": "vigil", ...post.headers },
    lookup: guarded(access, url.protocol, lookup),
    method: post.method ?? "POST",
    signal,
  } as const;
  return new Promise<IncomingMessage>((resolve, reject) => {
    const request = url.protocol === "http:" ? plainRequest : secureRequest;
    request(url, options)
      .on("response", resolve)
      .on("error", reject)
      // After an answer that is not HTTP, nothing else reports the end.
      .on("close", () => {
        reject(new Error("closed"));
      })
      .end(post.body);
  });
}

/** Texts of errors may hold addresses and headers; their codes do not. */
function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "did not answer in time";
  if (error instanceof AddressError) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  return `no answer (${code ?? "connection closed"})`;
}

/**
 * Posts, and follows no redirect.
 *
 * @param signal - Ends it when its time is over.
 * @throws {@link TransportError}
 */
export async function exchange(
  endpoint: Endpoint,
  post: Post,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const response = await open(endpoint, post, signal);
    const { headers, statusCode = 0 } = response;
    const body = await bodyOf(response);
    const at = instantOf(headers.date ?? "") || Date.now();
    const retryAfter = headers["retry-after"] ?? null;
    return { status: statusCode, retryAfter, headers, at, body };
  } catch (error) {
    throw new TransportError(reasonOf(error, signal));
  }
}

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/**
 * Posts a message. A failure is an outcome.
 *
 * @param accepts - Whether an answer is this service's word that it took the message: any success,
 * unless the service is more exact. Anything else that answers 200 is a stranger, such as a proxy: a failure.
 * @param readNo - The meaning of a refusal where the service does not express it by the status.
 */
export async function deliver(
  endpoint: Endpoint,
  post: Post,
  signal: AbortSignal,
  accepts: (answer: Answer) => boolean = ({ status }) => isSuccess(status),
  readNo: (answer: Answer) => Outcome | undefined = () => undefined,
): Promise<Outcome> {
  try {
    const answer = await exchange(endpoint, post, signal);
    const { at, retryAfter, status } = answer;
    if (accepts(answer)) return { kind: "sent" };
    const no = readNo(answer);
    if (no !== undefined) return no;
    if (!isSuccess(status)) return outcomeOf(status, retryAfter, at);
    return { kind: "failed", why: `answered ${status}, but not as this service does` };
  } catch (error) {
    return { kind: "failed", why: (error as TransportError).message };
  }
}

/**
 * Does several things about the one alert of a message, one after the other. If one fails all are repeated, which does
 * not change what was done already.
 */
export async function inTurn<T>(
  { alerts: [alert] }: Message,
  steps: readonly T[],
  take: (alert: Alert, step: T) => Promise<Outcome>,
): Promise<Outcome> {
  if (alert === undefined) return { kind: "refused", why: "no alert to send" };
  let outcome: Outcome = { kind: "sent" };
  for (const step of steps) {
    outcome = await take(alert, step);
    if (outcome.kind !== "sent") return outcome;
  }
  return outcome;
}
