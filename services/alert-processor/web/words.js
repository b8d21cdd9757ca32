/** The page's terms. */

/** @import { SeenAlert as Alert } from "../core/severity.ts" */
import { duration, isKnown, moment, now } from "./time.js";

/** @typedef {Alert["level"]} Severity */

/** Groups of the list, the worst first. @type {readonly Severity[]} */
export const severities = ["emergency", "critical", "warning", "info"];

/** The group that an alert is in; the service says so. @param {Pick<Alert, "level">} alert */
export const severityOf = ({ level }) => level;

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
 * When it ended: where the sender gave no time, or one before it began, when that was heard.
 *
 * @param {Alert} alert
 */
export const endOf = ({ endsAt, startsAt, updatedAt }) =>
  endsAt !== null && isKnown(endsAt) && endsAt > startsAt ? endsAt : updatedAt;

/**
 * How long it has lasted; empty where its beginning is not known.
 *
 * @param {Alert} alert
 */
export function lengthOf(alert) {
  if (!isKnown(alert.startsAt)) return "";
  return duration((alert.status === "resolved" ? endOf(alert) : now()) - alert.startsAt);
}

/**
 * Who has it, or why nobody has to.
 *
 * @param {Alert} alert
 */
export function standing(alert) {
  const { owner, snoozedUntil, status } = alert;
  switch (status) {
    case "firing":
      return "Nobody has it";
    case "acknowledged":
      return `${owner ?? "Somebody"} has it`;
    case "snoozed":
      return `Snoozed until ${moment(snoozedUntil ?? now())} by ${owner ?? "somebody"}`;
    case "stale":
      return owner === null ? "Stale, nobody has it" : `Stale, ${owner} has it`;
    case "resolved": {
      const length = lengthOf(alert);
      return `Ended ${moment(endOf(alert))}${length === "" ? "" : ` after ${length}`}`;
    }
  }
}

/** Explains a term that is not obvious. */
export const staleMeans = "Alertmanager no longer lists this alert and never said that it ended.";
