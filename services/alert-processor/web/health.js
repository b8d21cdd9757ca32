/** The health of the whole path: from Prometheus through Alertmanager and the processor to people. */

/** @import { ChannelHealth, Health } from "./api.js" */
import { api, ApiError } from "./api.js";
import { el, element, keyedList, outside, setAttribute, setText } from "./dom.js";
import { me } from "./me.js";
import { notice } from "./notice.js";
import { duration, fullTime, localTimes, moment, now } from "./time.js";
import { capital, counted } from "./words.js";

/** @typedef {{ key: string, state: "good" | "bad" | "none", name: string, said: string, text: string,
 *   link?: string | undefined }} Step */

/** @param {number} at */
const ago = (at) => `${duration(now() - at)} ago`;

/** @param {Health} health @returns {Step[]} */
function stepsOf({ alertmanager, heartbeats, since, summary }) {
  const isSilent = (/** @type {string} */ fingerprint) =>
    summary.troubles.some(({ key }) => key === `heartbeat ${fingerprint}`);
  const watchdogs = heartbeats.map(({ annotations, fingerprint, labels, lastSeenAt }) => {
    const silent = isSilent(fingerprint);
    const whose = labels["cluster"] ?? labels["env"] ?? "";
    return /** @type {Step} */ ({
      key: fingerprint,
      state: silent ? "bad" : "good",
      name: `Prometheus${whose === "" ? "" : `, ${whose}`}`,
      said: silent ? "Silent" : "Heard",
      text: `Its Watchdog arrived through Alertmanager ${ago(lastSeenAt)}.`,
      link: annotations["generator_url"],
    });
  });
  /** @type {Step} */
  const none = {
    key: "prometheus",
    state: "bad",
    name: "Prometheus",
    said: "Not heard",
    text: `No Watchdog has arrived since ${moment(since)}: other alerts may not arrive either.`,
  };
  return [...(watchdogs.length > 0 ? watchdogs : [none]), stepOf(alertmanager)];
}

/** @param {Health["alertmanager"]} alertmanager @returns {Step} */
function stepOf(alertmanager) {
  const step = { key: "alertmanager", name: "Alertmanager", link: alertmanager?.url };
  if (alertmanager === null) {
    const text = "None is configured for comparison: alerts that it loses go unnoticed.";
    return { ...step, state: "none", said: "Not asked", text };
  }
  const { answeredAt, problem } = alertmanager;
  const last = answeredAt === null ? "It has not answered yet" : `It answered ${ago(answeredAt)}`;
  if (problem !== "") {
    return {
      ...step,
      state: "bad",
      said: "Does not answer",
      text: `${last}. ${capital(problem)}.`,
    };
  }
  if (answeredAt === null) {
    return { ...step, state: "none", said: "Not asked yet", text: "It is asked each minute." };
  }
  return {
    ...step,
    state: "good",
    said: "Answers",
    text: `${last}; its list is compared with ours.`,
  };
}

/** @param {Element} parent */
const stepsIn = (parent) =>
  keyedList(
    parent,
    (/** @type {Step} */ { key }) => key,
    ({ link, name }) => {
      const said = el("strong");
      const text = el("span", { class: "muted" });
      const element = el("li", { class: "step" }, outside(link ?? "", name) ?? name, said, text);
      return {
        element,
        update: (step) => {
          setAttribute(element, "data-state", step.state);
          setText(said, step.said);
          setText(text, step.text);
        },
      };
    },
  );

/** @param {ChannelHealth} channel */
function channelSaid({ due, dueSince, pending, problem }) {
  if (problem !== "") return capital(problem);
  if (due > 0 && dueSince !== null)
    return `${counted(due, "message waits", "messages wait")} since ${moment(dueSince)}`;
  return pending > 0
    ? `${counted(pending, "message is", "messages are")} planned`
    : "Nothing waits";
}

/**
 * @param {(error: unknown) => void} onProblem - Told of every failure.
 * @param {() => Promise<void>} refresh
 */
