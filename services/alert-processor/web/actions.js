/** The buttons for one alert. */

/** @import { Alert } from "../core/alert.ts" */
/** @import { Action } from "../core/lifecycle.ts" */
import { ask } from "./dialog.js";
import { el, setAttribute, setText } from "./dom.js";
import { fullTime, hour, localField, moment, nextMorning, now } from "./time.js";
import { titleOf } from "./words.js";

/** @param {string} text @param {string} [look] */
const button = (text, look = "") => el("button", { type: "button", class: look }, text);

/** Asks before an alert is closed that may still fire. @param {string} what */
export const askToClose = (what) =>
  ask({
    title: `Close ${what}?`,
    text: "Whatever is wrong may go on: nobody is told again until this has ended and begins anew.",
    yes: "Close it",
    no: "Keep it open",
    look: "danger",
  });

/**
 * @param {(alert: Alert, action: Action) => Promise<boolean>} onAct - Whether it was done.
 * @returns {{ readonly element: HTMLElement, update(alert: Alert, user: string): void }}
 */
export function actionsFor(onAct) {
  /** @type {Alert | undefined} */
  let alert;
  let busy = false;
  /** What was typed and not sent, by alert: it never stands at another. @type {Map<string, string>} */
  const drafts = new Map();
  const comment = el("textarea", { id: "comment", rows: "2", maxlength: "4000" });
  const take = button("Acknowledge", "primary");
  const give = button("Give back");
  const close = button("Close");
  const write = button("Comment", "write");
  const halfHour = button("30 min");
  const twoHours = button("2 h");
  const morning = button("");
  const until = el("input", {
    type: "datetime-local",
    "aria-label": "Snooze until",
    required: true,
  });
  const custom = el("button", { type: "submit" }, "Snooze");
  const snoozes = el("div", { class: "buttons" }, halfHour, twoHours, morning);
  const form = el("form", { class: "buttons" }, until, custom);
  const sleep = el("fieldset", { class: "snooze" }, el("legend", {}, "Snooze"), snoozes, form);
  const element = el(
    "section",
    { class: "card actions", "aria-label": "Actions" },
    el("div", { class: "buttons first" }, take, give),
    el("label", { for: "comment" }, "Comment, kept with what you do"),
    comment,
    el("div", { class: "buttons more" }, write, close),
    sleep,
  );

  /** @param {Action} action @param {Alert | undefined} [on] - As it was when the reader was asked. */
  async function run(action, on = alert) {
    if (on === undefined || busy) return;
    busy = true;
    element.setAttribute("aria-busy", "true");
    const sent = comment.value;
    const text = sent.trim();
    const done = await onAct(on, text === "" ? action : { ...action, text }).finally(() => {
      busy = false;
      element.removeAttribute("aria-busy");
    });
    // The reader may have gone on meanwhile, or have gone on typing.
    if (!done) return;
    if (alert?.fingerprint === on.fingerprint && comment.value === sent) comment.value = "";
    else if (drafts.get(on.fingerprint) === sent) drafts.delete(on.fingerprint);
  }

  /** @param {Alert | undefined} on */
  async function end(on) {
    if (on !== undefined && (await askToClose(titleOf(on)))) await run({ kind: "resolve" }, on);
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
  // What the button says, not what the clock has come to since.
  let nine = 0;
  morning.addEventListener(
    "click",
    snooze(() => nine),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void run({ kind: "snooze", until: new Date(until.value).getTime() });
  });
  close.addEventListener("click", () => {
    void end(alert);
  });
  write.addEventListener("click", () => {
    if (comment.value.trim() === "") comment.focus();
    else void run({ kind: "comment", text: "" });
  });

  /** What is typed stays with its alert. @param {Alert} next */
  function turnTo(next) {
    if (alert?.fingerprint === next.fingerprint) return;
    if (alert !== undefined) drafts.set(alert.fingerprint, comment.value);
    comment.value = drafts.get(next.fingerprint) ?? "";
    until.value = localField(now() + 4 * hour);
  }

  return {
    element,
    update: (next, user) => {
      const focused = document.activeElement;
      turnTo(next);
      alert = next;
      const open = next.status !== "resolved";
      const mine = next.owner === user;
      setText(take, next.owner === null || mine ? "Acknowledge" : `Take over from ${next.owner}`);
      take.hidden = !open || (mine && next.status === "acknowledged");
      give.hidden = !["acknowledged", "snoozed"].includes(next.status);
      close.hidden = !open;
      sleep.hidden = !open;
      const tomorrow = nextMorning();
      nine = tomorrow.at;
      setText(morning, tomorrow.name);
      setAttribute(morning, "title", fullTime(tomorrow.at));
      setAttribute(halfHour, "title", `Until ${moment(now() + hour / 2)}`);
      setAttribute(twoHours, "title", `Until ${moment(now() + 2 * hour)}`);
      setAttribute(until, "min", localField(now()));
      // What had the focus may be hidden now: on to the first that is there.
      if (focused instanceof HTMLElement && element.contains(focused) && focused.hidden) {
        [give, take, write].find((one) => !one.hidden)?.focus();
      }
    },
  };
}
