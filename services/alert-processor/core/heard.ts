/** What people do to alerts in the service behind a channel, and what follows from it here. Pure. */
import { type Alert, isOpen } from "./alert.ts";
import { act, type Action, type Change } from "./lifecycle.ts";
import type { Episode } from "./writes.ts";

/** Who did it over there. */
export type Doer =
  | { readonly kind: "person"; readonly name: string }
  /** An integration: the echo of our own message. */
  | { readonly kind: "integration" }
  /** Not a person: a timer that ran out, a rule. */
  | { readonly kind: "nobody" };

export type HeardKind =
  /** An incident began over there, or holds what another held. */
  | "begun"
  | "acknowledged"
  | "unacknowledged"
  | "resolved"
  | "reopened"
  /** Something to be written down. */
  | "noted"
  /** Nothing of ours. */
  | "other";

/** One thing that happened on the other side of a channel. */
export interface Heard {
  /** The same each time that it is told. */
  readonly id: string;
  /** When it happened there, by their clock. */
  readonly at: number;
  readonly kind: HeardKind;
  readonly by: Doer;
  /** The service, as people call it: goes behind the name of who did it. */
  readonly service: string;
  /** Their id of the incident that holds our alerts; empty if there is none. */
  readonly incident: string;
  /** The episode that it is about, where it says so. */
  readonly episode?: Episode | undefined;
  /** The alert, where only that is given: its current episode is meant. */
  readonly fingerprint?: string | undefined;
  /** Another incident holds what this one held. */
  readonly movedTo?: string | undefined;
  readonly text: string;
}

/** The outcome of something heard. */
export type HeardResult =
  /** Done to at least one alert. */
  | "done"
  /** Written down. */
  | "noted"
  /** Changed nothing: it was so already, or it is not ours to do. */
  | "nothing"
  /** Of an incident that none of our alerts is in. */
  | "unknown"
  /** Heard before. */
  | "repeated";

/** Whether it is the echo of our own message. */
const isEcho = ({ by, kind }: Heard): boolean => by.kind === "integration" && kind !== "begun";

/** The actor, as the history records it. */
export const doerOf = ({ by, service }: Pick<Heard, "by" | "service">): string =>
  by.kind === "person" && by.name !== "" ? `${by.name} (${service})` : service;

const verbs: Partial<Record<HeardKind, string>> = {
  acknowledged: "acknowledged it",
  unacknowledged: "gave it back",
  resolved: "resolved it",
  reopened: "opened it again",
};

/** The action on the alert; a text if it is only recorded; undefined if there is none. */
function answer(alert: Alert, heard: Heard): Action | string | undefined {
  const { by, kind, service, text } = heard;
  const at = `in ${service} at ${new Date(heard.at).toISOString()}`;
  switch (kind) {
    case "acknowledged":
      if (alert.status === "firing" || alert.status === "stale")
        return { kind: "acknowledge", text };
      return isOpen(alert) && doerOf(heard) !== alert.owner
        ? `acknowledged it too, ${at}`
        : undefined;
    case "unacknowledged":
      if (alert.status === "acknowledged") {
        return {
          kind: "unacknowledge",
          text: by.kind === "nobody" ? `its time ran out in ${service}` : text,
        };
      }
      // Their time to acknowledge is over, our snooze is not.
      return alert.status === "snoozed"
        ? `rings again in ${service}: its time ran out there`
        : undefined;
    case "resolved":
      if (!isOpen(alert)) return undefined;
      if (by.kind === "person") return { kind: "resolve", text };
      return `${service} ended its incident on its own; the alert goes on`;
    case "reopened":
      if (alert.status === "resolved" && alert.closedBy !== null) return { kind: "reopen", text };
      return isOpen(alert) ? undefined : `opened it again ${at}, but it had ended`;
    case "noted":
      return text === "" ? undefined : text;
    case "begun":
    case "other":
      return undefined;
  }
}

/**
 * The effect of something heard on an alert.
 *
 * @param actedAt - When a person last did something to the alert here.
 * @param channel - The channel that reported it: it is not notified of its own report.
 */
export function hear(
  alert: Alert,
  heard: Heard,
  actedAt: number,
  channel: string,
  now: number,
): Change[] {
  if (isEcho(heard)) return [];
  const found = answer(alert, heard);
  if (found === undefined) return [];
  const who = doerOf(heard);
  const note = (text: string): Change[] => [act(alert, { kind: "comment", text }, who, now)];
  if (typeof found === "string") return note(found);
  // It was delayed: what somebody did since counts.
  if (heard.at < actedAt) {
    const what = verbs[heard.kind] ?? heard.kind;
    return note(
      `${what} at ${new Date(heard.at).toISOString()}, which was heard too late to count`,
    );
  }
  return [{ ...act(alert, found, who, now), from: channel }];
}
