/** Which part of the page is shown. */

/** @import { Route } from "./route.js" */
import { element, setAttribute } from "./dom.js";

const views = /** @type {const} */ ([
  "open",
  "alert",
  "history",
  "noise",
  "silences",
  "health",
  "lost",
]);

/** @param {Route} route */
export function showPage({ view }) {
  delete document.documentElement.dataset["elsewhere"];
  for (const one of views) element(`view-${one}`).hidden = one !== view;
  for (const one of /** @type {const} */ (["open", "history", "noise", "silences", "health"])) {
    setAttribute(element(`to-${one}`), "aria-current", one === view ? "page" : undefined);
  }
}

/**
 * Where a reader begins: at the heading, or at what is there in its place.
 *
 * @param {Route} route
 */
export function focusHeading({ view }) {
  scrollTo(0, 0);
  const places = element(`view-${view}`).querySelectorAll("h1, .back");
  const seen = [...places].filter((place) => place.checkVisibility());
  const place = seen.find(({ tagName }) => tagName === "H1") ?? seen[0];
  if (place instanceof HTMLElement) place.focus({ preventScroll: true });
}
