/** The buttons for one alert. */

/** @import { SeenAlert as Alert } from "../core/severity.ts" */
/** @import { Action } from "../core/lifecycle.ts" */
import { ask, askToClose, choiceOf, field } from "./dialog.js";
import { el, setText } from "./dom.js";
import { me } from "./me.js";
import { snoozeChoice } from "./snooze.js";
import { titleOf } from "./words.js";

/** @param {string} text @param {string} [look] */
const button = (text, look = "") => el("button", { type: "button", class: look }, text);

/**
 * Asks for a name.
 *
 * @param {string} title
 * @param {string} name
 * @param {readonly string[]} names
 * @param {string} yes
 * @param {boolean} others
 */
export async function askForName(title, name, names, yes, others) {
  const choice = choiceOf(names, others);
  const agreed = await ask({ title, fields: [field(name, choice.element)], yes });
  return agreed && choice.value() !== "" ? choice.value() : undefined;
}

/** @param {string} what */
export const askForPerson = (what) =>
  askForName(
    `Hand ${what} over`,
    "To whom",
    me.people.filter((name) => name !== me.name),
    "Hand over",
    true,
  );

/**
 * @param {(alert: Alert, action: Action) => Promise<boolean>} onAct - Whether it was done.
 * @param {(alert: Alert) => Promise<void>} onSilence
 * @returns {{ readonly element: HTMLElement, update(alert: Alert): void }}
 */
export function actionsFor(onAct, onSilence) {
  /** @type {Alert | undefined} */
  let alert;
  let busy = false;
  /** Drafts by alert: a draft never appears at another. @type {Map<string, string>} */
  const drafts = new Map();
  const comment = el("textarea", { id: "comment", rows: "2", maxlength: "4000" });
  const take = button("Acknowledge", "primary");
  const give = button("Give back");
  const close = button("Close");
  const write = button("Comment", "write");
  const hand = button("Hand over");
  const help = button("Ask for help");
  const silence = button("Silence …");
  const sleep = snoozeChoice((until) => void run({ kind: "snooze", until }));
  const element = el(
    "section",
    { class: "card actions", "aria-label": "Actions" },
    el("div", { class: "buttons first" }, take, give),
    el("label", { for: "comment" }, "Comment, saved with your next action"),
    comment,
    el("div", { class: "buttons more" }, write, hand, help, silence, close),
    sleep.element,
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

  /** Asks, then does it to the alert that was asked about. @param {(on: Alert) => Promise<Action | undefined>} question */
  const after = (question) => async () => {
    const on = alert;
    const action = on === undefined ? undefined : await question(on);
    if (action !== undefined) await run(action, on);
  };
  const end = after(async (on) =>
    (await askToClose(titleOf(on))) ? { kind: "resolve" } : undefined,
  );
  const handOver = after(async (on) => {
    const to = await askForPerson(titleOf(on));
    return to === undefined ? undefined : { kind: "assign", to };
  });
  const escalate = after(async () => {
    const title = "Ask for help: a channel is notified at once";
    const to = await askForName(title, "Which channel", me.channels, "Notify it", false);
    return to === undefined ? undefined : { kind: "escalate", to };
  });

  take.addEventListener("click", () => void run({ kind: "acknowledge" }));
  give.addEventListener("click", () => void run({ kind: "unacknowledge" }));
  close.addEventListener("click", () => void end());
  hand.addEventListener("click", () => void handOver());
  help.addEventListener("click", () => void escalate());
  silence.addEventListener("click", () => {
    if (alert !== undefined) void onSilence(alert);
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
    sleep.reset();
  }

  return {
    element,
    update: (next) => {
      const focused = document.activeElement;
      turnTo(next);
      alert = next;
      const open = next.status !== "resolved";
      const mine = next.owner === me.name;
      element.hidden = !me.mayAct;
      setText(take, next.owner === null || mine ? "Acknowledge" : `Take over from ${next.owner}`);
      take.hidden = !open || (mine && next.status === "acknowledged");
      give.hidden = !["acknowledged", "snoozed"].includes(next.status);
      for (const one of [close, hand, sleep.element]) one.hidden = !open;
      help.hidden = !open || me.channels.length === 0;
      // Its own alerts the processor makes itself: Alertmanager knows nothing of them.
      silence.hidden = !open || !me.alertmanager || next.fingerprint.startsWith("own-");
      sleep.update();
      // What had the focus may be hidden now: on to the first that is there.
      if (focused instanceof HTMLElement && element.contains(focused) && focused.hidden) {
        [give, take, write].find((one) => !one.hidden)?.focus();
      }
    },
  };
}
