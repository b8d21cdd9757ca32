/** Puts the page together: who is signed in, where they are, what is open. */

/** @import { SeenAlert as Alert } from "../core/severity.ts" */
/** @import { Action } from "../core/lifecycle.ts" */
/** @import { Details, OpenAnswer, Summary } from "./api.js" */
import { act } from "./act.js";
import { alertView } from "./alert.js";
import { api, ApiError } from "./api.js";
import { ask, askForSnooze } from "./dialog.js";
import { byId, element, setText } from "./dom.js";
import { healthView } from "./health.js";
import { historyView } from "./history.js";
import { takeFirst } from "./first.js";
import { focusHeading, showPage } from "./frame.js";
import { showFreshness, showRefusal } from "./freshness.js";
import { onKeys } from "./keys.js";
import { knownAlerts } from "./known.js";
import { openList } from "./list.js";
import { keepFresh } from "./live.js";
import { actOnMany } from "./many.js";
import { me } from "./me.js";
import { begunIn, wordsOf } from "./news.js";
import { daysOf, noiseView } from "./noise.js";
import { announce, notice } from "./notice.js";
import { signInAnew } from "./proxied.js";
import { pickedAlerts } from "./picked.js";
import { refreshQuiet } from "./quiet.js";
import { readRoute } from "./route.js";
import { signInForm } from "./sign-in.js";
import { silencesView } from "./silences.js";
import { ring } from "./sound.js";
import { setClock } from "./time.js";
import { showTroubles } from "./troubles.js";
import { counted, severityOf, titleOf } from "./words.js";

/** How often relative times move on: milliseconds. */
const tick = 10_000;

/** Alerts that the list has at most: of more, the worst. */
const most = 5_000;

let signedIn = false;
let route = readRoute();
const known = knownAlerts();
/** @type {Summary | undefined} */
let summary;
/** @type {Details | undefined} */
let details;

// The page comes again, with what is open in it.
const signIn = signInForm(() => {
  location.reload();
});
const picked = pickedAlerts((alerts, action) => onMany(alerts, action), render);
const list = openList(
  {
    onTake: async (alert) => {
      await perform(alert, { kind: "acknowledge" });
    },
    onSnooze: async (alert) => {
      const until = await askForSnooze(titleOf(alert));
      if (until !== undefined) await perform(alert, { kind: "snooze", until });
    },
    onTakeAll: (alerts, name) => void takeAll(alerts, name),
  },
  picked,
  render,
);
const one = alertView(perform, () => void showQuiet(true));
const silences = silencesView(() => void showQuiet(true));
const history = historyView();
const noise = noiseView();
const health = healthView(signedOut, () => live.refresh());
const live = keepFresh({
  load,
  topic: () => (route.view === "alert" ? route.fingerprint : route.view === "open" ? "open" : ""),
  address: () => {
    if (route.view === "alert") return `v1/changes?alert=${route.fingerprint}`;
    if (route.view === "open") return `v1/changes?since=${known.position() ?? 0}`;
    return "v1/changes?only=summary";
  },
  onEvent: (name, data) => {
    if (name === "summary") summary = /** @type {Summary} */ (data);
    else takeIn({ .../** @type {OpenAnswer} */ (data), whole: false });
    render();
  },
  onFreshness: showFreshness,
});

/**
 * @param {Alert} alert
 * @param {Action} action
 */
async function perform(alert, action) {
  try {
    const next = await act(alert, action);
    if (next !== undefined) {
      known.put(next);
      if (details?.alert.fingerprint === next.fingerprint) details = { ...details, alert: next };
      render();
    }
    void live.refresh();
    return next !== undefined && next.version === alert.version + 1;
  } catch (error) {
    signedOut(error);
    return false;
  }
}

/**
 * @param {readonly Alert[]} alerts
 * @param {Action} action
 */
async function onMany(alerts, action) {
  try {
    await actOnMany(alerts, action);
    await live.refresh();
  } catch (error) {
    signedOut(error);
  }
}

/** @param {readonly Alert[]} alerts @param {string} name */
async function takeAll(alerts, name) {
  const what = counted(alerts.length, "alert", "alerts");
  const title = `Acknowledge ${what} of ${name}?`;
  const text = "You have all of them then. Nobody is notified again until you give them back.";
  if (alerts.length > 1 && !(await ask({ title, text, yes: "Acknowledge" }))) return;
  await onMany(alerts, { kind: "acknowledge" });
}

/** What is silenced is told beside: Alertmanager may take its time, or be away. @param {boolean} [anyway] */
async function showQuiet(anyway) {
  try {
    if (await refreshQuiet(anyway)) render();
  } catch (error) {
    signedOut(error);
  }
}

/** @param {OpenAnswer} answer */
function takeIn(answer) {
  setClock(answer.at);
  const news = known.apply(answer);
  announce(wordsOf(news));
  if (begunIn(news).some((alert) => ["emergency", "critical"].includes(severityOf(alert)))) ring();
}

