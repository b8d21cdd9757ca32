/** Data that is kept: alerts, their events, and messages to be sent. */

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
  /** The person who has taken it; null if nobody has. */
  readonly owner: string | null;
  /** The end of its snooze; null if it is not snoozed. */
  readonly snoozedUntil: number | null;
  /** The person who closed it; null if it is open, or Alertmanager ended it. */
  readonly closedBy: string | null;
  /** Counts changes: a request to change it gives the version that was read. */
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
  /** The person who did it; null if a machine did. */
  readonly actor: string | null;
  readonly text: string;
}

/** What a message is about. */
export type Occasion = "firing" | "reminder" | "acknowledged" | "resolved";

/** One message to one channel. */
export interface Delivery {
  /** Same key, same delivery: services that support it recognise a repetition. */
  readonly key: string;
  readonly channel: string;
  readonly fingerprint: string;
  readonly startsAt: number;
  readonly occasion: Occasion;
  /** Order of sending when more is due than can be sent: 0 before 1. */
  readonly rank: number;
  /** Not before. */
  readonly dueAt: number;
}

/** A delivery as it is planned; only the delivery itself is stored. */
export interface Planned extends Delivery {
  /** Only for a channel that has been notified of the episode. */
  readonly ifTold?: true;
}

/** Whether somebody should still do something about it. */
export const isOpen = ({ status }: Pick<Alert, "status">): boolean => status !== "resolved";

/** Always fires by design: it shows that alerts can arrive, and needs nobody's attention. */
export const heartbeatName = "Watchdog";

/** Whether two sets of labels, or of annotations, say the same. */
export const sameTexts = (
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): boolean => {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
};
