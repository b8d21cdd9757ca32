/** What is open now. */

/** @import { SeenAlert as Alert } from "../core/severity.ts" */
/** @import { Bunch } from "./bunch.js" */
/** @import { Route } from "./route.js" */
/** @import { Picked } from "./picked.js" */
/** @import { Severity } from "./words.js" */
/** @import { Ways } from "./row.js" */
import { bunchOf } from "./bunch.js";
import { byId, el, element, setText } from "./dom.js";
import { filterOf } from "./filter.js";
import { filtersView } from "./filters.js";
import { lazyList } from "./lazy.js";
import { rowOf } from "./row.js";
import { capital, counted, isFree, severities, severityOf } from "./words.js";

/** A row of the list: an alert, or all of one name. @typedef {Alert | Bunch} Line */

/** @param {Line} line */
const isBunch = (line) => "alerts" in line;

/** Once in an episode: what fires again is another row. @param {Line} line */
const keyOf = (line) =>
  isBunch(line) ? `name ${line.key}` : `${line.fingerprint} ${line.startsAt}`;

/** Those that most wait for somebody first. @param {Bunch} a @param {Bunch} b */
const byNeed = (a, b) =>
  b.alerts.filter(isFree).length - a.alerts.filter(isFree).length ||
  b.alerts.length - a.alerts.length ||
  (a.name < b.name ? -1 : 1);

/**
 * @param {Severity} severity
 * @param {(line: Line) => import("./dom.js").Part<Line>} create
 */
function groupOf(severity, create) {
  const count = el("span", { class: "count" });
  const heading = el("h2", { id: `severity-${severity}` }, capital(severity), " ", count);
  const list = el("ul", { class: "rows" });
  const rows = lazyList(list, keyOf, create);
  const group = el("section", { class: `group ${severity}`, "aria-labelledby": heading.id });
  group.append(heading, list);
  return {
    element: group,
    draw: rows.draw,
    update: (/** @type {readonly Line[]} */ lines, /** @type {number} */ alerts) => {
      group.hidden = lines.length === 0;
      setText(count, String(alerts));
      rows.show(lines);
    },
  };
}

/**
 * @param {Omit<Ways, "isPicked" | "onPick"> & {
 *   onTakeAll: (alerts: readonly Alert[], name: string) => void,
 * }} ways
 * @param {Picked} picked
 * @param {() => void} again - Shows it again.
 */
export function openList({ onTakeAll, ...ways }, picked, again) {
  const container = element("groups");
  const filters = filtersView();
  /** Names that are unfolded. @type {Set<string>} */
  const unfolded = new Set();

  const bunchWays = {
    onTake: onTakeAll,
    onPick: picked.set,
    onFold: (/** @type {string} */ key) => {
      if (!unfolded.delete(key)) unfolded.add(key);
      again();
    },
  };
  const rowWays = {
    ...ways,
    isPicked: picked.has,
    onPick: (/** @type {Alert} */ alert, /** @type {boolean} */ is) => {
      picked.set([alert], is);
    },
  };
  /** @param {Line} line @returns {import("./dom.js").Part<Line>} */
  const create = (line) => {
    const part = isBunch(line) ? bunchOf(line, bunchWays) : rowOf(line, rowWays);
    return /** @type {import("./dom.js").Part<Line>} */ (part);
  };
  const groups = severities.map((severity) => groupOf(severity, create));
  // In place of the rows that came with the page.
  container.replaceChildren(...groups.map((group) => group.element));

  const links = () =>
    [...container.querySelectorAll("section:not([hidden]) :is(a.name, .fold)")].filter(
      (one) => one instanceof HTMLElement,
    );

  /** To the next row, or to the first. @param {1 | -1} step */
  function move(step) {
    for (const group of groups) group.draw();
    const all = links();
    const row = document.activeElement?.closest("#groups li");
    const at = row ? all.findIndex((link) => row.contains(link)) : -1;
    const next = at < 0 ? all.find((link) => link.getBoundingClientRect().top > 0) : all[at + step];
    next?.focus();
    return next !== undefined;
  }

  container.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" ? move(1) : event.key === "ArrowUp" && move(-1)) {
      event.preventDefault();
    }
  });

  /** @param {readonly Alert[]} alerts @param {Severity} severity @param {boolean} byName @returns {readonly Line[]} */
  function linesOf(alerts, severity, byName) {
    if (!byName) return alerts;
    const bunches = [...Map.groupBy(alerts, ({ alertname }) => alertname)].map(([name, all]) => {
      const key = `${severity} ${name}`;
      const count = all.filter(picked.has).length;
      const isPicked = count === all.length ? true : count === 0 ? false : undefined;
      return { key, name, alerts: all, unfolded: unfolded.has(key), picked: isPicked };
    });
    return bunches
      .sort(byNeed)
      .flatMap((bunch) => (bunch.unfolded ? [bunch, ...bunch.alerts] : [bunch]));
  }

  /**
   * The focus stays near the row that had it. @param {Element | null} row @param {readonly HTMLElement[]} near
   */
  function keepFocus(row, near) {
    if (row === null || row.isConnected) return;
    (near.find((link) => link.isConnected) ?? links().at(-1) ?? element("open-title")).focus();
  }

  /**
   * @param {readonly Alert[]} alerts - All that are known.
   * @param {Route} route
   * @param {number} total - How many are open.
   */
  function show(alerts, { query }, total) {
    const isShown = filterOf(query);
    const shown = alerts.filter(isShown);
    picked.keep(shown);
    const row = document.activeElement?.closest("#groups li") ?? null;
    const all = row === null ? [] : links();
    const at = all.findIndex((link) => row?.contains(link));
    const near = [...all.slice(at + 1, at + 4), ...all.slice(Math.max(0, at - 3), at).reverse()];
    const bySeverity = Map.groupBy(shown, severityOf);
    for (const [index, group] of groups.entries()) {
      const severity = severities[index] ?? "info";
      const some = bySeverity.get(severity) ?? [];
      group.update(linesOf(some, severity, query.get("by") === "name"), some.length);
    }
    keepFocus(row, near);
    filters.show(alerts, query);

    const free = alerts.filter(isFree).length;
    const title = counted(total, "open alert", "open alerts");
    setText(element("open-title"), total === 0 ? "No open alerts" : title);
    const subtitle = free === 0 ? "Somebody has each of them." : `Nobody has ${free} of them.`;
    const cut = `These are the worst ${alerts.length}.`;
    setText(element("open-subtitle"), total === 0 ? "" : total > alerts.length ? cut : subtitle);
    element("keys").hidden = shown.length === 0;
    element("shown").hidden = shown.length === alerts.length;
    setText(element("shown-text"), `${shown.length} of ${alerts.length} are shown.`);
    byId("pick-all", HTMLButtonElement).hidden = shown.length === 0;
    return shown;
  }

  return { move, show };
}
