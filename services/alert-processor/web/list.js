/** What is open now. */

/** @import { Alert } from "../core/alert.ts" */
/** @import { Route } from "./route.js" */
import { chipsIn } from "./chips.js";
import { byId, el, element, keyedList, setText } from "./dom.js";
import { hrefOf } from "./route.js";
import { rowOf } from "./row.js";
import { capital, counted, isFree, severities, severityOf } from "./words.js";

/** @typedef {typeof severities[number]} Severity */

/** Once in an episode: what fires anew is another row. @param {Alert} alert */
const keyOf = ({ fingerprint, startsAt }) => `${fingerprint} ${startsAt}`;

/**
 * Whether an alert has what is searched for: each word, anywhere.
 *
 * @param {Alert} alert
 * @param {readonly string[]} words - In small letters.
 */
function has({ annotations, labels, owner, status }, words) {
  if (words.length === 0) return true;
  const texts = [...Object.entries(labels).flat(), ...Object.values(annotations), owner, status];
  const text = texts.join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

/**
 * @param {Severity} severity
 * @param {(alert: Alert) => Promise<void>} onTake
 */
function groupOf(severity, onTake) {
  const count = el("span", { class: "count" });
  const heading = el("h2", { id: `severity-${severity}` }, capital(severity), " ", count);
  const list = el("ul", { class: "rows" });
  const show = keyedList(list, keyOf, (alert) => rowOf(alert, onTake));
  const group = el("section", { class: `group ${severity}`, "aria-labelledby": heading.id });
  group.append(heading, list);
  return {
    element: group,
    update: (/** @type {readonly Alert[]} */ alerts) => {
      group.hidden = alerts.length === 0;
      setText(count, String(alerts.length));
      show(alerts);
    },
  };
}

/** @param {(alert: Alert) => Promise<void>} onTake */
export function openList(onTake) {
  const search = byId("search", HTMLInputElement);
  const showSeverities = chipsIn(element("severities"));
  const showTeams = chipsIn(element("teams"));
  const container = element("groups");
  const groups = severities.map((severity) => groupOf(severity, onTake));
  container.append(...groups.map((group) => group.element));

  const links = () =>
    [...container.querySelectorAll("section:not([hidden]) a.name")].filter(
      (one) => one instanceof HTMLElement,
    );

  container.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || !(event.target instanceof Element)) return;
    const all = links();
    const row = event.target.closest("li");
    const at = all.findIndex((link) => row?.contains(link));
    const next = all[at + step];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  });

  search.addEventListener("input", () => {
    const [path = "", query] = location.hash.slice(1).split("?", 2);
    const fields = { q: search.value.trim() === "" ? undefined : search.value };
    history.replaceState(null, "", hrefOf(path || "/", new URLSearchParams(query), fields));
    dispatchEvent(new HashChangeEvent("hashchange"));
  });

  /**
   * @param {readonly Alert[]} alerts
   * @param {URLSearchParams} query
   */
  function showFilters(alerts, query) {
    const chips = (
      /** @type {string} */ name,
      /** @type {readonly string[]} */ values,
      /** @type {(alert: Alert) => string} */ valueOf,
      /** @type {(value: string) => string} */ textOf,
      /** @type {string} */ allText,
    ) => {
      const chosen = query.get(name);
      const all = { key: "*", text: allText, href: hrefOf("/", query, { [name]: undefined }) };
      const each = values.map((value) => ({
        key: `=${value}`,
        text: textOf(value),
        count: alerts.filter((alert) => valueOf(alert) === value).length,
        href: hrefOf("/", query, { [name]: value }),
        chosen: chosen === value,
      }));
      return [
        { ...all, chosen: chosen === null },
        ...each.filter(({ chosen: is, count }) => is || count > 0),
      ];
    };
    const chosenTeam = query.get("team");
    const teams = new Set(alerts.map(({ team }) => team));
    if (chosenTeam !== null) teams.add(chosenTeam);
    showSeverities(chips("severity", severities, severityOf, capital, "All severities"));
    showTeams(
      chips(
        "team",
        [...teams].sort(),
        ({ team }) => team,
        (team) => team || "No team",
        "All teams",
      ),
    );
    // What is being typed is newer than the address.
    if (search !== document.activeElement) search.value = query.get("q") ?? "";
    element("filters").hidden = alerts.length === 0 && query.size === 0;
  }

  /** @param {Element | null} row - Had the focus. @param {number} at - Where it was. */
  function keepFocus(row, at) {
    if (row === null || row.isConnected) return;
    const all = links();
    (all[Math.min(at, all.length - 1)] ?? element("open-title")).focus();
  }

  /**
   * @param {readonly Alert[]} alerts - All that are open.
   * @param {Route} route
   */
  function show(alerts, { query }) {
    const words = (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const [severity, team] = [query.get("severity"), query.get("team")];
    const shown = alerts.filter(
      (alert) =>
        (severity === null || severityOf(alert) === severity) &&
        (team === null || alert.team === team) &&
        has(alert, words),
    );
    const row = document.activeElement?.closest("#groups li") ?? null;
    const at = row === null ? -1 : links().findIndex((link) => row.contains(link));
    for (const [index, group] of groups.entries()) {
      group.update(shown.filter((alert) => severityOf(alert) === severities[index]));
    }
    keepFocus(row, at);
    showFilters(alerts, query);

    const free = alerts.filter(isFree).length;
    const title = counted(alerts.length, "open alert", "open alerts");
    setText(element("open-title"), alerts.length === 0 ? "No open alerts" : title);
    const subtitle = free === 0 ? "Somebody has each of them." : `Nobody has ${free} of them.`;
    setText(element("open-subtitle"), alerts.length === 0 ? "" : subtitle);
    element("all-well").hidden = alerts.length > 0;
    element("keys").hidden = shown.length === 0;
    element("shown").hidden = shown.length === alerts.length;
    setText(element("shown-text"), `${shown.length} of ${alerts.length} are shown.`);
  }

  return { show };
}
