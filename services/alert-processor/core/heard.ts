/** What people do to alerts where a channel has told them, and what becomes of it here. Pure. */
import { type Alert, isOpen } from "./alert.ts";
import { act, type Action, type Change } from "./lifecycle.ts";
import type { Episode } from "./writes.ts";

/** Who did it over there. */
export type Doer =
  | { readonly kind: "person"; readonly name: string }
  /** An integration: what we told comes back. */
  | { readonly kind: "integration" }
  /** Nobody: a time that ran out, a rule. */
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
  /** Their name of what holds our alerts; empty where there is none. */
  readonly incident: string;
  /** The episode that it is about, where it says so. */
  readonly episode?: Episode | undefined;
  /** The alert, where only that is said: its episode at this time is meant. */
  readonly fingerprint?: string | undefined;
  /** Another incident holds what this one held. */
  readonly movedTo?: string | undefined;
  readonly text: string;
}

/** What became of something heard. */
export type HeardResult =
  /** Done to at least one alert. */
  | "done"
  /** Written down. */
  | "noted"
  /** Changed nothing: it was so already, or it is none of ours to do. */
  | "nothing"
  /** Of an incident that none of our alerts is in. */
  | "unknown"
  /** Heard before. */
  | "repeated";

/** Whether it is the echo of what we told. */
const isEcho = ({ by, kind }: Heard): boolean => by.kind === "integration" && kind !== "begun";

/** Who did it, as the history has it. */
export const doerOf = ({ by, service }: Pick<Heard, "by" | "service">): string =>
  by.kind === "person" && by.name !== "" ? `${by.name} (${service})` : service;

const verbs: Partial<Record<HeardKind, string>> = {
  acknowledged: "acknowledged it",
  unacknowledged: "gave it back",
  resolved: "resolved it",
  reopened: "opened it again",
};

/** What is done to the alert; a text where it is only written down; undefined where nothing is. */
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
      return `${service} ended its incident by itself; the alert goes on`;
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
 * What something that was heard makes of an alert.
 *
 * @param actedAt - When a person did something to the alert here last.
 * @param channel - From which it was heard: it is not told at once what it said itself.
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
  // It was long on its way: what somebody did since counts.
  if (heard.at < actedAt) {
    const what = verbs[heard.kind] ?? heard.kind;
    return note(
      `${what} at ${new Date(heard.at).toISOString()}, which was heard too late to count`,
    );
  }
  return [{ ...act(alert, found, who, now), from: channel }];
}
