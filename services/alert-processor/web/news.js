/** What changed between two looks at the open alerts, in a sentence. */

/** @import { Alert } from "../core/alert.ts" */
import { counted, titleOf } from "./words.js";

/** Beyond this many they are counted, not named. */
const named = 2;

/**
 * @param {readonly Alert[]} before
 * @param {readonly Alert[]} after
 */
export function newsOf(before, after) {
  const keyOf = (/** @type {Alert} */ { fingerprint, startsAt }) => `${fingerprint} ${startsAt}`;
  const old = new Map(before.map((alert) => [keyOf(alert), alert]));
  const current = new Set(after.map(keyOf));
  const begun = after.filter((alert) => !old.has(keyOf(alert)));
  const ended = before.filter((alert) => !current.has(keyOf(alert)));
  const taken = after.filter((alert) => {
    const was = old.get(keyOf(alert));
    return was !== undefined && was.owner !== alert.owner && alert.owner !== null;
  });
  const say = (
    /** @type {readonly Alert[]} */ alerts,
    /** @type {(alert: Alert) => string} */ one,
    /** @type {string} */ many,
  ) => {
    if (alerts.length <= named) return alerts.map(one);
    return [`${counted(alerts.length, "alert", "alerts")} ${many}.`];
  };
  return [
    ...say(begun, (alert) => `New: ${alert.severity} ${titleOf(alert)}.`, "are new"),
    ...say(taken, (alert) => `${alert.owner ?? ""} has ${titleOf(alert)}.`, "were taken"),
    ...say(ended, (alert) => `Ended: ${titleOf(alert)}.`, "ended"),
  ].join(" ");
}
