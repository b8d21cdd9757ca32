/** What was: episodes that ended. All of what is kept can be searched. */

/** @import { Ended } from "../store/desk.ts" */
/** @import { Part } from "./dom.js" */
import { api } from "./api.js";
import { byId, el, element, keyedList, setAttribute, setText } from "./dom.js";
import { notice } from "./notice.js";
import { hrefOf } from "./route.js";
import { shapeOf } from "./shapes.js";
import { duration, fullTime, isKnown, moment } from "./time.js";
import { capital, severityOf } from "./words.js";

/** @param {Ended} episode @returns {Part<Ended>} */
function rowOf(episode) {
  const { alertname, closedBy, endsAt, fingerprint, startsAt, summary, team } = episode;
  const severity = severityOf(episode);
  const length = isKnown(startsAt) ? `after ${duration(endsAt - startsAt)}` : "";
  const how = closedBy === null ? length : `${length}, closed by ${closedBy}`;
  const over = el("time", { class: "since", datetime: new Date(endsAt).toISOString() });
  const row = el(
    "li",
    { class: `row ${severity}` },
    el("span", { class: "mark" }, shapeOf(severity)),
    el(
      "div",
      { class: "what" },
      el(
        "p",
        { class: "title" },
        el("span", { class: "hidden" }, `${capital(severity)}: `),
        el(
          "a",
          { class: "name", href: `#/alerts/${fingerprint}` },
          alertname || "(without a name)",
        ),
        " ",
        el("span", { class: "place" }, episode.instance || episode.service),
      ),
      el("p", { class: "summary" }, summary),
    ),
    el("span", { class: "team" }, team),
    over,
    el("div", { class: "state" }, el("span", { class: "who" }, how)),
  );
  return {
    element: row,
    update: () => {
      setText(over, moment(endsAt));
      setAttribute(over, "title", fullTime(endsAt));
    },
  };
}

export function historyView() {
  const search = byId("history-search", HTMLInputElement);
  const more = byId("more-history", HTMLButtonElement);
  const show = keyedList(
    element("ended"),
    (/** @type {Ended} */ { id, endsAt }) => `${id} ${endsAt}`,
    rowOf,
  );
  /** @type {readonly Ended[]} */
  let episodes = [];
  let words = "";
  let atEnd = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;

  /** @param {readonly Ended[]} next @param {boolean} isLast */
  function take(next, isLast) {
    episodes = next;
    atEnd = isLast;
    show([...episodes].sort((a, b) => b.endsAt - a.endsAt || b.id - a.id));
    more.hidden = atEnd;
    const nothing = element("no-history");
    nothing.hidden = episodes.length > 0;
    setText(
      nothing,
      words === "" ? "Nothing has ended yet." : "No alert in the history has these words.",
    );
  }

  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      const q = search.value.trim() === "" ? undefined : search.value;
      history.replaceState(null, "", hrefOf("/history", new URLSearchParams(), { q }));
      dispatchEvent(new HashChangeEvent("hashchange"));
    }, 250);
  });

  more.addEventListener("click", () => {
    const last = episodes.at(-1);
    if (last === undefined) return;
    const asked = words;
    more.setAttribute("aria-busy", "true");
    api
      .ended(words, last.id)
      .then((answer) => {
        if (asked === words) take([...episodes, ...answer.episodes], answer.episodes.length < 100);
      })
      .catch(() => {
        notice("Not loaded: the service cannot be reached. Try again.");
      })
      .finally(() => {
        more.removeAttribute("aria-busy");
      });
  });

  return {
    /** @param {URLSearchParams} query @returns {Promise<() => void>} What shows it. */
    load: async (query) => {
      const asked = query.get("q") ?? "";
      const answer = await api.ended(asked);
      return () => {
        const [newest] = answer.episodes;
        // What was loaded beyond the first hundred stays as long as nothing is new.
        const same = asked === words && newest?.id === episodes[0]?.id && episodes.length > 0;
        words = asked;
        if (search !== document.activeElement) search.value = asked;
        if (!same) take(answer.episodes, answer.episodes.length < 100);
      };
    },
  };
}
