/** Alerts that are chosen, to do something to all of them. Only what is shown can be chosen. */

/** @import { SeenAlert as Alert } from "../core/severity.ts" */
/** @import { Action } from "../core/lifecycle.ts" */
import { askForPerson } from "./actions.js";
import { askForSnooze, askToClose } from "./dialog.js";
import { byId, element, setAttribute, setText } from "./dom.js";
import { me } from "./me.js";
import { counted } from "./words.js";

/**
 * @typedef {{
 *   has: (alert: Alert) => boolean,
 *   set: (alerts: readonly Alert[], picked: boolean) => void,
 *   keep: (shown: readonly Alert[]) => void,
 *   end: () => void,
 * }} Picked
 */

/** @param {Alert} alert */
const keyOf = ({ fingerprint, startsAt }) => `${fingerprint} ${startsAt}`;

/**
 * @param {(alerts: readonly Alert[], action: Action) => Promise<void>} onAct
 * @param {() => void} again - Shows the list again.
 * @returns {Picked}
 */
export function pickedAlerts(onAct, again) {
  const view = element("view-open");
  const bar = element("picked");
  const toggle = byId("pick", HTMLButtonElement);
  const all = byId("pick-all", HTMLButtonElement);
  /** @type {Set<string>} */
  let chosen = new Set();
  /** @type {readonly Alert[]} */
  let shown = [];
  let choosing = false;

  function render() {
    bar.hidden = !choosing;
    toggle.hidden = !me.mayAct;
    setAttribute(view, "data-choosing", choosing);
    setAttribute(toggle, "aria-pressed", String(choosing));
    setText(element("picked-count"), counted(chosen.size, "alert", "alerts"));
    setText(all, `Select all ${shown.length}`);
    for (const one of bar.querySelectorAll("[data-act]")) {
      setAttribute(one, "aria-disabled", chosen.size === 0 ? "true" : undefined);
    }
  }

  /** @param {boolean} on */
  function choose(on) {
    choosing = on;
    if (!on) chosen = new Set();
    render();
    again();
  }

  /** @type {Picked} */
  const picked = {
    has: (alert) => chosen.has(keyOf(alert)),
    set: (alerts, is) => {
      for (const alert of alerts) {
        if (is) chosen.add(keyOf(alert));
        else chosen.delete(keyOf(alert));
      }
      choosing = true;
      render();
      again();
    },
    keep: (next) => {
      shown = next;
      const keys = new Set(next.map(keyOf));
      chosen = new Set([...chosen].filter((key) => keys.has(key)));
      render();
    },
    end: () => {
      choose(false);
    },
  };

  /** @param {string | undefined} kind @param {string} what @returns {Promise<Action | undefined>} */
  async function actionFor(kind, what) {
    switch (kind) {
      case "acknowledge":
        return { kind };
      case "snooze": {
        const until = await askForSnooze(what);
        return until === undefined ? undefined : { kind, until };
      }
      case "assign": {
        const to = await askForPerson(what);
        return to === undefined ? undefined : { kind, to };
      }
      case "resolve":
        return (await askToClose(what)) ? { kind } : undefined;
      default:
        return undefined;
    }
  }

  /** @param {HTMLElement} button */
  async function press(button) {
    // As they are when it is pressed: what is asked about is what is done.
    const alerts = shown.filter(picked.has);
    if (alerts.length === 0 || bar.hasAttribute("aria-busy")) return;
    const action = await actionFor(
      button.dataset["act"],
      counted(alerts.length, "alert", "alerts"),
    );
    if (action === undefined) return;
    setAttribute(bar, "aria-busy", "true");
    await onAct(alerts, action).finally(() => {
      setAttribute(bar, "aria-busy", undefined);
    });
    picked.end();
  }

  toggle.addEventListener("click", () => {
    choose(!choosing);
  });
  all.addEventListener("click", () => {
    picked.set(shown, chosen.size < shown.length);
  });
  byId("pick-end", HTMLButtonElement).addEventListener("click", () => {
    choose(false);
    toggle.focus();
  });
  for (const button of bar.querySelectorAll("[data-act]")) {
    if (button instanceof HTMLElement) button.addEventListener("click", () => void press(button));
  }
  return picked;
}
