/** The table of subscriptions, and the deliveries that follow from it. Pure. */
import { createHash } from "node:crypto";
import {
  type Alert,
  type AlertEvent,
  type Delivery,
  type EventKind,
  heartbeatName,
  type Occasion,
  type Planned,
} from "./alert.ts";
import type { Change } from "./lifecycle.ts";
import { classOf, rankOf } from "./severity.ts";

/** Which alerts a channel gets, and when. */
export interface Subscription {
  /** Name of the channel. */
  readonly channel: string;
  /** Severities it wants, words that mean the same included; all where it is not given. */
  readonly severities?: readonly string[] | undefined;
  /** Teams it wants; all where it is not given. */
  readonly teams?: readonly string[] | undefined;
  /**
   * Seconds after the beginning at which it is told, each time only if nobody has taken the alert by
   * then: `[0]` tells it once, `[0, 300, 900]` reminds it twice, `[900]` escalates to it.
   */
  readonly after: readonly number[];
  /** Updates that it gets about alerts of which it was notified. */
  readonly also: readonly ("acknowledged" | "resolved")[];
}

const wants = (list: readonly string[] | undefined, value: string): boolean =>
  list === undefined || list.includes(value);

/**
 * Name of a delivery: the same for the same thing told to the same channel, at most 36 characters of
 * `[0-9a-f]`, so that services that take an id of the client's choice take it.
 */
export function keyOf(
  { fingerprint, startsAt }: Pick<Alert, "fingerprint" | "startsAt">,
  occasion: string,
  channel: string,
): string {
  const text = [fingerprint, startsAt, occasion, channel].join("|");
  return createHash("sha256").update(text).digest("hex").slice(0, 36);
}

function delivery(
  alert: Alert,
  channel: string,
  occasion: Occasion,
  dueAt: number,
  id: string = occasion,
): Delivery {
  const { fingerprint, startsAt } = alert;
  // The same for all of an episode: what happened first arrives first.
  const rank = rankOf(alert.severity);
  return { key: keyOf(alert, id, channel), channel, fingerprint, startsAt, occasion, rank, dueAt };
}

/**
 * Deliveries that follow from a change. Updates for channels that know of the episode are planned for every channel
 * that may know; the store drops them where it does not.
 */
export function deliveriesOf(change: Change, subscriptions: readonly Subscription[]): Planned[] {
  const { event, from } = change;
  return planned(change, subscriptions).filter(
    // Later it may be notified again: whoever reported that nobody has it may not have found anybody.
    ({ channel, dueAt }) => channel !== from || dueAt > (event?.at ?? 0),
  );
}

function planned(
  { alert, event, tell = [] }: Change,
  subscriptions: readonly Subscription[],
): Planned[] {
  if (event === undefined || alert.alertname === heartbeatName) return [];
  const { at, kind } = event;
  const { severity, team } = alert;
  // A word that is not in the table counts as its meaning.
  const isNamed = subscriptions.some(({ severities }) => severities?.includes(severity) === true);
  const word = isNamed ? severity : classOf(severity);
  const mine = subscriptions.filter(
    ({ severities, teams }) => wants(severities, word) && wants(teams, team),
  );
  // Channels that can only have been asked for help.
  const asked = new Set(
    subscriptions
      .map(({ channel }) => channel)
      .filter((channel) => mine.every((one) => one.channel !== channel)),
  );
  // Later updates go to channels that want them, and to those that were asked for help.
  const hearing = (what: "acknowledged" | "resolved"): string[] => {
    const own = mine.filter(({ also }) => also.includes(what));
    return [...new Set([...own.map(({ channel }) => channel), ...asked])];
  };
  switch (kind) {
    case "firing":
      return mine.flatMap(({ after, channel }) =>
        after.map((seconds) => {
          const dueAt = at + seconds * 1000;
          if (seconds === 0) return delivery(alert, channel, "firing", dueAt);
          return delivery(alert, channel, "reminder", dueAt, `reminder ${seconds}`);
        }),
      );
    // Nobody has it any more: all start again, each as late as at the beginning. An alert that somebody still has is
    // sent once: the message that it was over is no longer true. Nor is the last message to those who were asked for
    // help.
    case "returned":
    case "unacknowledged":
    case "woken": {
      const again = (channel: string, seconds: number): Delivery =>
        delivery(alert, channel, "reminder", at + seconds * 1000, `${kind} ${at} ${seconds}`);
      return [
        ...mine.flatMap(({ after, channel }) =>
          after
            .filter((seconds) => seconds === 0 || alert.owner === null)
            .map((seconds) => again(channel, seconds)),
        ),
        ...[...asked].map((channel) => ({ ...again(channel, 0), ifTold: true as const })),
      ];
    }
    case "escalated":
      return tell.map((channel) => delivery(alert, channel, "reminder", at, `escalated ${at}`));
    case "acknowledged":
    case "assigned":
    case "snoozed":
      return hearing("acknowledged").map((channel) =>
        delivery(alert, channel, "acknowledged", at, `${kind} ${at}`),
      );
    case "resolved":
    case "stale":
      return hearing("resolved").map((channel) =>
        delivery(alert, channel, "resolved", at, `${kind} ${at}`),
      );
    case "commented":
      return [];
  }
}

/** Events of an episode that cancel its earlier deliveries. */
export const cancelling: readonly EventKind[] = [
  "acknowledged",
  "assigned",
  "snoozed",
  "resolved",
  "stale",
];

/** Whether pending deliveries of this episode are cancelled. */
export const cancels = ({ kind }: AlertEvent): boolean => cancelling.includes(kind);

const overturning: readonly EventKind[] = ["returned", "unacknowledged", "woken"];

/** Whether it is no longer true that somebody has it, or that it is over. */
export const overturns = ({ kind }: AlertEvent): boolean => overturning.includes(kind);
