/** What Alertmanager keeps quiet: silences, and alerts held back by others. */

/** @import { SeenAlert as Alert } from "../core/severity.ts" */
/** @import { Silence, Silences } from "./api.js" */
import { api, ApiError } from "./api.js";
import { ask, field } from "./dialog.js";
import { el, setText } from "./dom.js";
import { me } from "./me.js";
import { notice } from "./notice.js";
import { fullTime, hour, moment, now } from "./time.js";
import { titleOf } from "./words.js";

/** Between two questions: Alertmanager need not be asked for each change here. */
const pause = 30_000;

/** @type {Silences} */
let known = { silences: [], alerts: [], missing: "" };
let askedAt = -Infinity;

export const notAll = "Alertmanager does not report everything that is silenced";

/** Asks again where it is time. @param {boolean} [anyway] @returns {Promise<boolean>} Whether there is something new. */
export async function refreshQuiet(anyway = false) {
  if (!me.alertmanager || (!anyway && Date.now() - askedAt < pause)) return false;
  askedAt = Date.now();
  try {
    known = await api.silences();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) throw error;
    known = { ...known, missing: error instanceof Error ? error.message : String(error) };
  }
  return true;
}

/** Silences with the number of alerts that each keeps quiet now, and who did not answer. */
export function allSilences() {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const id of known.alerts.flatMap(({ silencedBy }) => silencedBy)) {
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const silences = known.silences.map((one) => ({ ...one, quiet: counts.get(one.id) ?? 0 }));
  return { missing: known.missing, silences };
}

/** @param {Alert} alert */
function quietOf({ fingerprint }) {
  const found = known.alerts.find((one) => one.fingerprint === fingerprint);
  const silences = known.silences.filter(({ id }) => found?.silencedBy.includes(id));
  return { silences, inhibitedBy: found?.inhibitedBy ?? [] };
}

/** In a list; empty where Alertmanager reports it. @param {Alert} alert */
export function quietWord(alert) {
  const { inhibitedBy, silences } = quietOf(alert);
  if (silences.length > 0) return "silenced";
  return inhibitedBy.length > 0 ? "inhibited" : "";
}

/** What Alertmanager answered, to whoever asked for something. @param {unknown} error */
function sayWhy(error) {
  if (!(error instanceof ApiError) || error.status === 401) throw error;
  notice(`Alertmanager did not do it: ${error.message}`);
}

const lengths = /** @type {const} */ ([
  [1, "1 hour"],
  [4, "4 hours"],
  [24, "1 day"],
  [7 * 24, "7 days"],
]);

/** All are chosen at first: no other alert is silenced by mistake. @param {Alert} alert */
function labelsOf({ labels }) {
  return Object.entries(labels)
    .filter(([, value]) => value !== "")
    .sort(([a], [b]) => (a === "alertname" ? -1 : b === "alertname" ? 1 : a < b ? -1 : 1))
    .map(([name, value]) => {
      const box = el("input", { type: "checkbox", checked: true });
      return {
        name,
        value,
        box,
        element: el("label", { class: "check" }, box, `${name}=${value}`),
      };
    });
}

/**
 * Asks what to silence, and does it.
 *
 * @param {Alert} alert
 */
export async function askToSilence(alert) {
  const labels = labelsOf(alert);
  const choices = lengths.map(([hours, text]) => el("option", { value: String(hours) }, text));
  const length = el("select", {}, ...choices);
  const comment = el("input", { required: true, maxlength: "4000", autocomplete: "off" });
  const matching = el(
    "fieldset",
    { class: "matchers" },
    el("legend", {}, "Alerts that have all of"),
    ...labels.map(({ element }) => element),
  );
  const yes = await ask({
    title: `Silence ${titleOf(alert)}`,
    text:
      "Alertmanager notifies nobody of these alerts for that time, including those still to come. " +
      "What is open here already stays open: snooze it to end its reminders.",
    fields: [matching, field("For", length), field("Why", comment)],
    yes: "Silence",
  });
  if (!yes) return;
  /** @type {Record<string, string>} */
  const chosen = {};
  for (const { box, name, value } of labels) if (box.checked) chosen[name] = value;
  const endsAt = Math.round(now() + Number(length.value) * hour);
  try {
    const silence = { labels: chosen, endsAt, comment: comment.value };
    await api.silence(silence);
    notice(`Alertmanager mutes it until ${moment(endsAt)}.`);
  } catch (error) {
    sayWhy(error);
  }
}

/** Asks whether to end a silence, and does it. @param {Silence} silence */
export async function endSilence({ createdBy, id }) {
  const title = `End the silence by ${createdBy}?`;
  const text = "Alertmanager notifies again of every alert that it covered.";
  if (!(await ask({ title, text, yes: "End it" }))) return;
  try {
    await api.endSilence(id);
    notice("The silence is over.");
  } catch (error) {
    sayWhy(error);
  }
}

/**
 * Who silences an alert, until when and why; what inhibits it.
 *
 * @param {() => void} onChanged
 */
export function quietPart(onChanged) {
  const element = el("div", { class: "quiet-part" });
  let shown = "";

  /** @param {Silence} silence */
  function lineOf(silence) {
    const { comment, createdBy, endsAt } = silence;
    const text = `Silenced in Alertmanager until ${moment(endsAt)} by ${createdBy}: ${comment}`;
    const line = el("p", { title: fullTime(endsAt) }, text);
    if (!me.mayAct) return line;
    const button = el("button", { type: "button" }, "End the silence");
    button.addEventListener("click", () => void endSilence(silence).then(onChanged));
    line.append(" ", button);
    return line;
  }

  return {
    element,
    /** @param {Alert} alert */
    update: (alert) => {
      const { inhibitedBy, silences } = quietOf(alert);
      const { missing } = known;
      // What is there stays what it is: a button must not go from under a finger.
      const next = JSON.stringify([silences, inhibitedBy, missing, me.mayAct]);
      if (next === shown) return;
      shown = next;
      const by = inhibitedBy.flatMap((fingerprint, index) => [
        index === 0 ? "" : ", ",
        el("a", { href: `#/alerts/${fingerprint}` }, index === 0 ? "another alert" : "one more"),
      ]);
      const inhibited = el("p", {}, "Inhibited in Alertmanager by ", ...by);
      const away = el("p", { class: "muted" });
      setText(away, `${notAll}: ${missing}`);
      element.replaceChildren(
        ...silences.map(lineOf),
        ...(by.length > 0 ? [inhibited] : []),
        ...(missing === "" ? [] : [away]),
      );
    },
  };
}