/** Shows the worst alerts, until the rest is there. @param {OpenAnswer} answer */
function showWorst(answer) {
  summary = answer.summary;
  takeIn(answer);
  known.doubt();
  render();
}

/** Fetches what this page shows. */
async function load() {
  const asked = route;
  try {
    const [state, own] = await Promise.all([
      asked.view === "open"
        ? api.open(known.isWhole() ? known.position() : undefined)
        : api.summary(),
      loadPage(),
    ]);
    if (!signedIn) return;
    summary = state.summary;
    if (asked.view === "open") takeIn(/** @type {OpenAnswer} */ (state));
    else setClock(state.at);
    if (asked === route) own();
    render();
    if (["open", "alert"].includes(asked.view)) void showQuiet();
  } catch (error) {
    signedOut(error);
    throw error;
  }
}

/** @returns {Promise<() => void>} What shows it. */
async function loadPage() {
  const { fingerprint, query, view } = route;
  if (view === "history") return history.load(query);
  if (view === "health") {
    const found = await api.health();
    return () => {
      health.show(found);
    };
  }
  if (view === "noise") {
    const { alerts } = await api.noise(daysOf(query));
    return () => {
      noise.show(alerts, query);
    };
  }
  if (view === "silences") await refreshQuiet(true);
  if (view !== "alert") return () => undefined;
  const found = await api.details(fingerprint).catch((/** @type {unknown} */ error) => {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  });
  return () => {
    details = found;
    if (found === undefined) one.showMissing();
  };
}

/** Shows what is known; cheap where nothing changed. */
function render() {
  if (summary === undefined) return;
  const { troubles } = summary;
  const isList = route.view === "open" && known.position() !== undefined;
  // What is known is newer, but may be the worst of it only.
  const length = known.open().length;
  const isAll = isList && known.isWhole() && length < most;
  const open = isAll ? length : Math.max(length, summary.open);
  if (isList) list.show(known.open(), route, open);
  if (details !== undefined) one.show(details);
  if (route.view === "silences") silences.show();
  showTroubles({ open, troubles }, route);
  const title = route.view === "alert" && one.title() !== "" ? `${one.title()} · ` : "";
  const state = open > 0 ? `(${open})` : troubles.length > 0 ? "Trouble" : "All is well";
  document.title = `${state} ${title}Vigil`;
}

/** Shows the page that the address names. */
function go() {
  const before = route;
  route = readRoute();
  const sameAlert = before.fingerprint === route.fingerprint;
  const same = before.view === route.view && sameAlert;
  if (!sameAlert) {
    details = undefined;
    one.clear();
  }
  if (before.view === "open" && !same) one.returnsTo(lastList);
  if (route.view === "open") lastList = location.hash || "#/";
  showPage(route);
  render();
  if (same && ["open", "alert"].includes(route.view)) return;
  if (!same) notice("");
  void live.refresh().then(() => {
    if (!same) focusHeading(route);
  });
}

let lastList = "#/";

/** Back to the form. */
function stop() {
  live.stop();
  signedIn = false;
  summary = undefined;
  details = undefined;
  known.forget();
  element("page").hidden = true;
  element("banner").hidden = true;
  document.title = "Vigil";
  signIn.show();
}

/** @param {unknown} error */
function signedOut(error) {
  if (!(error instanceof ApiError) || error.status !== 401 || !signedIn) return;
  if (me.byProxy) {
    live.stop();
    signInAnew();
    return;
  }
  notice("Your session is over. Sign in again.");
  stop();
}

async function signOut() {
  if (me.signOutUrl !== "") {
    location.assign(me.signOutUrl);
    return;
  }
  try {
    await api.signOut();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) {
      notice("Not signed out: the service cannot be reached. Try again.");
      return;
    }
  }
  // From the beginning: nothing of the alerts stays in the page.
  location.reload();
}

/** Begins with whoever is signed in. */
async function begin() {
  const first = takeFirst();
  try {
    Object.assign(me, first?.me ?? (await api.session()));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) stop();
    else if (error instanceof ApiError && error.status === 403) showRefusal(error.message);
    else {
      const problem = error instanceof ApiError ? error : new ApiError(0, "");
      showFreshness({ live: false, updatedAt: undefined, problem });
      setTimeout(() => void begin(), 3_000);
    }
    return;
  }
  signedIn = true;
  setText(element("user"), me.mayAct ? me.name : `${me.name} (read-only)`);
  element("user").title = me.name;
  element("sign-out").hidden = !me.maySignOut;
  element("to-silences").hidden = !me.alertmanager;
  signIn.hide();
  element("page").hidden = false;
  showPage(route);
  if (first !== undefined) showWorst(first.open);
  await live.start();
  focusHeading(route);
}

addEventListener("hashchange", go);
element("sign-out").addEventListener("click", () => void signOut());
byId("skip", HTMLAnchorElement).addEventListener("click", (event) => {
  event.preventDefault();
  element("main").focus();
});
onKeys({ route: () => route, move: list.move });
setInterval(() => {
  render();
  if (signedIn && ["open", "alert", "silences"].includes(route.view)) void showQuiet();
}, tick);
void begin();
