import { randomUUID } from "node:crypto";
import { LifecycleError } from "../core/lifecycle.ts";
import type { DeskStore } from "./desk.ts";
import { ConflictError, UnknownAlertError } from "./store.ts";

/** Whether the memory works. */
export interface StoreState {
  readonly up: boolean;
  /** What is wrong and what to do; empty where nothing is. */
  readonly why: string;
}

export interface PatientOptions {
  /** Opens the memory; called again until it works. */
  readonly open: () => Promise<DeskStore>;
  /** An error that no waiting fixes: thrown by the first attempt. */
  readonly isHopeless: (error: unknown) => boolean;
  /** Told of each failure. */
  readonly onError: () => void;
  /** Told when it fails first, and when it works again. */
  readonly onState: (state: StoreState) => void;
  /** Milliseconds between two attempts. @default 1000 */
  readonly pause?: number;
}

/** A memory that may be away for a while. */
export interface PatientStore extends DeskStore {
  readonly state: () => StoreState;
}

/** The memory does not answer; nothing of what was asked for has happened. */
export class StoreDownError extends Error {}

/** Errors that say nothing about the database. */
const isAnswer = (error: unknown): boolean =>
  [ConflictError, LifecycleError, UnknownAlertError].some((kind) => error instanceof kind);

const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/**
 * A memory that need not be there when it is opened, and may go away while it is used: what is asked of it then
 * is rejected, and as soon as something can be written again it is there again. A failure to write is not over
 * because something could be read.
 */
export async function openPatiently(options: PatientOptions): Promise<PatientStore> {
  const { isHopeless, onError, onState, open, pause = 1_000 } = options;
  let store: DeskStore | undefined;
  let state: StoreState = { up: true, why: "" };
  let probe: NodeJS.Timeout | undefined;
  let closed = false;

  function become(next: StoreState): void {
    const changed = next.up !== state.up;
    state = next;
    if (changed) onState(state);
  }

  function fail(error: unknown): void {
    onError();
    become({ up: false, why: wordsOf(error) });
    if (!closed) probe ??= setTimeout(() => void tryAgain(), pause);
  }

  /** Opens it where it is not open, and writes something. */
  async function attempt(): Promise<void> {
    const opened = (store ??= await open());
    await opened.useOnce(`probe ${randomUUID()}`, 0);
    become({ up: true, why: "" });
  }

  async function tryAgain(): Promise<void> {
    try {
      await attempt();
      probe = undefined;
    } catch (error) {
      probe = undefined;
      fail(error);
    }
  }

  async function call(name: keyof DeskStore, values: readonly unknown[]): Promise<unknown> {
    if (store === undefined) throw new StoreDownError(state.why);
    try {
      return await (store[name] as (...all: readonly unknown[]) => Promise<unknown>)(...values);
    } catch (error) {
      if (!isAnswer(error)) fail(error);
      throw error;
    }
  }

  const own: Pick<PatientStore, "close" | "state"> = {
    state: () => state,
    close: async () => {
      closed = true;
      clearTimeout(probe);
      await store?.close();
    },
  };
  await attempt().catch((error: unknown) => {
    if (isHopeless(error)) throw error;
    fail(error);
  });
  // Every method of a store, those that come later included: each of them may fail alike.
  return new Proxy(own, {
    get: (_, name) => {
      if (name in own) return own[name as keyof typeof own];
      if (name === "then" || typeof name === "symbol") return undefined;
      return (...values: readonly unknown[]) => call(name as keyof DeskStore, values);
    },
  }) as PatientStore;
}
