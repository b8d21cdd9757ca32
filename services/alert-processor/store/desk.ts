/** Views for people, beyond what the memory needs to do its work: the SQL stores have them. */
import type { Alert, Occasion } from "../core/alert.ts";
import type { Heard, HeardResult } from "../core/heard.ts";
import type { SeenAlert, SeverityClass } from "../core/severity.ts";
import type { Planner } from "../core/writes.ts";
import type { Store } from "./store.ts";

/** An alert as a list shows it: of its annotations only `summary`, or `description` in its place. */
export type AlertRow = SeenAlert;

/** Alerts that changed after a position. */
export interface Changed {
  /** To go on from. */
  readonly position: number;
  /** As they are now, ended ones included. Heartbeats are left out. */
  readonly alerts: readonly AlertRow[];
  /** There is more. */
  readonly more: boolean;
}

/** How it stands with a channel. */
export interface ChannelDepth {
  readonly channel: string;
  /** Deliveries that wait, planned ones included. */
  readonly pending: number;
  /** Those of them that are due; `dueSince` is when the oldest was. */
  readonly due: number;
  readonly dueSince: number | null;
  readonly dead: number;
  /** When it was told something last; null where that is not known any more. */
  readonly sentAt: number | null;
}

/** A delivery that was given up. */
export interface Dead {
  readonly key: string;
  readonly channel: string;
  readonly fingerprint: string;
  readonly alertname: string;
  readonly instance: string;
  readonly occasion: Occasion;
  readonly settledAt: number;
  readonly attempts: number;
  readonly why: string;
}

/** A stretch of time in which an alert fired, and that is over. */
export interface Ended {
  /** Counts up; to go on before it. */
  readonly id: number;
  readonly fingerprint: string;
  readonly alertname: string;
  readonly instance: string;
  readonly service: string;
  readonly severity: string;
  /** Its meaning. */
  readonly level: SeverityClass;
  readonly team: string;
  readonly summary: string;
  readonly startsAt: number;
  readonly endsAt: number;
  /** Who closed it by hand; null where it ended on its own. */
  readonly closedBy: string | null;
}

export interface Desk {
  /**
   * Does once what was heard from the other side of a channel: to every alert that is in the incident.
   *
   * @returns The outcome, and the alerts that changed.
   */
  hear(
    channel: string,
    heard: Heard,
    plan: Planner,
    now: number,
  ): Promise<{ readonly result: HeardResult; readonly alerts: readonly Alert[] }>;
  /** Of the last thing that happened: what happens later has a greater one. */
  position(): Promise<number>;
  /** @param limit - Things that happened, at most. */
  changedSince(position: number, limit: number): Promise<Changed>;
  /** What is open, the worst first and of these the newest. Heartbeats are left out. */
  open(limit: number): Promise<AlertRow[]>;
  /** By name; channels of which nothing is known are left out. */
  channels(now: number): Promise<ChannelDepth[]>;
  /** Newest first. */
  dead(limit: number): Promise<Dead[]>;
  /** Dead deliveries no longer count. @returns How many. */
  dismissDead(channel: string | undefined, now: number): Promise<number>;
  /** Deletes the quarantine. @returns How many. */
  clearQuarantine(): Promise<number>;
  /** When something was put into quarantine last; null where nothing is there. */
  quarantinedAt(): Promise<number | null>;
  /**
   * Episodes that are over, the last first.
   *
   * @param words - Each must be somewhere in the alert's labels or annotations; small letters.
   * @param before - Id to go on before.
   */
  ended(words: readonly string[], before: number | undefined, limit: number): Promise<Ended[]>;
}

/** Needed by a process that lives on while somebody sets a clock. */
export interface Timed {
  /** The time for all who share the memory. */
  now(): Promise<number>;
  /** When something was taken in last before a time; null where nothing was. */
  heardBefore(at: number): Promise<number | null>;
  /**
   * Puts right what was planned by a clock that was set: what waits waits as long as it would have. Of what was
   * planned by a clock that was ahead before this process began, or that others share, as much as can be told.
   *
   * @param by - Milliseconds by which it was set; 0 where that is not known.
   * @param now - By the clock as it is set.
   */
  adjust(by: number, now: number): Promise<void>;
  /** Notes what time it is, by a clock that is right; to be called every ten seconds. */
  noteTime(now: number): Promise<void>;
}

/** A memory that people look at. */
export type DeskStore = Store & Desk & Timed;
