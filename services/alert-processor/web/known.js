/** The open alerts as this page knows them: a list once, then changes. */

/** @import { SeenAlert as Alert } from "../core/severity.ts" */
/** @import { OpenAnswer } from "./api.js" */
/** @import { News } from "./news.js" */
import { severities, severityOf } from "./words.js";

/** The worst first, of these the newest. @param {Alert} a @param {Alert} b */
const order = (a, b) =>
  severities.indexOf(severityOf(a)) - severities.indexOf(severityOf(b)) ||
  b.startsAt - a.startsAt ||
  (a.fingerprint < b.fingerprint ? -1 : 1);

export function knownAlerts() {
  /** With those that ended: an old message must not open them again. @type {Map<string, Alert>} */
  let all = new Map();
  /** @type {number | undefined} */
  let position;
  /** @type {readonly Alert[] | undefined} */
  let sorted;

  /** @param {Alert} next @returns {News | undefined} */
  function put(next) {
    const before = all.get(next.fingerprint);
    if (before !== undefined && before.version > next.version) return undefined;
    all.set(next.fingerprint, next);
    sorted = undefined;
    return { before, after: next };
  }

  let whole = true;

  return {
    /** Whether all that is open is known. */
    isWhole: () => whole,
    /** What is known is a part only: the next answer must be all of it. */
    doubt: () => {
      whole = false;
    },
    /** Up to which changes are known; undefined where nothing is. */
    position: () => position,
    forget: () => {
      all = new Map();
      position = undefined;
      sorted = undefined;
      whole = true;
    },
    put,
    /**
     * @param {Omit<OpenAnswer, "at" | "summary">} answer
     * @returns {readonly News[]} What is new in it; nothing where nothing was known before.
     */
    apply: ({ alerts, position: next, whole: isAll }) => {
      const isFirst = position === undefined || !whole;
      position = next;
      if (!isAll) return alerts.flatMap((alert) => put(alert) ?? []);
      const before = all;
      whole = true;
      all = new Map(alerts.map((alert) => [alert.fingerprint, alert]));
      sorted = undefined;
      if (isFirst) return [];
      const gone = [...before.values()].filter(({ fingerprint }) => !all.has(fingerprint));
      return [
        ...alerts.map((after) => ({ before: before.get(after.fingerprint), after })),
        ...gone.map((alert) => ({
          before: alert,
          after: { ...alert, status: /** @type {const} */ ("resolved") },
        })),
      ];
    },
    /** Sorted. */
    open: () => {
      sorted ??= [...all.values()].filter(({ status }) => status !== "resolved").sort(order);
      return sorted;
    },
  };
}
