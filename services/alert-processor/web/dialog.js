/** Asks before something is done. What is asked about is what the reader saw when it was asked. */
import { el } from "./dom.js";
import { snoozeChoice } from "./snooze.js";

/** @typedef {{
 *   title: string,
 *   text?: string,
 *   fields?: readonly HTMLElement[],
 *   yes?: string,
 *   no?: string,
 *   look?: string,
 * }} Question
 */

let numbered = 0;

/**
 * Shows a question over the page. Whoever goes elsewhere has said no.
 *
 * @param {Question} question - Without `yes` there is nothing but to leave it.
 * @returns {{ readonly answer: Promise<boolean>, say(yes: boolean): void }}
 */
export function open({ fields = [], look = "primary", no = "Cancel", text = "", title, yes }) {
  const id = `dialog-${(numbered += 1)}`;
  const refuse = el("button", { type: "button" }, no);
  const agree = yes === undefined ? [] : [el("button", { type: "submit", class: look }, yes)];
  const form = el(
    "form",
    { method: "dialog" },
    el("h2", { id, tabindex: "-1" }, title),
    ...(text === "" ? [] : [el("p", {}, text)]),
    ...fields,
    el("div", { class: "buttons" }, refuse, ...agree),
  );
  const dialog = el("dialog", { "aria-labelledby": id }, form);
  document.body.append(dialog);
  const { promise, resolve } = /** @type {PromiseWithResolvers<boolean>} */ (
    Promise.withResolvers()
  );
  let said = false;
  const say = (/** @type {boolean} */ answer) => {
    said = answer;
    dialog.close();
  };
  const leave = () => {
    say(false);
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
  return { answer: promise, say };
}

/** @param {Question} question */
export const ask = (question) => open(question).answer;

/**
 * A field with its name above.
 *
 * @param {string} name
 * @param {HTMLElement} input
 */
export const field = (name, input) => el("label", { class: "field" }, name, input);

/**
 * One of some names, or also another.
 *
 * @param {readonly string[]} names
 * @param {boolean} others - Whether a name that is not among them may be written.
 * @returns {{ readonly element: HTMLElement, value(): string }}
 */
export function choiceOf(names, others) {
  const options = names.map((one) => el("option", { value: one }, one));
  if (!others) {
    const element = el("select", {}, ...options);
    return { element, value: () => element.value };
  }
  const id = `list-${(numbered += 1)}`;
  const input = el("input", { list: id, required: true, maxlength: "200", autocomplete: "off" });
  const element = el("div", {}, input, el("datalist", { id }, ...options));
  return { element, value: () => input.value.trim() };
}

/** Asks before alerts are closed that may still fire. @param {string} what */
export const askToClose = (what) =>
  ask({
    title: `Close ${what}?`,
    text: "Whatever is wrong may go on: nobody is notified again until this has ended and begins again.",
    yes: "Close it",
    no: "Keep it open",
    look: "danger",
  });

/**
 * @param {string} what
 * @returns {Promise<number | undefined>} Until when; undefined where it is not to be.
 */
export async function askForSnooze(what) {
  /** @type {number | undefined} */
  let until;
  const choice = snoozeChoice((at) => {
    until = at;
    question.say(true);
  });
  choice.reset();
  choice.update();
  const question = open({ title: `Snooze ${what}`, fields: [choice.element] });
  return (await question.answer) ? until : undefined;
}
