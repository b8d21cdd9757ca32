/** One alert: what it says, who has it, what happened. */

/** @import { SeenAlert as Alert } from "../core/severity.ts" */
/** @import { Action } from "../core/lifecycle.ts" */
/** @import { Details } from "./api.js" */
/** @import { Entry } from "./timeline.js" */
import { actionsFor } from "./actions.js";
import { el, element, keyedList, outside, setAttribute, setText } from "./dom.js";
import { askToSilence, quietPart } from "./quiet.js";
import { shapeOf } from "./shapes.js";
import { duration, exactMoment, fullTime, isKnown, localTimes, moment, now } from "./time.js";
import { timelineOf } from "./timeline.js";
import { capital, lengthOf, placeOf, severityOf, staleMeans, standing } from "./words.js";

/** @typedef {readonly [name: string, value: string]} Field */

/** @param {Element} parent */
const fieldsIn = (parent) =>
  keyedList(
    parent,
    (/** @type {Field} */ [name]) => name,
    ([name]) => {
      const value = el("dd");
      const pair = el("div", {}, el("dt", {}, name), value);
      return {
        element: pair,
        update: ([, text]) => {
          setText(value, text);
        },
      };
    },
  );

/** @param {Element} parent */
const entriesIn = (parent) =>
  keyedList(
    parent,
    (/** @type {Entry} */ { key }) => key,
    () => {
      const time = el("time");
      const title = el("p", { class: "title" });
      const text = el("p", { class: "text" });
      const entry = el("li", {}, el("div", {}, title, text), time);
      return {
        element: entry,
        update: (next) => {
          setText(time, exactMoment(next.at));
          setAttribute(time, "title", fullTime(next.at));
          setAttribute(time, "datetime", new Date(next.at).toISOString());
          setText(title, next.title);
          setText(text, next.text);
          text.hidden = next.text === "";
          setAttribute(entry, "class", `entry ${next.kind}`);
        },
      };
    },
  );

/** Links out of an alert, with what they are called. */
const linkNames = /** @type {const} */ ([
  ["runbook_url", "Runbook"],
  ["dashboard_url", "Board"],
  ["generator_url", "Graph"],
]);

/** Annotations that are shown in a place of their own. */
const placed = ["summary", "description"];

/** @param {Alert} alert */
function begunOf(alert) {
  if (!isKnown(alert.startsAt)) return "Not given by the sender";
  return moment(alert.startsAt) + (alert.endsAt === null ? `, ${lengthOf(alert)} ago` : "");
}

/** @param {Alert} alert @returns {Field[]} */
const factsOf = (alert) => [
  ["Status", standing(alert)],
  ["Began", begunOf(alert)],
  ["Last seen", `${duration(now() - alert.lastSeenAt)} ago`],
  ["Team", alert.team || "none"],
];

/**
 * @param {(alert: Alert, action: Action) => Promise<boolean>} onAct
 * @param {() => void} onQuiet - What Alertmanager keeps quiet may be different.
 * @returns What shows details, and what shows that there is no such alert.
 */
export function alertView(onAct, onQuiet) {
  const view = element("view-alert");
  const back = el("a", { class: "back", href: "#/" }, "← Open alerts");
  const mark = el("span", { class: "mark" });
  const name = el("h1", { tabindex: "-1" });
  const sub = el("p", { class: "muted" });
  const summary = el("p", { class: "lead" });
  const description = el("p", { class: "description" });
  const links = el("p", { class: "links" });
  const facts = el("dl", { class: "facts" });
  const labels = el("dl", { class: "fields" });
  const notes = el("dl", { class: "fields" });
  const timeline = el("ol", { class: "timeline" });
  const actions = actionsFor(onAct, async (alert) => {
    await askToSilence(alert);
    onQuiet();
  });
  const quiet = quietPart(onQuiet);
  const notesTitle = el("h2", {}, "Annotations");
  const head = el("div", { class: "alert-head" }, mark, el("div", {}, name, sub));
  const said = el(
    "section",
    { class: "card" },
    head,
    summary,
    description,
    links,
    quiet.element,
    facts,
  );
  const told = el("section", { class: "card" }, el("h2", {}, "What happened"), timeline);
  const named = el("section", { class: "card" }, el("h2", {}, "Labels"), labels, notesTitle, notes);
  const body = el(
    "div",
    { class: "columns" },
    el("div", {}, said, told),
    el("div", {}, actions.element, named),
  );
  const missing = el(
    "p",
    { class: "muted" },
    "It was deleted after its retention time, or never existed.",
  );
  view.append(back, body, missing);
  /** Never one alert under the address of another: its buttons would act on the wrong one. */
  const clear = () => {
    body.hidden = true;
    missing.hidden = true;
    setText(name, "");
  };
  clear();
  const showFacts = fieldsIn(facts);
  const showLabels = fieldsIn(labels);
  const showNotes = fieldsIn(notes);
  const showEntries = entriesIn(timeline);

  /** @param {Details} details */
  function show({ alert, deliveries, events }) {
    const { alertname, annotations, severity } = alert;
    body.hidden = false;
    missing.hidden = true;
    setAttribute(said, "class", `card said ${severityOf(alert)}`);
    if (mark.getAttribute("data-severity") !== severity)
      mark.replaceChildren(shapeOf(severityOf(alert)));
    setAttribute(mark, "data-severity", severity);
    setText(name, alertname || "(without a name)");
    setText(sub, [capital(severity) || "No severity", placeOf(alert)].filter(Boolean).join(" · "));
    setText(summary, localTimes(annotations["summary"] ?? ""));
    setText(description, localTimes(annotations["description"] ?? ""));
    const found = linkNames.map(([key, text]) => outside(annotations[key] ?? "", text));
    const addresses = found.map((link) => link?.href ?? "").join(" ");
    if (links.getAttribute("data-for") !== addresses) {
      links.replaceChildren(...found.filter((link) => link !== undefined));
    }
    setAttribute(links, "data-for", addresses);
    quiet.update(alert);
    showFacts(factsOf(alert));
    setAttribute(facts, "title", alert.status === "stale" ? staleMeans : undefined);
    showLabels(Object.entries(alert.labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    const linked = linkNames.map(([key]) => key).filter((_, index) => found[index] !== undefined);
    const rest = Object.entries(annotations).filter(
      ([key]) => !placed.includes(key) && !linked.some((other) => other === key),
    );
    notesTitle.hidden = rest.length === 0;
    showNotes(rest);
    showEntries(timelineOf(events, deliveries));
    actions.update(alert);
  }

  return {
    show,
    clear,
    showMissing: () => {
      body.hidden = true;
      missing.hidden = false;
    },
    /** @param {string} href - The list as it was left. */
    returnsTo: (href) => {
      setAttribute(back, "href", href);
    },
    title: () => (missing.hidden ? name.textContent : "No such alert"),
  };
}
