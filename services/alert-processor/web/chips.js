/** Links that narrow a list down, one of them chosen. */
import { el, keyedList, setAttribute, setText } from "./dom.js";

/** @typedef {{ key: string, text: string, count?: number, href: string, chosen: boolean }} Chip */

/** @param {Element} parent */
export const chipsIn = (parent) =>
  keyedList(
    parent,
    (/** @type {Chip} */ { key }) => key,
    () => {
      const text = el("span");
      const count = el("span", { class: "count" });
      const element = el("a", { class: "chip" }, text, " ", count);
      return {
        element,
        update: (chip) => {
          setText(text, chip.text);
          setText(count, chip.count === undefined ? "" : String(chip.count));
          setAttribute(element, "href", chip.href);
          setAttribute(element, "aria-current", chip.chosen ? "true" : undefined);
        },
      };
    },
  );
