/** One thing done to many alerts. */

/** @import { SeenAlert as Alert } from "../core/severity.ts" */
/** @import { Action } from "../core/lifecycle.ts" */
import { api, ApiError } from "./api.js";
import { notice } from "./notice.js";
import { moment } from "./time.js";
import { counted } from "./words.js";

/** As many as are done before a reader wonders. */
const together = 100;

/** @param {Action} action @param {string} what */
function doneOf(action, what) {
  switch (action.kind) {
    case "acknowledge":
      return `You have ${what}.`;
    case "snooze":
      return `Quiet until ${moment(action.until)}: ${what}.`;
    case "assign":
      return `${action.to} has ${what} now.`;
    default:
      return `You closed ${what}.`;
  }
}

/**
 * @param {readonly Alert[]} alerts - As the reader saw them.
 * @param {Action} action
 * @throws {ApiError} with status 401 where nobody is signed in any more.
 */
export async function actOnMany(alerts, action) {
  let done = 0;
  let late = 0;
  try {
    for (let at = 0; at < alerts.length; at += together) {
      if (at > 0) notice(`${at} of ${alerts.length} are done …`);
      const answer = await api.actOnMany(alerts.slice(at, at + together), action);
      done += answer.done;
      late += answer.failed.length;
    }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 401) throw error;
    const rest = alerts.length - done - late;
    notice(`${counted(done, "alert is", "alerts are")} done, ${rest} are not: ${error.message}.`);
    return;
  }
  const others =
    late === 0
      ? ""
      : ` ${counted(late, "alert", "alerts")} changed meanwhile: nothing was done to ${late === 1 ? "it" : "them"}.`;
  notice(doneOf(action, counted(done, "alert", "alerts")) + others);
}
