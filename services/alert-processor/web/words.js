/** What the page calls things. */

/** @import { Alert } from "../core/alert.ts" */
import { duration, moment, now } from "./time.js";

/** Groups of the list, the worst first; what nobody foresaw is `other`. */
export const severities = /** @type {const} */ (["emergency", "critical", "warning", "other"]);

/** @typedef {typeof severities[number]} Severity */

/**
 * @param {Pick<Alert, "severity">} alert
 * @returns {Severity}
 */
export const severityOf = ({ severity }) => severities.find((one) => one === severity) ?? "other";

/** @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * @param {number} count
 * @param {string} one
 * @param {string} many
 */
export const counted = (count, one, many) => `${count} ${count === 1 ? one : many}`;

/** @param {Alert} alert */
export const placeOf = ({ instance, service }) => instance || service;

/** @param {Alert} alert */
export const titleOf = (alert) => {
  const place = placeOf(alert);
  return place === "" ? alert.alertname : `${alert.alertname} on ${place}`;
};

/**
 * Whether the alert waits for somebody.
 *
 * @param {Alert} alert
 */
export const isFree = ({ owner, status }) => owner === null && status !== "resolved";

/**
 * Who has it, or why nobody has to.
 *
 * @param {Alert} alert
 */
export function standing({ endsAt, owner, snoozedUntil, startsAt, status }) {
  switch (status) {
    case "firing":
      return "Nobody has it";
    case "acknowledged":
      return `${owner ?? "Somebody"} has it`;
    case "snoozed":
      return `Snoozed until ${moment(snoozedUntil ?? now())} by ${owner ?? "somebody"}`;
    case "stale":
      return owner === null ? "Stale, nobody has it" : `Stale, ${owner} has it`;
    case "resolved":
      return `Ended ${moment(endsAt ?? startsAt)} after ${duration((endsAt ?? startsAt) - startsAt)}`;
  }
}

/** What a name means that is not plain. */
export const staleMeans =
  "Alertmanager does not list this alert any more and never said that it ended.";
