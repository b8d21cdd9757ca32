/** Actions on alerts, and their confirmations. */

/** @import { AlertEvent } from "../core/alert.ts" */
/** @import { SeenAlert as Alert } from "../core/severity.ts" */
/** @import { Action } from "../core/lifecycle.ts" */
import { api, ApiError } from "./api.js";
import { notice } from "./notice.js";
import { moment } from "./time.js";
import { titleOf } from "./words.js";

/**
 * @param {Alert} alert
 * @param {Action} action
 */
function doneOf(alert, action) {
  const title = titleOf(alert);
  switch (action.kind) {
    case "acknowledge":
      return `You have ${title}. Nobody is notified again until you give it back.`;
    case "unacknowledge":
      return `You gave ${title} back. It needs somebody again.`;
    case "snooze":
      return `${title} is quiet until ${moment(action.until)}.`;
    case "assign":
      return `${action.to} has ${title} now.`;
    case "escalate":
      return `${action.to} is notified of ${title} now.`;
    case "resolve":
      return `You closed ${title}.`;
    case "reopen":
      return `${title} is open again.`;
    case "comment":
      return "Your comment was saved.";
  }
}

/**
 * @param {Alert} alert - As it is now.
 * @param {AlertEvent | undefined} last
 */
function conflictOf(alert, last) {
  const title = titleOf(alert);
  const who = last?.actor ?? "Alertmanager";
  if (last?.kind === "acknowledged") return `${who} was faster and has ${title} now.`;
  const what = last === undefined ? "changed" : last.kind;
  return `${who} was faster: ${title} is ${what} since ${moment(alert.updatedAt)}. Nothing was done.`;
}

/**
 * Does something to an alert, and says what came of it.
 *
 * @param {Alert} alert - As the person saw it.
 * @param {Action} action
 * @returns The alert as it is now; undefined where that is not known.
 * @throws {ApiError} with status 401 where nobody is signed in any more.
 */
export async function act(alert, action) {
  try {
    const next = await api.act(alert, action);
    notice(doneOf(next, action));
    return next;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 401) throw error;
    if (error.status !== 409) {
      notice(`Not done: ${error.message}.`);
      return undefined;
    }
  }
  try {
    const { alert: next, events } = await api.details(alert.fingerprint);
    notice(conflictOf(next, events[0]));
    return next;
  } catch {
    notice(`Somebody was faster with ${titleOf(alert)}. Nothing was done.`);
    return undefined;
  }
}
