/** Which alerts cost people most. */

/** @import { Noise } from "../store/store.ts" */
import { chipsIn } from "./chips.js";
import { el, element, keyedList, setAttribute, setText } from "./dom.js";
import { hrefOf } from "./route.js";

/** @type {Readonly<Record<string, string>>} */
const periods = { 1: "1 day", 7: "7 days", 30: "30 days" };

/** Days to look back, as the address says it. @param {URLSearchParams} query */
export function daysOf(query) {
  const days = query.get("days") ?? "";
  return days in periods ? days : "7";
}

export function noiseView() {
  const showPeriods = chipsIn(element("periods"));
  const show = keyedList(
    element("noise-rows"),
    (/** @type {Noise} */ { alertname, team }) => JSON.stringify([alertname, team]),
    () => {
      const name = el("th", { scope: "row" });
      const team = el("td");
      const fired = el("td", { class: "number" });
      const missed = el("td", { class: "number" });
      const share = el("meter", { min: "0", max: "1", class: "share" });
      const percent = el("span", { class: "percent" });
      const row = el("tr", {}, name, team, fired, missed, el("td", {}, share, percent));
      return {
        element: row,
        update: ({ acknowledged, alertname, episodes, team: whose }) => {
          // Who takes an alert may do so in the period after the one in which it began.
          const free = Math.max(0, episodes - acknowledged);
          setText(name, alertname);
          setText(team, whose);
          setText(fired, String(episodes));
          setText(missed, String(free));
          const part = episodes === 0 ? 0 : free / episodes;
          setAttribute(share, "value", String(part));
          setAttribute(share, "aria-hidden", "true");
          setText(percent, `${Math.round(part * 100)} %`);
        },
      };
    },
  );
  return {
    /** @param {readonly Noise[]} alerts @param {URLSearchParams} query */
    show: (alerts, query) => {
      const chosen = daysOf(query);
      showPeriods(
        Object.entries(periods).map(([key, text]) => ({
          key,
          text,
          href: hrefOf("/noise", query, { days: key }),
          chosen: key === chosen,
        })),
      );
      show(alerts);
      element("no-noise").hidden = alerts.length > 0;
      element("noise").hidden = alerts.length === 0;
    },
  };
}
