/** Puts the page together: who is signed in, where they are, what is open. */

/** @import { Alert } from "../core/alert.ts" */
/** @import { Action } from "../core/lifecycle.ts" */
/** @import { Details } from "./api.js" */
import { act } from "./act.js";
import { alertView } from "./alert.js";
import { api, ApiError } from "./api.js";
import { byId, element, setText } from "./dom.js";
import { focusHeading, showPage } from "./frame.js";
import { showFreshness } from "./freshness.js";
import { openList } from "./list.js";
import { keepFresh } from "./live.js";
import { newsOf } from "./news.js";
import { announce, notice } from "./notice.js";
import { daysOf, historyView, noiseView } from "./reports.js";
import { readRoute } from "./route.js";
import { signInForm } from "./sign-in.js";
import { setClock } from "./time.js";

/** How often relative times move on: milliseconds. */
const tick = 10_000;

let user = "";
let route = readRoute();
/** @type {readonly Alert[] | undefined} */
let open;
/** @type {Details | undefined} */
let details;

const signIn = signInForm(start);
const list = openList(async (alert) => {
  await perform(alert, { kind: "acknowledge" });
});
const one = alertView(perform);
const history = historyView();
const noise = noiseView();
const live = keepFresh(load, showFreshness);

/**
 * @param {Alert} alert
 * @param {Action} action
 */
async function perform(alert, action) {
  try {
    const next = await act(alert, action);
    if (next !== undefined) {
      const rest = next.status === "resolved" ? [] : [next];
      open = open?.flatMap((other) => (other.fingerprint === next.fingerprint ? rest : [other]));
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

/** Fetches what this page shows. */
async function load() {
  const asked = route;
  try {
    const [{ alerts, at }, own] = await Promise.all([api.list("open"), loadPage()]);
    setClock(at);
    if (user === "") return;
    if (open !== undefined) announce(newsOf(open, alerts));
    open = alerts;
    if (asked === route) own();
    render();
  } catch (error) {
    signedOut(error);
    throw error;
  }
}

/** @returns {Promise<() => void>} What shows it. */
async function loadPage() {
  const { fingerprint, query, view } = route;
  if (view === "history") {
    const { alerts } = await api.list("resolved");
    return () => {
      history.show(alerts);
    };
  }
  if (view === "noise") {
    const { alerts } = await api.noise(daysOf(query));
    return () => {
      noise.show(alerts, query);
    };
  }
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
  if (open === undefined) return;
  if (route.view === "open") list.show(open, route);
  if (details !== undefined) one.show(details, user);
  const title = route.view === "alert" && one.title() !== "" ? `${one.title()} · ` : "";
  document.title = `${open.length === 0 ? "All is well" : `(${open.length})`} ${title}Vigil`;
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

/** @param {string} name */
function start(name) {
  user = name;
  setText(element("user"), name);
  signIn.hide();
  element("page").hidden = false;
  showPage(route);
  void live.start().then(() => {
    focusHeading(route);
  });
}

/** Back to the form. */
function stop() {
  live.stop();
  user = "";
  open = undefined;
  details = undefined;
  element("page").hidden = true;
  element("banner").hidden = true;
  document.title = "Vigil";
  signIn.show();
}

/** @param {unknown} error */
function signedOut(error) {
  if (!(error instanceof ApiError) || error.status !== 401 || user === "") return;
  notice("Your session is over. Sign in again.");
  stop();
}

async function signOut() {
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

async function begin() {
  try {
    start((await api.session()).name);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) stop();
    else {
      const problem = error instanceof ApiError ? error : new ApiError(0, "");
      showFreshness({ live: false, updatedAt: undefined, problem });
      setTimeout(() => void begin(), 3_000);
    }
  }
}

addEventListener("hashchange", go);
element("sign-out").addEventListener("click", () => void signOut());
byId("skip", HTMLAnchorElement).addEventListener("click", (event) => {
  event.preventDefault();
  element("main").focus();
});
setInterval(render, tick);
void begin();
