/** What is remembered: alerts, what happened to them, and what is to be told. */

/** Where an alert is in its life. `stale`: Alertmanager no longer knows it and never said it ended. */
export type Status = "firing" | "acknowledged" | "snoozed" | "stale" | "resolved";

/** An alert as it is now; one for each set of labels. Times are milliseconds since 1970. */
export interface Alert {
  /** Of its labels, as Alertmanager computes it: 16 hexadecimal digits. */
  readonly fingerprint: string;
  readonly status: Status;
  readonly severity: string;
  readonly alertname: string;
  readonly instance: string;
  readonly service: string;
  readonly team: string;
  readonly environment: string;
  /** When this episode began: a later one is a new episode. */
  readonly startsAt: number;
  /** When it ended; null while it is open. */
  readonly endsAt: number | null;
  /** When Alertmanager last spoke of it. */
  readonly lastSeenAt: number;
  readonly updatedAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Who has taken it; null where nobody has. */
  readonly owner: string | null;
  /** Until when nobody wants to hear of it; null where it is not snoozed. */
  readonly snoozedUntil: number | null;
  /** Who ended it by hand; null where it is open, or Alertmanager ended it. */
  readonly closedBy: string | null;
  /** Counts changes: who changes something says which version they saw. */
  readonly version: number;
}

/** The attributes of an {@link Alert}, in the order in which stores keep them. */
export const attributes = [
  "fingerprint",
  "status",
  "severity",
  "alertname",
  "instance",
  "service",
  "team",
  "environment",
  "startsAt",
  "endsAt",
  "lastSeenAt",
  "updatedAt",
  "labels",
  "annotations",
  "owner",
  "snoozedUntil",
  "closedBy",
  "version",
] as const satisfies readonly (keyof Alert)[];

export type EventKind =
  | "firing"
  | "returned"
  | "resolved"
  | "stale"
  | "acknowledged"
  | "unacknowledged"
  | "snoozed"
  | "assigned"
  | "escalated"
  | "woken"
  | "commented";

/** One thing that happened to an alert. */
export interface AlertEvent {
  readonly fingerprint: string;
  /** Of the episode. */
  readonly startsAt: number;
  readonly kind: EventKind;
  readonly at: number;
  /** Who did it; null where nobody but a machine did. */
  readonly actor: string | null;
  readonly text: string;
}

/** What somebody is told. */
export type Occasion = "firing" | "reminder" | "acknowledged" | "resolved";

/** One thing to tell one channel. */
export interface Delivery {
  /** Same key, same delivery: whoever supports it tells a repetition by it. */
  readonly key: string;
  readonly channel: string;
  readonly fingerprint: string;
  readonly startsAt: number;
  readonly occasion: Occasion;
  /** What is told first where more is due than can be told: 0 before 1. */
  readonly rank: number;
  /** Not before. */
  readonly dueAt: number;
}

/** A delivery as it is planned: what is written down is the delivery alone. */
export interface Planned extends Delivery {
  /** It makes sense only to a channel that was told of the episode before. */
  readonly ifTold?: true;
}

/** Whether somebody should still do something about it. */
export const isOpen = ({ status }: Pick<Alert, "status">): boolean => status !== "resolved";

/** Fires for ever by design: it says that the way to here works, and is no trouble of anybody's. */
export const heartbeatName = "Watchdog";

/** Whether two sets of labels, or of annotations, say the same. */
export const sameTexts = (
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): boolean => {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
};
