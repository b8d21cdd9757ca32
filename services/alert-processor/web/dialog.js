/** Asks before something is done. What is asked about is what the reader saw when it was asked. */
import { el } from "./dom.js";

/** @typedef {{
 *   title: string,
 *   text?: string,
 *   fields?: readonly HTMLElement[],
 *   yes: string,
 *   no?: string,
 *   look?: string,
 * }} Question
 */

let numbered = 0;

/**
 * Shows a question over the page. Whoever goes elsewhere has said no.
 *
 * @param {Question} question
 * @returns {Promise<boolean>}
 */
export function ask({ fields = [], look = "primary", no = "Cancel", text = "", title, yes }) {
  const id = `dialog-${(numbered += 1)}`;
  const refuse = el("button", { type: "button" }, no);
  const form = el(
    "form",
    { method: "dialog" },
    el("h2", { id }, title),
    ...(text === "" ? [] : [el("p", {}, text)]),
    ...fields,
    el("div", { class: "buttons" }, refuse, el("button", { type: "submit", class: look }, yes)),
  );
  const dialog = el("dialog", { "aria-labelledby": id }, form);
  document.body.append(dialog);
  const { promise, resolve } = /** @type {PromiseWithResolvers<boolean>} */ (
    Promise.withResolvers()
  );
  let said = false;
  const leave = () => {
    dialog.close();
  };
  form.addEventListener("submit", () => {
    said = true;
  });
  refuse.addEventListener("click", leave);
  addEventListener("hashchange", leave);
  dialog.addEventListener("close", () => {
    removeEventListener("hashchange", leave);
    dialog.remove();
    resolve(said);
  });
  dialog.showModal();
  return promise;
}

/**
 * A field with its name above.
 *
 * @param {string} name
 * @param {HTMLElement} input
 */
export const field = (name, input) => el("label", { class: "field" }, name, input);
