/** The history of an alert and its notifications, as one story. Pure but for the words of times. */

/** @import { AlertEvent } from "../core/alert.ts" */
/** @import { DeliveryState } from "../store/store.ts" */
import { localTimes, moment } from "./time.js";
import { capital, counted } from "./words.js";

/**
 * @typedef {{
 *   readonly key: string,
 *   readonly at: number,
 *   readonly startsAt: number,
 *   readonly kind: string,
 *   readonly title: string,
 *   readonly text: string,
 * }} Entry
 */

/** @param {AlertEvent} event */
function titleOf({ actor, kind }) {
  const who = capital(actor ?? "somebody");
  switch (kind) {
    case "firing":
      return "It fires";
    case "returned":
      return actor === null ? "Alertmanager lists it again" : `${who} opened it again`;
    case "resolved":
      return actor === null ? "It ended" : `${who} closed it`;
    case "stale":
      return "Alertmanager no longer lists it";
    case "acknowledged":
      return `${who} took it`;
    case "unacknowledged":
      return `${who} gave it back`;
    case "snoozed":
      return `${who} snoozed it`;
    case "assigned":
      return `${who} handed it over`;
    case "escalated":
      return `${who} asked for help`;
    case "woken":
      return "The snooze is over: it needs somebody again";
    case "commented":
      return `${who} wrote`;
  }
}

/** @type {Readonly<Record<DeliveryState["occasion"], string>>} */
const occasions = {
  firing: "that it fires",
  reminder: "that it is still open",
  acknowledged: "that it is taken",
  resolved: "that it ended",
};

/** @param {DeliveryState} delivery @returns {Entry} */
function toldOf({ attempts, channel, dueAt, key, occasion, settledAt, startsAt, state, why }) {
  const what = occasions[occasion];
  const tries = counted(attempts, "attempt", "attempts");
  const entry = { key, at: settledAt ?? dueAt, startsAt };
  const reason = why === "" ? "" : `${capital(why)}. `;
  switch (state) {
    case "sent":
      return {
        ...entry,
        kind: "sent",
        title: `${channel} was notified ${what}`,
        text: attempts > 1 ? `It took ${tries}.` : "",
      };
    case "dead":
      return {
        ...entry,
        kind: "dead",
        title: `${channel} was not notified ${what}`,
        text: `${reason}Given up after ${tries}.`,
      };
    case "cancelled":
      return {
        ...entry,
        kind: "cancelled",
        title: `${channel} need not be notified ${what}`,
        text: "",
      };
    case "pending":
      return {
        ...entry,
        kind: attempts === 0 ? "planned" : "failing",
        title:
          attempts === 0
            ? `${channel} will be notified ${what}`
            : `${channel} has not been notified yet ${what}`,
        text: attempts === 0 ? "" : `${reason}${capital(tries)} so far, again at ${moment(dueAt)}.`,
      };
  }
}

/**
 * Newest first; what is still to come is before that. Reminders that were not needed are left out: they
 * say what did not happen.
 *
 * @param {readonly AlertEvent[]} events
 * @param {readonly DeliveryState[]} deliveries
 * @returns {readonly Entry[]}
 */
export function timelineOf(events, deliveries) {
  const happened = events.map((event, index) => ({
    key: `event ${events.length - index}`,
    at: event.at,
    startsAt: event.startsAt,
    kind: event.kind,
    title: titleOf(event),
    text: event.kind === "commented" ? event.text : localTimes(event.text),
  }));
  const told = deliveries.filter(
    ({ attempts, occasion, state }) =>
      state !== "cancelled" || attempts > 0 || occasion !== "reminder",
  );
  // Of the same moment, the event comes first and what follows from it above.
  return [...told.map(toldOf), ...happened].sort((a, b) => b.at - a.at);
}
