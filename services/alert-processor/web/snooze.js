/** Until when an alert is quiet. */
import { el, setAttribute, setText } from "./dom.js";
import { fullTime, hour, localField, moment, nextMorning, now } from "./time.js";

/** @param {string} text */
const button = (text) => el("button", { type: "button" }, text);

/**
 * Times to choose from, and one of one's own.
 *
 * @param {(until: number) => void} onChosen
 */
export function snoozeChoice(onChosen) {
  const halfHour = button("30 min");
  const twoHours = button("2 h");
  const morning = button("");
  const until = el("input", {
    type: "datetime-local",
    "aria-label": "Snooze until",
    max: "9999-12-30T00:00",
  });
  const own = button("Snooze");
  const element = el(
    "fieldset",
    { class: "snooze" },
    el("legend", {}, "Snooze"),
    el("div", { class: "buttons" }, halfHour, twoHours, morning),
    el("div", { class: "buttons own" }, until, own),
  );
  /** What the button says, not what the clock has come to since. */
  let nine = 0;
  halfHour.addEventListener("click", () => {
    onChosen(now() + hour / 2);
  });
  twoHours.addEventListener("click", () => {
    onChosen(now() + 2 * hour);
  });
  morning.addEventListener("click", () => {
    onChosen(nine);
  });
  const choose = () => {
    const at = new Date(until.value).getTime();
    const problem = Number.isNaN(at) ? "Choose a day and a time" : "Choose a time in the future";
    until.setCustomValidity(at > now() ? "" : problem);
    if (until.reportValidity()) onChosen(at);
  };
  own.addEventListener("click", choose);
  until.addEventListener("input", () => {
    until.setCustomValidity("");
  });
  until.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    choose();
  });

  return {
    element,
    /** For another alert. */
    reset: () => {
      until.value = localField(now() + 4 * hour);
    },
    update: () => {
      const tomorrow = nextMorning();
      nine = tomorrow.at;
      setText(morning, tomorrow.name);
      setAttribute(morning, "title", fullTime(tomorrow.at));
      setAttribute(halfHour, "title", `Until ${moment(now() + hour / 2)}`);
      setAttribute(twoHours, "title", `Until ${moment(now() + 2 * hour)}`);
      setAttribute(until, "min", localField(now()));
    },
  };
}
