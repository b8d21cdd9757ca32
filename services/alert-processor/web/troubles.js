/** Says that all is well, or why nobody can know. */

/** @import { Summary } from "./api.js" */
/** @import { Route } from "./route.js" */
import { el, element, keyedList, setAttribute, setText } from "./dom.js";
import { localTimes } from "./time.js";

/** @typedef {Summary["troubles"][number]} Trouble */

const show = keyedList(
  element("troubles-list"),
  (/** @type {Trouble} */ { key }) => key,
  () => {
    const what = el("strong");
    const todo = el("span", { class: "todo" });
    return {
      element: el("li", {}, what, " ", todo),
      update: (trouble) => {
        setText(what, localTimes(trouble.text));
        setText(todo, localTimes(trouble.todo));
      },
    };
  },
);

/** @param {Summary} summary @param {Route} route */
export function showTroubles({ open, troubles }, { view }) {
  const isList = view === "open";
  element("troubles").hidden = !isList || troubles.length === 0;
  show(troubles);
  element("all-well").hidden = !isList || open > 0 || troubles.length > 0;
  setAttribute(element("to-health"), "data-troubles", troubles.length > 0);
  setText(
    element("health-said"),
    troubles.length === 0
      ? ""
      : `, ${troubles.length === 1 ? "1 problem" : `${troubles.length} problems`}`,
  );
}
