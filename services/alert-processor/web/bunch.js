/** Alerts of one name, as one row. */

/** @import { SeenAlert as Alert } from "../core/severity.ts" */
/** @import { Part } from "./dom.js" */
import { el, setAttribute, setText } from "./dom.js";
import { me } from "./me.js";
import { shapeOf } from "./shapes.js";
import { capital, counted, isFree, severityOf } from "./words.js";

/**
 * @typedef {{
 *   key: string,
 *   name: string,
 *   alerts: readonly Alert[],
 *   unfolded: boolean,
 *   picked: boolean | undefined,
 * }} Bunch `picked` is undefined where only some are.
 */

/**
 * @param {Bunch} first
 * @param {{
 *   onFold: (key: string) => void,
 *   onTake: (alerts: readonly Alert[], name: string) => void,
 *   onPick: (alerts: readonly Alert[], picked: boolean) => void,
 * }} ways
 * @returns {Part<Bunch>}
 */
export function bunchOf(first, { onFold, onPick, onTake }) {
  let bunch = first;
  const [some] = first.alerts;
  const severity = some === undefined ? "info" : severityOf(some);
  const pick = el("input", { type: "checkbox", class: "pick" });
  const name = el("span", { class: "name" });
  const fold = el("button", { type: "button", class: "fold" }, name);
  const count = el("span", { class: "muted" });
  const take = el("button", { type: "button", class: "take" });
  const element = el(
    "li",
    { class: `row bunch ${severity}` },
    el("span", { class: "mark" }, pick, shapeOf(severity)),
    el(
      "div",
      { class: "what" },
      el("span", { class: "hidden" }, `${capital(severity)}: `),
      fold,
      count,
    ),
    el("div", { class: "state" }, take),
  );
  fold.addEventListener("click", () => {
    onFold(bunch.key);
  });
  take.addEventListener("click", () => {
    onTake(bunch.alerts.filter(isFree), bunch.name);
  });
  pick.addEventListener("change", () => {
    onPick(bunch.alerts, pick.checked);
  });
  return {
    element,
    update: (next) => {
      bunch = next;
      const free = next.alerts.filter(isFree).length;
      setText(name, next.name || "(without a name)");
      setAttribute(fold, "aria-expanded", String(next.unfolded));
      const all = counted(next.alerts.length, "alert", "alerts");
      setText(count, free === 0 ? all : `${all}, nobody has ${free}`);
      setAttribute(element, "data-free", free > 0);
      take.hidden = free === 0 || !me.mayAct;
      setText(take, free === 1 ? "Acknowledge" : `Acknowledge ${free}`);
      setAttribute(pick, "aria-label", `Select all of ${next.name}`);
      pick.checked = next.picked === true;
      pick.indeterminate = next.picked === undefined;
    },
  };
}
