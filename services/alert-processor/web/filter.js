/** Which alerts a reader wants to see: all of it is in the address. */

/** @import { SeenAlert as Alert } from "../core/severity.ts" */
import { me } from "./me.js";
import { isFree, severityOf } from "./words.js";

/** @typedef {"mine" | "nobody" | "stale"} Whose */

/** @type {Readonly<Record<Whose, (alert: Alert) => boolean>>} */
export const whose = {
  mine: ({ owner }) => owner === me.name,
  nobody: isFree,
  stale: ({ status }) => status === "stale",
};

/**
 * `env=production`, `env!=production`; with quotes where the value has spaces. Names may be those of OpenTelemetry, such
 * as `k8s.pod.name`; what begins with a scheme is an address.
 */
const labelled = /^(?!\w+:\/\/)([\p{L}_][\p{L}\p{N}_.:/-]*?)(!?=)(.*)$/su;

/** @type {WeakMap<Alert, string>} */
const texts = new WeakMap();

/** All that is searched, in small letters. @param {Alert} alert */
function textOf(alert) {
  let text = texts.get(alert);
  if (text === undefined) {
    const { annotations, labels, owner, status } = alert;
    const parts = [...Object.entries(labels).flat(), ...Object.values(annotations), owner, status];
    text = parts.join(" ").toLowerCase();
    texts.set(alert, text);
  }
  return text;
}

/**
 * The words of a search: what is in quotes is one.
 *
 * @param {string} text
 */
export const wordsIn = (text) =>
  (text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [])
    .map((word) => word.replaceAll('"', ""))
    .filter((word) => word !== "");

/** @param {string} word @returns {(alert: Alert) => boolean} */
function conditionOf(word) {
  const [, name = "", sign, value = ""] = labelled.exec(word) ?? [];
  if (sign === undefined) {
    const small = word.toLowerCase();
    return (alert) => textOf(alert).includes(small);
  }
  return ({ labels }) => ((labels[name] ?? "") === value) === (sign === "=");
}

/**
 * @param {URLSearchParams} query
 * @returns {(alert: Alert) => boolean}
 */
export function filterOf(query) {
  const [severity, team, who] = [query.get("severity"), query.get("team"), query.get("who")];
  const conditions = wordsIn(query.get("q") ?? "").map(conditionOf);
  const isTheirs = who !== null && who in whose ? whose[/** @type {Whose} */ (who)] : () => true;
  return (alert) =>
    (severity === null || severityOf(alert) === severity) &&
    (team === null || alert.team === team) &&
    isTheirs(alert) &&
    conditions.every((condition) => condition(alert));
}
