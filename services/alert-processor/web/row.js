/** One alert in a list. */

/** @import { Alert } from "../core/alert.ts" */
/** @import { Part } from "./dom.js" */
import { el, setAttribute, setText } from "./dom.js";
import { shapeOf } from "./shapes.js";
import { fullTime, isKnown, moment } from "./time.js";
import {
  capital,
  endOf,
  isFree,
  lengthOf,
  placeOf,
  severityOf,
  staleMeans,
  standing,
  titleOf,
} from "./words.js";

/**
 * @param {Alert} first
 * @param {(alert: Alert) => Promise<void>} [onTake] - Left out where there is nothing to take.
 * @returns {Part<Alert>}
 */
export function rowOf(first, onTake) {
  let alert = first;
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
    el("span", { class: "mark" }, shapeOf(severity)),
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
    if (onTake === undefined || take.getAttribute("aria-disabled") === "true") return;
    take.setAttribute("aria-disabled", "true");
    await onTake(alert).finally(() => {
      take.removeAttribute("aria-disabled");
    });
  };
  take.addEventListener("click", () => void press());
  element.addEventListener("keydown", ({ altKey, ctrlKey, key, metaKey }) => {
    if (key.toLowerCase() === "a" && !altKey && !ctrlKey && !metaKey && isFree(alert)) void press();
  });

  return {
    element,
    update: (next) => {
      alert = next;
      const { alertname, annotations, startsAt, status } = next;
      const over = status === "resolved";
      const free = isFree(next) && onTake !== undefined;
      setText(name, alertname || "(without a name)");
      setText(place, placeOf(next));
      setText(own, severity === "other" ? next.severity || "no severity" : "");
      setText(summary, annotations["summary"] ?? annotations["description"] ?? "");
      setText(team, next.team);
      const length = lengthOf(next);
      setText(since, over ? moment(endOf(next)) : length);
      setAttribute(since, "title", isKnown(startsAt) ? `Since ${fullTime(startsAt)}` : undefined);
      setAttribute(since, "datetime", new Date(over ? endOf(next) : startsAt).toISOString());
      const lasted = over && length !== "" ? `after ${length}` : "";
      setText(who, lasted || (free && status === "firing" ? "" : standing(next)));
      setAttribute(who, "title", status === "stale" ? staleMeans : undefined);
      setAttribute(element, "data-status", status);
      setAttribute(element, "data-free", free);
      setAttribute(take, "aria-label", `Acknowledge ${titleOf(next)}`);
      // Focus goes on to the same alert, not back to the beginning of the page.
      if (!free && take === document.activeElement) name.focus();
      take.hidden = !free;
    },
  };
}
