/** What changed among the open alerts, in a sentence. */

/** @import { SeenAlert as Alert } from "../core/severity.ts" */
import { counted, titleOf } from "./words.js";

/**
 * An alert before and after a change.
 *
 * @typedef {{ before: Alert | undefined, after: Alert }} News
 */

/** Beyond this many they are counted, not named. */
const named = 2;

/** @param {Alert | undefined} alert */
const isOpen = (alert) => alert !== undefined && alert.status !== "resolved";

/**
 * Those that began.
 *
 * @param {readonly News[]} news
 * @returns {readonly Alert[]}
 */
export const begunIn = (news) =>
  news
    .filter(
      ({ after, before }) =>
        isOpen(after) && (!isOpen(before) || before?.startsAt !== after.startsAt),
    )
    .map(({ after }) => after);

/** @param {readonly News[]} news */
export function wordsOf(news) {
  const ended = news
    .filter(({ after, before }) => isOpen(before) && !isOpen(after))
    .map(({ after }) => after);
  const taken = news
    .filter(
      ({ after, before }) =>
        isOpen(before) && isOpen(after) && after.owner !== null && before?.owner !== after.owner,
    )
    .map(({ after }) => after);
  const say = (
    /** @type {readonly Alert[]} */ alerts,
    /** @type {(alert: Alert) => string} */ one,
    /** @type {string} */ many,
  ) => {
    if (alerts.length <= named) return alerts.map(one);
    return [`${counted(alerts.length, "alert", "alerts")} ${many}.`];
  };
  return [
    ...say(begunIn(news), (alert) => `New: ${alert.severity} ${titleOf(alert)}.`, "are new"),
    ...say(taken, (alert) => `${alert.owner ?? ""} has ${titleOf(alert)}.`, "were taken"),
    ...say(ended, (alert) => `Ended: ${titleOf(alert)}.`, "ended"),
  ].join(" ");
}
