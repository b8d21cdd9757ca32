/** The controls that narrow the list down. What they say is in the address. */

/** @import { SeenAlert as Alert } from "../core/severity.ts" */
/** @import { Whose } from "./filter.js" */
import { chipsIn } from "./chips.js";
import { byId, element } from "./dom.js";
import { whose } from "./filter.js";
import { hrefOf } from "./route.js";
import { capital, severities, severityOf } from "./words.js";

/** @type {Readonly<Record<Whose, string>>} */
const whoseNames = { mine: "Mine", nobody: "Nobody's", stale: "Stale" };

export function filtersView() {
  const search = byId("search", HTMLInputElement);
  const showWhose = chipsIn(element("whose"));
  const showSeverities = chipsIn(element("severities"));
  const showTeams = chipsIn(element("teams"));

  search.addEventListener("input", () => {
    const [path = "", query] = location.hash.slice(1).split("?", 2);
    const fields = { q: search.value.trim() === "" ? undefined : search.value };
    history.replaceState(null, "", hrefOf(path || "/", new URLSearchParams(query), fields));
    dispatchEvent(new HashChangeEvent("hashchange"));
  });

  /**
   * Chips for the values of one parameter, each with how many alerts have it.
   *
   * @param {URLSearchParams} query
   * @param {string} name
   * @param {string} allText
   * @param {readonly (readonly [value: string, text: string, count: number])[]} values
   */
  function chips(query, name, allText, values) {
    const chosen = query.get(name);
    const all = { key: "*", text: allText, href: hrefOf("/", query, { [name]: undefined }) };
    const each = values.map(([value, text, count]) => ({
      key: `=${value}`,
      text,
      count,
      href: hrefOf("/", query, { [name]: value }),
      chosen: chosen === value,
    }));
    return [
      { ...all, chosen: chosen === null },
      ...each.filter(({ chosen: is, count }) => is || count > 0),
    ];
  }

  /** @param {readonly Alert[]} alerts @param {(alert: Alert) => string} valueOf */
  function countsOf(alerts, valueOf) {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const alert of alerts) {
      const value = valueOf(alert);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return counts;
  }

  return {
    /** @param {readonly Alert[]} alerts @param {URLSearchParams} query */
    show: (alerts, query) => {
      const bySeverity = countsOf(alerts, severityOf);
      const byTeam = countsOf(alerts, ({ team }) => team);
      const chosenTeam = query.get("team");
      if (chosenTeam !== null && !byTeam.has(chosenTeam)) byTeam.set(chosenTeam, 0);
      const isByName = query.get("by") === "name";
      showWhose([
        ...chips(
          query,
          "who",
          "Everybody's",
          Object.entries(whoseNames).map(([value, text]) => {
            const isTheirs = whose[/** @type {Whose} */ (value)];
            return [value, text, alerts.filter(isTheirs).length];
          }),
        ),
        {
          key: "by name",
          text: "By name",
          href: hrefOf("/", query, { by: isByName ? undefined : "name" }),
          chosen: isByName,
        },
      ]);
      showSeverities(
        chips(
          query,
          "severity",
          "All severities",
          severities.map((one) => [one, capital(one), bySeverity.get(one) ?? 0]),
        ),
      );
      const teams = [...byTeam].sort(([a], [b]) => (a < b ? -1 : 1));
      showTeams(
        chips(
          query,
          "team",
          "All teams",
          teams.map(([team, count]) => [team, team || "No team", count]),
        ),
      );
      // What is being typed is newer than the address.
      if (search !== document.activeElement) search.value = query.get("q") ?? "";
      element("filters").hidden = alerts.length === 0 && query.size === 0;
    },
  };
}
