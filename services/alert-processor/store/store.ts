import type { Alert, AlertEvent, Delivery, Occasion } from "../core/alert.ts";
import type { Action } from "../core/lifecycle.ts";
import type { Batch } from "../core/payload.ts";
import type { Planner } from "../core/writes.ts";

/** One message of Alertmanager, as it is taken in. */
export interface Receipt extends Batch {
  /** Of its bytes: the same message again is counted, not kept again. */
  readonly digest: string;
}

/** The effect of messages. */
export interface Ingested {
  /** Alerts that began, ended or came back. */
  readonly changed: number;
  /** Alerts of which nothing new was said. */
  readonly repeated: number;
  readonly poisoned: number;
}

/** A delivery that a worker has taken and must answer for. */
export interface Taken extends Delivery {
  /** This one included. */
  readonly attempts: number;
  /** When it was first due. */
  readonly plannedAt: number;
  /** As it is now; where it fires again since, as it was in the delivery's episode. */
  readonly alert: Alert;
}

/** Deliveries of one occasion that go out as one message. */
export interface Bundle {
  /** The same each time these are taken. */
  readonly key: string;
  readonly occasion: Occasion;
  readonly deliveries: readonly Taken[];
}

/** The outcome of deliveries that were taken. */
export type Settled = { readonly keys: readonly string[] } & (
  | { readonly kind: "sent" }
  | { readonly kind: "again"; readonly dueAt: number; readonly why: string }
  /** Each on its own from now on. */
  | { readonly kind: "apart"; readonly why: string }
  | { readonly kind: "dead"; readonly why: string }
);

/** Where a delivery stands. */
export interface DeliveryState extends Delivery {
  readonly state: "pending" | "sent" | "dead" | "cancelled";
  readonly attempts: number;
  /** When it was sent, given up or cancelled. */
  readonly settledAt: number | null;
  /** Of the last failure. */
  readonly why: string;
}

/** The outcome of sending given-up deliveries again. */
export interface Redriven {
  /** Pending again. */
  readonly deliveries: number;
  /** Not so any more: over meanwhile, or in the hands of somebody. */
  readonly skipped: number;
}

/** Why a delivery was dropped that had been given up. */
export const notNews = "it was no longer true when it was to be sent again";

/** Something that could not be understood. */
export interface Quarantined {
  readonly at: number;
  readonly why: string;
  readonly raw: string;
}

export interface Filter {
  /** @default open */
  readonly state?: "open" | "resolved" | "all" | undefined;
  readonly team?: string | undefined;
  readonly severity?: string | undefined;
  /** @default 500 */
  readonly limit?: number | undefined;
}

/** How much there is, for metrics. */
export interface Depth {
  readonly open: number;
  readonly pending: number;
  readonly dead: number;
  readonly quarantined: number;
  /** When the oldest pending delivery was due; null where none is. */
  readonly oldestDueAt: number | null;
}

/** The effort that an alert causes: over the time that history is kept. */
export interface Noise {
  readonly alertname: string;
  readonly team: string;
  readonly episodes: number;
  /** Episodes that somebody took. */
  readonly acknowledged: number;
}

/** Somebody else changed the alert since it was read. */
export class ConflictError extends Error {}

/** Fingerprints that somebody knows. */
export type Known = Pick<ReadonlySet<string>, "has">;

/** There is no such alert. */
export class UnknownAlertError extends Error {}

/**
 * The memory. Each method is one transaction: when its promise is fulfilled everything of it is
 * durable, and when it is rejected nothing of it happened.
 */
export interface Store {
  /**
   * Takes in messages, in order, all in one transaction.
   *
   * @param steady - Milliseconds for which nobody has set the clock that `now` is of. @default for ever
   */
  ingest(
    receipts: readonly Receipt[],
    plan: Planner,
    now: number,
    steady?: number,
  ): Promise<Ingested>;
  /**
   * Does what a person asks for.
   *
   * @param version - Of the alert that the person saw; undefined where it does not matter.
   * @throws {@link ConflictError}, {@link UnknownAlertError}, or what {@link act} throws.
   */
  act(
    fingerprint: string,
    action: Action,
    actor: string,
    version: number | undefined,
    plan: Planner,
    now: number,
  ): Promise<Alert>;
  /**
   * Ends snoozes whose time has come.
   *
   * @param doubted - As in {@link Store.take}.
   * @returns How many.
   */
  wake(plan: Planner, now: number, doubted?: number): Promise<number>;
  /**
   * Marks open alerts as stale that were last seen before `before` and are not among `known`.
   *
   * @returns How many.
   */
  lose(known: Known, before: number, plan: Planner, now: number): Promise<number>;
  /**
   * Takes what is due for a channel and keeps it from other workers until `until`. What was taken before
   * and not settled comes again in the same bundles. Nothing is taken of an alert of which this channel
   * is being told at the moment, or has to be told first that somebody has it or that it was over: what
   * happened first arrives first, and the last word is the right one.
   *
   * What is more urgent comes first, however much waits.
   *
   * @param limit - Deliveries at most.
   * @param size - Deliveries in a bundle at most.
   * @param scope - `urgent`: only what is of the first rank. @default all
   * @param doubted - Alerts last heard of before this time may be over: nobody is reminded of them, unless somebody
   * escalated them since. A bundle goes without them.
   */
  take(
    channel: string,
    limit: number,
    size: number,
    now: number,
    until: number,
    scope?: "all" | "urgent",
    doubted?: number,
  ): Promise<Bundle[]>;
  /**
   * Writes down what became of deliveries. A channel that was told of an episode only now, because it was
   * down or this program was, needs none of the reminders that were due meanwhile, nor the beginning after one of
   * them: they are cancelled.
   */
  settle(results: readonly Settled[], now: number): Promise<void>;
  /**
   * What is taken is free again, and what waits to be tried again, or for nothing but the clock, is due: for a
   * worker that starts and knows that no other runs.
   */
  release(now: number): Promise<void>;
  /** Dead deliveries are pending again; those that nobody needs any more are dropped. */
  redrive(channel: string | undefined, now: number): Promise<Redriven>;
  /** @returns False where `id` was used before. Remembered until `until`. */
  useOnce(id: string, until: number): Promise<boolean>;
  /** @returns Whether `id` was used, as long as that is remembered. */
  wasUsed(id: string): Promise<boolean>;
  /** What began last first; of resolved ones what ended last. Heartbeats are left out. */
  list(filter: Filter): Promise<Alert[]>;
  /** Alerts that fire for ever by design. */
  heartbeats(): Promise<Alert[]>;
  get(fingerprint: string): Promise<Alert | undefined>;
  /** Those of these that there are, in no order. @param fingerprints - A few hundred at most. */
  among(fingerprints: readonly string[]): Promise<Alert[]>;
  /** Newest first. */
  history(fingerprint: string, limit: number): Promise<AlertEvent[]>;
  /** Newest first. */
  deliveries(fingerprint: string, limit: number): Promise<DeliveryState[]>;
  quarantine(limit: number): Promise<Quarantined[]>;
  noise(since: number): Promise<Noise[]>;
  /** @param doubted - As in {@link Store.take}: what waits for that is not late. */
  depth(doubted?: number): Promise<Depth>;
  /** Forgets resolved alerts, history and receipts older than `before`. @returns How many alerts. */
  prune(before: number, now: number): Promise<number>;
  close(): Promise<void>;
}
