/** Transitions of an alert. Pure: times come from outside. */
import {
  type Alert,
  type AlertEvent,
  type EventKind,
  heartbeatName,
  isOpen,
  sameTexts,
  type Status,
} from "./alert.ts";
import type { Incoming } from "./payload.ts";
import { messagesLag, peersLag, seenSteps } from "./times.ts";

/** A new state with its event; without an event nothing that matters has happened. */
export interface Change {
  readonly alert: Alert;
  readonly event?: AlertEvent;
  /** Channels that are notified now, whatever the table of subscriptions says. */
  readonly tell?: readonly string[];
  /** The channel that reported it: it is not notified of what it knows. */
  readonly from?: string;
}

/** The alert's state does not allow the action. */
export class LifecycleError extends Error {}

/** The next version of an alert, and the event that reports it. */
function step(
  current: Alert,
  fields: Partial<Alert>,
  kind: EventKind,
  now: number,
  actor: string | null = null,
  text = "",
): Change {
  const alert = { ...current, ...fields, updatedAt: now, version: current.version + 1 };
  const { fingerprint, startsAt } = alert;
  return { alert, event: { fingerprint, startsAt, kind, at: now, actor, text } };
}

/** A new episode of a new or a known alert. */
function begin(version: number, incoming: Incoming, now: number): Change {
  const { annotations, endsAt, fingerprint, labels, resolved, startsAt } = incoming;
  const label = (name: string): string => labels[name] ?? "";
  const alert: Alert = {
    fingerprint,
    status: resolved ? "resolved" : "firing",
    severity: label("severity"),
    alertname: label("alertname"),
    instance: label("instance"),
    service: label("service"),
    team: label("team"),
    environment: label("env"),
    startsAt,
    endsAt,
    lastSeenAt: now,
    updatedAt: now,
    labels,
    annotations,
    owner: null,
    snoozedUntil: null,
    closedBy: null,
    version,
  };
  return step(alert, {}, resolved ? "resolved" : "firing", now);
}

/**
 * An episode that is over, received again. A message that it fires is late, or Alertmanager had only let it expire:
 * Prometheus was cut off, and it goes on. When nothing can be late any more it is open again; an alert that somebody
 * closed stays closed. A heartbeat is heard whenever it comes: that it comes is all it says.
 */
function reopen(current: Alert, incoming: Incoming, now: number, steady: number): Change[] {
  const { annotations, listed } = incoming;
  const beats = current.alertname === heartbeatName && listed !== true;
  const lag = listed === true ? peersLag : messagesLag;
  // Also back: an end in the future was written by a clock that was ahead.
  const age = Math.min(Math.abs(now - current.updatedAt), steady);
  const isLate = current.closedBy !== null || age < lag;
  if (isLate && !beats) return [];
  const free = { owner: null, closedBy: null };
  const fields = { annotations, status: "firing", endsAt: null, lastSeenAt: now, ...free } as const;
  const text = "Alertmanager had ended it, but it goes on";
  return [step(current, fields, "returned", now, null, text)];
}

/** The same episode heard of again: it goes on, has come back from being stale, or has ended. */
function goOn(current: Alert, incoming: Incoming, now: number, steady: number): Change[] {
  const { annotations, endsAt, resolved } = incoming;
  if (current.status === "resolved") {
    if (!resolved) return reopen(current, incoming, now, steady);
    // Two peers may say different ends, in any order; the later one holds.
    return (endsAt ?? 0) <= (current.endsAt ?? 0) ? [] : [{ alert: { ...current, endsAt } }];
  }
  if (resolved) {
    const fields = { status: "resolved", endsAt, snoozedUntil: null, lastSeenAt: now } as const;
    return [step(current, fields, "resolved", now)];
  }
  if (current.status === "stale") {
    // An earlier beginning may be that of an episode before.
    if (incoming.startsAt < current.startsAt && incoming.listed !== true) return [];
    const status = current.owner === null ? "firing" : "acknowledged";
    return [step(current, { annotations, status, lastSeenAt: now }, "returned", now)];
  }
  // Also backwards: a time from a clock that was ahead would hide for that long that it is silent.
  if (Math.abs(now - current.lastSeenAt) < seenSteps && sameTexts(current.annotations, annotations))
    return [];
  return [{ alert: { ...current, annotations, lastSeenAt: now } }];
}

/**
 * Whether a message is about the episode that is known, though it may say another beginning: of two that
 * overlap Alertmanager makes one, with the earlier beginning, and each of its peers may know another half.
 */
function isSame(current: Alert, { endsAt, resolved, startsAt }: Incoming): boolean {
  if (startsAt < current.startsAt) return !resolved || (endsAt ?? 0) > current.startsAt;
  if (startsAt === current.startsAt) return true;
  return current.endsAt !== null && current.closedBy === null && startsAt < current.endsAt;
}

/**
 * The changes to an alert that follow from a message of Alertmanager, in order; none where the message is old news.
 * Messages may come twice, late and in any order: the state after a set of them does not depend on it.
 *
 * @param steady - Milliseconds since the clock of `now` was last set: nothing is known to be older.
 */
