import type { Clock } from "./clock.ts";

/** How it went with a part of the way when it was used last. */
export interface PartState {
  /** When it went well last; null where it never did since this process began. */
  readonly okAt: number | null;
  /** When it did not; null where it always did. */
  readonly failedAt: number | null;
  /** Why it failed the last time; empty where it went well since. */
  readonly problem: string;
}

/** Remembers how it goes with the parts that the processor talks to, since it began. */
export interface Journal {
  readonly since: number;
  /** @param problem - Left out where it went well. */
  note(part: string, problem?: string): void;
  of(part: string): PartState;
}

const unknown: PartState = { okAt: null, failedAt: null, problem: "" };

export function journalOf(clock: Clock): Journal {
  const parts = new Map<string, PartState>();
  const of = (part: string): PartState => parts.get(part) ?? unknown;
  return {
    since: clock(),
    of,
    note: (part, problem = "") => {
      const at = clock();
      const before = of(part);
      parts.set(
        part,
        problem === "" ? { ...before, okAt: at, problem } : { ...before, failedAt: at, problem },
      );
    },
  };
}

/** Names of parts. */
export const parts = {
  /** The comparison with Alertmanager's list. */
  comparison: "comparison",
  /** The address outside that hears of our heartbeat. */
  heartbeat: "heartbeat",
  channel: (name: string): string => `channel ${name}`,
  /** What is heard from the other side of a channel. */
  ear: (name: string): string => `ear ${name}`,
} as const;
