/** One open alert in a list. */

/** @import { SeenAlert as Alert } from "../core/severity.ts" */
/** @import { Part } from "./dom.js" */
import { el, setAttribute, setText } from "./dom.js";
import { me } from "./me.js";
import { quietWord } from "./quiet.js";
import { shapeOf } from "./shapes.js";
import { fullTime, isKnown } from "./time.js";
import {
  capital,
  isFree,
  lengthOf,
  placeOf,
  severityOf,
  staleMeans,
  standing,
  titleOf,
} from "./words.js";

/**
 * What can be done to a row.
 *
 * @typedef {{
 *   onTake: (alert: Alert) => Promise<void>,
 *   onSnooze: (alert: Alert) => Promise<void>,
 *   onPick: (alert: Alert, picked: boolean) => void,
 *   isPicked: (alert: Alert) => boolean,
 * }} Ways
 */

/**
 * @param {Alert} first
 * @param {Ways} ways
 * @returns {Part<Alert>}
 */
export function rowOf(first, { isPicked, onPick, onSnooze, onTake }) {
  let alert = first;
  const pick = el("input", { type: "checkbox", class: "pick" });
  const severity = severityOf(first);
  const name = el("a", { class: "name", href: `#/alerts/${first.fingerprint}` });
  const place = el("span", { class: "place" });
  const own = el("span", { class: "tag" });
  const summary = el("p", { class: "summary" });
  const team = el("span", { class: "team" });
  const since = el("time", { class: "since" });
  const who = el("span", { class: "who" });
  const take = el("button", { type: "button", class: "take" }, "Acknowledge");
  const said = el("span", { class: "hidden" }, `${capital(severity)}: `);
  const element = el(
    "li",
    { class: `row ${severity}` },
    el("span", { class: "mark" }, pick, shapeOf(severity)),
    el(
      "div",
      { class: "what" },
      el("p", { class: "title" }, said, name, " ", place, " ", own),
      summary,
    ),
    team,
    since,
    el("div", { class: "state" }, who, take),
  );
  const press = async () => {
    if (take.getAttribute("aria-disabled") === "true") return;
    take.setAttribute("aria-disabled", "true");
    await onTake(alert).finally(() => {
      take.removeAttribute("aria-disabled");
    });
  };
  take.addEventListener("click", () => void press());
  pick.addEventListener("change", () => {
    onPick(alert, pick.checked);
  });
  element.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !me.mayAct) return;
    const key = event.key.toLowerCase();
    if (key === "a" && isFree(alert)) void press();
    else if (key === "s") void onSnooze(alert);
    else if (key === "x") onPick(alert, !isPicked(alert));
    else return;
    event.preventDefault();
  });

  return {
    element,
    update: (next) => {
      alert = next;
      const { alertname, annotations, startsAt, status } = next;
      const free = isFree(next);
      setText(name, alertname || "(without a name)");
      setText(place, placeOf(next));
      setText(own, [next.word, quietWord(next)].filter(Boolean).join(" · "));
      setText(summary, annotations["summary"] ?? annotations["description"] ?? "");
      setText(team, next.team);
      const length = lengthOf(next);
      setText(since, length);
      setAttribute(since, "title", isKnown(startsAt) ? `Since ${fullTime(startsAt)}` : undefined);
      setAttribute(since, "datetime", new Date(startsAt).toISOString());
      setText(who, free && status === "firing" && me.mayAct ? "" : standing(next));
      setAttribute(who, "title", status === "stale" ? staleMeans : undefined);
      setAttribute(element, "data-status", status);
      setAttribute(element, "data-free", free);
      setAttribute(take, "aria-label", `Acknowledge ${titleOf(next)}`);
      // Focus goes on to the same alert, not back to the beginning of the page.
      if (!free && take === document.activeElement) name.focus();
      take.hidden = !free || !me.mayAct;
      pick.checked = isPicked(next);
      setAttribute(pick, "aria-label", `Select ${titleOf(next)}`);
    },
  };
}