export function healthView(onProblem, refresh) {
  const showSteps = stepsIn(element("steps"));

  /** @param {HTMLElement} button @param {() => Promise<string>} work */
  async function during(button, work) {
    if (button.getAttribute("aria-disabled") === "true") return;
    setAttribute(button, "aria-disabled", "true");
    try {
      notice(await work());
    } catch (error) {
      onProblem(error);
      if (error instanceof ApiError && error.status !== 401) notice(`Not done: ${error.message}.`);
    } finally {
      setAttribute(button, "aria-disabled", undefined);
    }
    await refresh();
  }

  /** @param {string} text @param {() => Promise<string>} work */
  function action(text, work) {
    const button = el("button", { type: "button" }, text);
    button.addEventListener("click", () => void during(button, work));
    return button;
  }

  const showChannels = keyedList(
    element("channels"),
    (/** @type {ChannelHealth} */ { channel }) => channel,
    ({ channel, kind }) => {
      const told = el("td");
      const said = el("td");
      const dead = el("td", { class: "number" });
      const test = action("Send a test", async () => {
        const { sent, why } = await api.test(channel);
        return sent ? `${channel} accepted the test message.` : `${channel} rejected it: ${why}.`;
      });
      const name = el("th", { scope: "row" }, channel, " ", el("span", { class: "muted" }, kind));
      const row = el("tr", {}, name, told, said, dead, el("td", { class: "does" }, test));
      return {
        element: row,
        update: (next) => {
          setText(told, next.sentAt === null ? "Nothing yet" : moment(next.sentAt));
          setAttribute(told, "title", next.sentAt === null ? undefined : fullTime(next.sentAt));
          setText(said, channelSaid(next));
          setAttribute(said, "class", next.problem === "" ? undefined : "problem");
          setText(dead, String(next.dead));
          test.hidden = !me.mayAct;
        },
      };
    },
  );

  const showDead = keyedList(
    element("dead"),
    (/** @type {Health["dead"][number]} */ { key }) => key,
    (one) => {
      const time = el("time", { class: "muted" });
      const place = one.instance === "" ? "" : ` on ${one.instance}`;
      const link = el("a", { href: `#/alerts/${one.fingerprint}` }, `${one.alertname}${place}`);
      const tries = counted(one.attempts, "attempt", "attempts");
      const why = `${capital(one.why) || "No reason was given"}, after ${tries}`;
      return {
        element: el(
          "li",
          {},
          `${one.channel}: `,
          link,
          ` (${one.occasion}) `,
          el("span", {}, why),
          " ",
          time,
        ),
        update: () => {
          setText(time, moment(one.settledAt));
        },
      };
    },
  );

  const showQuarantine = keyedList(
    element("quarantine"),
    (/** @type {Health["quarantine"][number]} */ { at, raw, why }) => `${at} ${why} ${raw}`,
    ({ at, raw, why }) => {
      const time = el("span");
      const details = el("details", {}, el("summary", {}, time, " ", why), el("pre", {}, raw));
      return {
        element: el("li", {}, details),
        update: () => {
          setText(time, moment(at));
        },
      };
    },
  );

  const deadActions = [
    action("Send them again", async () => {
      const { skipped } = await api.redrive();
      return skipped === 0
        ? "They are sent again now."
        : `They are sent again now, except ${skipped} that are no longer true.`;
    }),
    action("Dismiss them", async () => {
      await api.dismiss();
      return "They are dismissed: nobody will be notified of these.";
    }),
  ];
  const forget = action("Delete them", async () => {
    await api.clearQuarantine();
    return "They are deleted.";
  });
  element("dead-actions").append(...deadActions);
  element("quarantine-actions").append(forget);

  return {
    /** @param {Health} health */
    show: (health) => {
      showSteps(stepsOf(health));
      const { troubles } = health.summary;
      setText(
        element("health-summary"),
        troubles.length === 0
          ? "Alerts can arrive, and people can be notified."
          : troubles.map(({ text, todo }) => localTimes(`${text} ${todo}`)).join("\n"),
      );
      showChannels(health.channels);
      element("no-channels").hidden = health.channels.length > 0;
      element("channels-table").hidden = health.channels.length === 0;
      showDead(health.dead);
      element("dead-part").hidden = health.dead.length === 0;
      showQuarantine(health.quarantine);
      element("quarantine-part").hidden = health.quarantine.length === 0;
      for (const id of ["dead-actions", "quarantine-actions"]) element(id).hidden = !me.mayAct;
    },
  };
}
