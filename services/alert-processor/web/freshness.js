/** Says whether what is shown can be trusted. */

/** @import { Freshness } from "./live.js" */
import { el, element, setAttribute, setText } from "./dom.js";
import { clockTime } from "./time.js";

/** Says that whoever is signed in may see nothing here. @param {string} why */
export function showRefusal(why) {
  const banner = element("banner");
  setText(banner, `You cannot sign in: ${why}.`);
  banner.hidden = false;
}

/** @param {Freshness} freshness */
export function showFreshness({ live, problem, updatedAt }) {
  const banner = element("banner");
  const shown = element("freshness");
  const last = updatedAt === undefined ? "" : clockTime(updatedAt);
  const down = problem !== undefined;
  setAttribute(shown, "data-state", down ? "down" : live ? "live" : "asking");
  const how = down ? "No connection" : live ? "Live" : "Every 30 s";
  const at = shown.querySelector(".at") ?? el("span", { class: "at" });
  if (at.parentNode !== shown) shown.replaceChildren(el("span"), at);
  if (shown.firstChild !== null) setText(shown.firstChild, how);
  setText(at, last === "" ? "" : `, updated ${last}`);
  if (down) {
    const what =
      problem.status === 0
        ? "The alert processor cannot be reached."
        : `The alert processor cannot answer now (${problem.message}).`;
    const old = last === "" ? "" : ` What you see is from ${last} and may have changed since.`;
    setText(banner, `${what}${old} Retrying every few seconds.`);
  }
  banner.hidden = !down;
}