export function receive(
  current: Alert | undefined,
  incoming: Incoming,
  now: number,
  steady = Infinity,
): Change[] {
  if (current === undefined) return [begin(0, incoming, now)];
  if (isSame(current, incoming)) return goOn(current, incoming, now, steady);
  if (incoming.startsAt < current.startsAt) return [];
  // The end of the episode before was lost: it cannot have lasted longer than until this one.
  const ended = { status: "resolved", endsAt: incoming.startsAt } as const;
  const before = isOpen(current)
    ? [step(current, ended, "resolved", now, null, "it fires again, so this episode had ended")]
    : [];
  return [...before, begin(current.version + before.length, incoming, now)];
}

/** An action of a person on an alert. */
export type Action =
  | { readonly kind: "acknowledge"; readonly text?: string | undefined }
  | { readonly kind: "unacknowledge"; readonly text?: string | undefined }
  | { readonly kind: "snooze"; readonly until: number; readonly text?: string | undefined }
  | { readonly kind: "resolve"; readonly text?: string | undefined }
  /** Takes back that a person ended it. */
  | { readonly kind: "reopen"; readonly text?: string | undefined }
  /** Hands it over to somebody. */
  | { readonly kind: "assign"; readonly to: string; readonly text?: string | undefined }
  /** Tells a channel at once: help is needed. */
  | { readonly kind: "escalate"; readonly to: string; readonly text?: string | undefined }
  | { readonly kind: "comment"; readonly text: string };

interface Effect {
  readonly event: EventKind;
  readonly allowed: readonly Status[];
  readonly fields: Partial<Alert>;
}

const open: readonly Status[] = ["firing", "acknowledged", "snoozed", "stale"];

function effectOf(action: Action, actor: string, now: number): Effect {
  const free = { owner: null, snoozedUntil: null };
  switch (action.kind) {
    case "acknowledge":
      return {
        event: "acknowledged",
        allowed: open,
        fields: { status: "acknowledged", owner: actor, snoozedUntil: null },
      };
    case "unacknowledge":
      return {
        event: "unacknowledged",
        allowed: ["acknowledged", "snoozed"],
        fields: { status: "firing", ...free },
      };
    case "snooze":
      return {
        event: "snoozed",
        allowed: open,
        fields: { status: "snoozed", owner: actor, snoozedUntil: action.until },
      };
    case "resolve":
      return {
        event: "resolved",
        allowed: open,
        fields: { status: "resolved", endsAt: now, snoozedUntil: null, closedBy: actor },
      };
    case "reopen":
      return {
        event: "returned",
        allowed: ["resolved"],
        fields: { status: "firing", endsAt: null, closedBy: null, ...free },
      };
    case "assign":
      return {
        event: "assigned",
        allowed: open,
        fields: { status: "acknowledged", owner: action.to, snoozedUntil: null },
      };
    case "escalate":
      return { event: "escalated", allowed: open, fields: {} };
    case "comment":
      return { event: "commented", allowed: [...open, "resolved"], fields: {} };
  }
}

function wordsOf(action: Action): string {
  const { text = "" } = action;
  const said = (what: string): string => (text === "" ? what : `${what}: ${text}`);
  switch (action.kind) {
    case "snooze":
      return said(`until ${new Date(action.until).toISOString().slice(0, 16)}Z`);
    case "assign":
    case "escalate":
      return said(`to ${action.to}`);
    default:
      return text;
  }
}

/**
 * The effect of a person's action on an alert.
 *
 * @throws {@link LifecycleError} where its state does not allow that.
 */
export function act(current: Alert, action: Action, actor: string, now: number): Change {
  const { allowed, event, fields } = effectOf(action, actor, now);
  if (!allowed.includes(current.status)) {
    throw new LifecycleError(`an alert that is ${current.status} cannot be ${event}`);
  }
  if (action.kind === "snooze" && action.until <= now) {
    throw new LifecycleError("a snooze must end in the future");
  }
  if (action.kind === "reopen" && current.closedBy === null) {
    throw new LifecycleError("an alert that ended on its own cannot be opened again");
  }
  const change = step(current, fields, event, now, actor, wordsOf(action));
  return action.kind === "escalate" ? { ...change, tell: [action.to] } : change;
}

/** A snooze that is over: the alert needs somebody again. */
export function wake(current: Alert, now: number): Change[] {
  const { snoozedUntil, status } = current;
  if (status !== "snoozed" || snoozedUntil === null || snoozedUntil > now) return [];
  return [step(current, { status: "firing", owner: null, snoozedUntil: null }, "woken", now)];
}

/** An open alert that Alertmanager no longer lists: its end was lost. */
export function lose(current: Alert, now: number): Change[] {
  if (!isOpen(current) || current.status === "stale") return [];
  return [step(current, { status: "stale", snoozedUntil: null }, "stale", now)];
}
