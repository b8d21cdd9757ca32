/** Keyboard shortcuts. Those of a row work while it has the focus: see row.js. */

/** @import { Route } from "./route.js" */
import { ask } from "./dialog.js";
import { el, element } from "./dom.js";
import { setSound, soundIsOn } from "./sound.js";

const off = "vigil keys off";

/** What people who speak to their browser can switch off: letters alone would be commands. */
const areOn = () => localStorage.getItem(off) === null;

/** @type {readonly (readonly [keys: string, what: string])[]} */
const known = [
  ["j k ↓ ↑", "To the next alert, and back"],
  ["Enter", "Opens the alert"],
  ["a", "Acknowledges the alert in focus, or the one that is open"],
  ["s", "Snoozes it"],
  ["x", "Selects the alert in focus"],
  ["/", "To the search"],
  ["?", "This help"],
];

/** @param {string} text @param {boolean} checked @param {(on: boolean) => void} onChange */
function check(text, checked, onChange) {
  const box = el("input", { type: "checkbox", checked });
  box.addEventListener("change", () => {
    onChange(box.checked);
  });
  return el("label", { class: "check" }, box, text);
}

function showHelp() {
  const rows = known.map(([keys, what]) =>
    el(
      "div",
      {},
      el("dt", {}, ...keys.split(" ").flatMap((key) => [el("kbd", {}, key), " "])),
      el("dd", {}, what),
    ),
  );
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  void ask({
    title: "Keys and sound",
    no: "Close",
    fields: [
      el("dl", { class: "fields" }, ...rows),
      check("Single keys work", areOn(), (on) => {
        if (on) localStorage.removeItem(off);
        else localStorage.setItem(off, "1");
      }),
      check(
        "A sound for new critical alerts and emergencies, as long as this page is open",
        soundIsOn(),
        setSound,
      ),
      el("p", { class: "muted" }, `All times are those of ${zone}.`),
    ],
  });
}

/** @param {{ route: () => Route, move: (step: 1 | -1) => boolean }} ways */
export function onKeys({ move, route }) {
  element("help").addEventListener("click", showHelp);
  addEventListener("keydown", (event) => {
    const { altKey, ctrlKey, key, metaKey, target } = event;
    if (event.defaultPrevented || altKey || ctrlKey || metaKey || !areOn()) return;
    if (element("page").hidden || document.querySelector("dialog[open]") !== null) return;
    if (target instanceof Element && target.closest("input, textarea, select") !== null) return;
    if (!press(key)) return;
    event.preventDefault();
  });

  /** @param {string} key @returns {boolean} Whether it did something. */
  function press(key) {
    const { view } = route();
    switch (key) {
      case "?":
        showHelp();
        return true;
      case "/":
        return focus(view === "history" ? "#history-search" : "#search");
      case "j":
      case "k":
        return view === "open" && move(key === "j" ? 1 : -1);
      case "a":
        return view === "alert" && click("#view-alert .first .primary");
      case "s":
        return view === "alert" && focus("#view-alert .snooze button");
      default:
        return false;
    }
  }

  /** @param {string} selector */
  function seen(selector) {
    const found = document.querySelector(selector);
    return found instanceof HTMLElement && found.checkVisibility() ? found : undefined;
  }

  /** @param {string} selector */
  function focus(selector) {
    const found = seen(selector);
    found?.focus();
    return found !== undefined;
  }

  /** @param {string} selector */
  function click(selector) {
    const found = seen(selector);
    found?.click();
    return found !== undefined;
  }
}
