/** The buttons for one alert. */

/** @import { Alert } from "../core/alert.ts" */
/** @import { Action } from "../core/lifecycle.ts" */
import { el, setAttribute, setText } from "./dom.js";
import { fullTime, hour, localField, moment, nineTomorrow, now } from "./time.js";
import { titleOf } from "./words.js";

/** @param {string} text @param {string} [look] */
const button = (text, look = "") => el("button", { type: "button", class: look }, text);

/** Asks before an alert is closed that may still fire. @param {() => void} onYes */
function closing(onYes) {
  const title = el("h2", { id: "close-title" });
  const yes = button("Close it", "danger");
  const no = button("Keep it open");
  const text =
    "Whatever is wrong may go on: nobody is told again until this alert has ended and begins anew.";
  const buttons = el("div", { class: "buttons" }, no, yes);
  const dialog = el("dialog", { "aria-labelledby": title.id }, title, el("p", {}, text), buttons);
  no.addEventListener("click", () => {
    dialog.close();
  });
  yes.addEventListener("click", () => {
    dialog.close();
    onYes();
  });
  return {
    element: dialog,
    ask: (/** @type {Alert} */ alert) => {
      setText(title, `Close ${titleOf(alert)}?`);
      dialog.showModal();
    },
  };
}

/**
 * @param {(alert: Alert, action: Action) => Promise<boolean>} onAct - Whether it was done.
 * @returns {{ readonly element: HTMLElement, update(alert: Alert, user: string): void }}
 */
export function actionsFor(onAct) {
  /** @type {Alert | undefined} */
  let alert;
  let busy = false;
  const comment = el("textarea", { id: "comment", rows: "2", maxlength: "4000" });
  const take = button("Acknowledge", "primary");
  const give = button("Give back");
  const close = button("Close");
  const write = button("Comment");
  const halfHour = button("30 min");
  const twoHours = button("2 h");
  const morning = button("Tomorrow 9:00");
  const until = el("input", {
    type: "datetime-local",
    "aria-label": "Snooze until",
    required: true,
  });
  const custom = el("button", { type: "submit" }, "Snooze");
  const snoozes = el("div", { class: "buttons" }, halfHour, twoHours, morning);
  const form = el("form", { class: "buttons" }, until, custom);
  const sleep = el("fieldset", { class: "snooze" }, el("legend", {}, "Snooze"), snoozes, form);
  const main = el("div", { class: "buttons" }, take, give, close, write);
  const dialog = closing(() => void run({ kind: "resolve" }));
  const element = el(
    "section",
    { class: "card actions", "aria-label": "Actions" },
    el("label", { for: "comment" }, "Comment, kept with what you do"),
    comment,
    main,
    sleep,
    dialog.element,
  );

  /** @param {Action} action */
  async function run(action) {
    if (alert === undefined || busy) return;
    busy = true;
    element.setAttribute("aria-busy", "true");
    const text = comment.value.trim();
    const done = await onAct(alert, text === "" ? action : { ...action, text }).finally(() => {
      busy = false;
      element.removeAttribute("aria-busy");
    });
    if (done) comment.value = "";
  }

  const snooze = (/** @type {() => number} */ end) => () =>
    void run({ kind: "snooze", until: end() });
  take.addEventListener("click", () => void run({ kind: "acknowledge" }));
  give.addEventListener("click", () => void run({ kind: "unacknowledge" }));
  halfHour.addEventListener(
    "click",
    snooze(() => now() + hour / 2),
  );
  twoHours.addEventListener(
    "click",
    snooze(() => now() + 2 * hour),
  );
  morning.addEventListener("click", snooze(nineTomorrow));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void run({ kind: "snooze", until: new Date(until.value).getTime() });
  });
  close.addEventListener("click", () => {
    if (alert !== undefined) dialog.ask(alert);
  });
  write.addEventListener("click", () => {
    if (comment.value.trim() === "") comment.focus();
    else void run({ kind: "comment", text: "" });
  });

  return {
    element,
    update: (next, user) => {
      const focused = document.activeElement;
      alert = next;
      const open = next.status !== "resolved";
      const mine = next.owner === user;
      setText(take, next.owner === null || mine ? "Acknowledge" : `Take over from ${next.owner}`);
      take.hidden = !open || (mine && next.status === "acknowledged");
      give.hidden = !["acknowledged", "snoozed"].includes(next.status);
      close.hidden = !open;
      sleep.hidden = !open;
      setAttribute(morning, "title", fullTime(nineTomorrow()));
      setAttribute(halfHour, "title", `Until ${moment(now() + hour / 2)}`);
      setAttribute(twoHours, "title", `Until ${moment(now() + 2 * hour)}`);
      setAttribute(until, "min", localField(now()));
      if (until.value === "") until.value = localField(now() + 4 * hour);
      // What had the focus may be hidden now: on to the first that is there.
      if (focused instanceof HTMLElement && element.contains(focused) && focused.hidden) {
        [give, take, write].find((one) => !one.hidden)?.focus();
      }
    },
  };
}
