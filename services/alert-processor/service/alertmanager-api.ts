import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { JSONParser, TokenizerError, TokenParserError } from "@streamparser/json";
import { instantOf } from "../core/instant.ts";

/** Where Alertmanager's API is, and how to sign in there. */
export interface AlertmanagerTarget {
  /** Begins with https://. */
  readonly url: string;
  /** Left out where it asks for none. */
  readonly login?: { readonly username: string; readonly password: string } | undefined;
  /** Own certificate and its key, PEM; left out where it asks for none. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Authority to trust instead of the usual ones, PEM. */
  readonly ca?: string | undefined;
  /** Name of the receiver that is this processor. */
  readonly receiver: string;
}

/** Limits of time and size. */
export interface AskLimits {
  /** Ends it when its time is over. @default after ten seconds */
  readonly signal?: AbortSignal;
  /** Bytes of an answer. @default 64 MiB */
  readonly longest?: number;
}

/** Alertmanager answered, but did not do what was asked. */
export class AlertmanagerError extends Error {
  readonly status: number;
  /** Its answer. */
  readonly text: string;
  constructor(message: string, status: number, text: string) {
    super(message);
    this.status = status;
    this.text = text;
  }
}

/** Requests other than reading. */
export interface Asked {
  readonly method?: "DELETE" | "POST";
  /** Sent as JSON. */
  readonly body?: unknown;
}

const usual = (): Required<AskLimits> => ({
  longest: 64 * 1024 * 1024,
  signal: AbortSignal.timeout(10_000),
});

/** The body of an answer with status 200; ends with an error where it is too long. */
async function answerOf(
  target: AlertmanagerTarget,
  path: string,
  limits: AskLimits = {},
  { body, method }: Asked = {},
): Promise<{ readonly at: number; readonly pieces: AsyncIterable<Buffer> }> {
  const { ca, cert, key, login, url } = target;
  const { longest, signal } = { ...usual(), ...limits };
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const address = new URL(`api/v2/${path}`, url.replace(/\/*$/, "/"));
  const options = {
    ca,
    cert,
    key,
    signal,
    method: method ?? "GET",
    ...(sent !== undefined && { headers: { "content-type": "application/json" } }),
    ...(login && { auth: `${login.username}:${login.password}` }),
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(address, options, resolve);
    asked.on("error", reject);
    asked.end(sent);
  });
  async function* read(): AsyncGenerator<Buffer> {
    let size = 0;
    for await (const piece of response as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > longest) throw new Error(`Alertmanager's list has more than ${longest} bytes`);
      yield piece;
    }
  }
  const { headers, statusCode = 0 } = response;
  if (statusCode !== 200) {
    const why = `Alertmanager's ${address.pathname}: it answered ${statusCode}`;
    throw new AlertmanagerError(why, statusCode, await text(read()));
  }
  return { at: instantOf(headers.date ?? ""), pieces: read() };
}

/**
 * Asks Alertmanager's API, and follows no redirect.
 *
 * @returns The JSON of its answer; undefined where it is empty.
 * @throws {@link AlertmanagerError} where it does not answer 200, others where it does not answer.
 */
export async function ask(
  target: AlertmanagerTarget,
  path: string,
  limits?: AskLimits,
  asked?: Asked,
): Promise<unknown> {
  const { pieces } = await answerOf(target, path, limits, asked);
  const said = await text(pieces);
  return said === "" ? undefined : (JSON.parse(said) as unknown);
}

/**
 * Asks for a list, which may be very long, and reads it while it arrives: what was handed over is not kept.
 *
 * @param readers - Take what stands at a path, from the inside out: `$.*` is each item of the list, by then without
 * what others have taken.
 * @returns When it said so by its own clock; not a number where it does not tell that.
 * @throws as {@link ask}, what a reader throws, and where it is not JSON, not a list, or ends too early.
 */
export async function askEach(
  target: AlertmanagerTarget,
  path: string,
  readers: Readonly<Record<string, (value: unknown) => void>>,
  limits?: AskLimits,
): Promise<number> {
  const { at, pieces } = await answerOf(target, path, limits);
  const paths = Object.keys(readers);
  const byDepth = new Map(paths.map((one) => [one.split(".").length - 1, readers[one]]));
  const parser = new JSONParser({ paths: ["$", ...paths] });
  parser.onValue = ({ parent, stack, value }) => {
    // An error that somebody in between answers as JSON must not pass for a list without items.
    if (stack.length === 0 && !Array.isArray(value))
      throw new TypeError("Alertmanager's answer is not a list");
    if (Array.isArray(parent)) parent.pop();
    byDepth.get(stack.length)?.(value);
  };
  try {
    for await (const piece of pieces) parser.write(piece);
    if (!parser.isEnded) throw new TokenParserError("it ends too early");
  } catch (error) {
    const isForm = error instanceof TokenizerError || error instanceof TokenParserError;
    throw isForm ? new SyntaxError(`Alertmanager's list is not JSON: ${error.message}`) : error;
  }
  return at;
}

/** Part of a query: alerts for the receiver that is this processor. */
export const ofReceiver = ({ receiver }: AlertmanagerTarget): string =>
  `receiver=${encodeURIComponent(receiver.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))}`;

/** The answers, and the members that did not answer, and why. */
export async function askAll<T>(
  targets: readonly AlertmanagerTarget[],
  work: (target: AlertmanagerTarget) => Promise<T>,
): Promise<{ readonly found: readonly T[]; readonly missing: string }> {
  const answers = await Promise.allSettled(targets.map(work));
  const missing = answers.flatMap((one, index) =>
    one.status === "rejected" ? [`${targets[index]?.url ?? ""}: ${wordsOf(one.reason)}`] : [],
  );
  return {
    found: answers.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])),
    missing: missing.join("; "),
  };
}

export const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
