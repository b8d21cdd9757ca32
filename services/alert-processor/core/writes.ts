/** The writes of a transaction, decided from what it read. Pure, so that every store decides alike. */
import type { Alert, AlertEvent, Delivery, Planned } from "./alert.ts";
import { type Change, receive } from "./lifecycle.ts";
import type { Incoming } from "./payload.ts";
import { cancels, overturns } from "./routing.ts";

/** Which deliveries follow from a change. */
export type Planner = (change: Change) => readonly Planned[];

/** A stretch of time in which an alert fires. */
export type Episode = Pick<Alert, "fingerprint" | "startsAt">;

/** One change of the list of deliveries. */
export type OutboxStep =
  | {
      readonly kind: "add";
      readonly delivery: Delivery;
      /** Only where the channel was notified of the episode: an earlier delivery was taken at least once. */
      readonly ifTold: boolean;
    }
  /** Cancels pending deliveries of an episode: all of them, or only who has it and that it is over. */
  | { readonly kind: "cancel"; readonly episode: Episode; readonly what: "all" | "news" };

export interface Writes {
  /** As they are in the end. */
  readonly alerts: readonly Alert[];
  readonly events: readonly AlertEvent[];
  /** To be done in this order. */
  readonly outbox: readonly OutboxStep[];
}

/** Whether a delivery says what has become of an alert: it comes before what is new of it. */
export const isNews = ({ occasion }: Pick<Delivery, "occasion">): boolean =>
  occasion === "acknowledged" || occasion === "resolved";

/** Facts about a delivery that was given up. */
export interface GivenUp extends Pick<Delivery, "occasion" | "startsAt"> {
  /** The channel was notified of something in this episode. */
  readonly wasTold: boolean;
  /** Something happened to the episode since that would have cancelled it. */
  readonly isOvertaken: boolean;
}

/**
 * Whether what was given up is still worth telling: it is true, nothing that happened since says more, nobody is
 * called to what is over or has somebody who was not to be helped, and who never heard of a beginning needs no end.
 *
 * @param alert - As it is now; undefined where it is forgotten.
 */
export function isStillNews(
  { isOvertaken, occasion, startsAt, wasTold }: GivenUp,
  alert: Pick<Alert, "startsAt" | "status"> | undefined,
): boolean {
  const status = alert?.startsAt === startsAt ? alert.status : "resolved";
  switch (occasion) {
    case "firing":
    case "reminder":
      return status === "firing" || (status !== "resolved" && !isOvertaken);
    case "acknowledged":
      return wasTold && !isOvertaken && (status === "acknowledged" || status === "snoozed");
    case "resolved":
      return wasTold && !isOvertaken && (status === "resolved" || status === "stale");
  }
}

function cancelOf(event: AlertEvent, episode: Episode): OutboxStep[] {
  if (cancels(event)) return [{ kind: "cancel", episode, what: "all" }];
  return overturns(event) ? [{ kind: "cancel", episode, what: "news" }] : [];
}

/** The writes for changes, in the order in which they happen. */
export function writesOf(changes: readonly Change[], plan: Planner): Writes {
  const alerts = new Map(changes.map(({ alert }) => [alert.fingerprint, alert]));
  const outbox = changes.flatMap((change): OutboxStep[] => {
    const { alert, event } = change;
    if (event === undefined) return [];
    const { fingerprint, startsAt } = alert;
    return [
      ...cancelOf(event, { fingerprint, startsAt }),
      ...plan(change).map(({ ifTold = false, ...delivery }) => {
        return { kind: "add", delivery, ifTold: ifTold || isNews(delivery) } as const;
      }),
    ];
  });
  return {
    alerts: [...alerts.values()],
    events: changes.flatMap(({ event }) => (event === undefined ? [] : [event])),
    outbox,
  };
}

/**
 * All changes that messages make, in order.
 *
 * @param known - The alerts that the messages are about, as far as there are any. Read only.
 */
export function receiveAll(
  known: (fingerprint: string) => Alert | undefined,
  messages: readonly Incoming[],
  now: number,
  steady = Infinity,
): Change[] {
  const current = new Map<string, Alert>();
  return messages.flatMap((message) => {
    const { fingerprint } = message;
    const changes = receive(current.get(fingerprint) ?? known(fingerprint), message, now, steady);
    const last = changes.at(-1);
    if (last !== undefined) current.set(fingerprint, last.alert);
    return changes;
  });
}
