import type { Alert, Occasion } from "../core/alert.ts";
import type { Heard } from "../core/heard.ts";
import type { Outcome } from "../core/retry.ts";

/** The content of a message: one alert, or several at once in a storm. */
export interface Message {
  /** Same key, same message: at most 36 characters of `[0-9a-f]`. */
  readonly key: string;
  readonly occasion: Occasion;
  /** At least one. */
  readonly alerts: readonly Alert[];
  /** Addresses for people; the processor's page shows what the message leaves out. */
  readonly links: Links;
}

export interface Links {
  /** The list of open alerts. */
  readonly page: string;
  /** An alert's own page. */
  alert(alert: Alert): string;
  /** Takes alerts, each or all with one press, once, without signing in. */
  acknowledge(...alerts: readonly Alert[]): string;
}

/** How a channel hears what people do on its other side. */
export interface Ear {
  /** The header that a message proves itself with, in small letters. */
  readonly header: string;
  /** Whether the bytes are from there. Takes the same time whatever is wrong. */
  isGenuine(proof: string, body: Buffer): boolean;
  /**
   * The content of a genuine message; undefined where it is invalid.
   *
   * @param page - Address of our own pages: anything elsewhere is not ours.
   * @param now - When it came, for services that do not say when it was.
   */
  read(body: unknown, page: string, now: number): Heard | undefined;
}

/** One way to notify people, or programs. */
export interface Channel {
  readonly name: string;
  /** How many alerts one message may carry; 1 where each needs its own. */
  readonly bundle: number;
  /** Messages it may send at most in a second. */
  readonly perSecond: number;
  /** Whether the other side drops a message whose key it knows. */
  readonly idempotent: boolean;
  /** Whether the other side keeps what is open until it is told of its end: a test is ended there as well. @default false */
  readonly keeps?: boolean;
  /** Left out where it sends nothing back. */
  readonly ear?: Ear | undefined;
  /**
   * Sends it. Never throws: a failure is an outcome.
   *
   * @param signal - Ends it when its time is over.
   */
  send(message: Message, signal: AbortSignal): Promise<Outcome>;
}
