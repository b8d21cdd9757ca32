/** Where a proxy signs people in, its session ends there, and only a page that is asked for again leads to it. */
import { el, element } from "./dom.js";

const key = "vigil asked again";

/** Milliseconds in which it is not tried again: a proxy that lets pages pass but nothing else would have no end. */
const pause = 60_000;

/** Whether somebody is in the middle of something that would be lost. */
const isBusy = () =>
  document.querySelector("dialog[open]") !== null ||
  [...document.querySelectorAll("textarea")].some(({ value }) => value.trim() !== "");

/** Says it, and asks for the page again where nothing is lost by that. */
export function signInAnew() {
  const banner = element("banner");
  const link = el("a", { href: "./" }, "Sign in again");
  link.addEventListener("click", (event) => {
    // The same address as now is only scrolled to.
    event.preventDefault();
    location.reload();
  });
  banner.replaceChildren("Your session is over. What you see may have changed since. ", link);
  banner.hidden = false;
  const last = Number(sessionStorage.getItem(key));
  if (isBusy() || Date.now() - last < pause) return;
  sessionStorage.setItem(key, String(Date.now()));
  location.reload();
}
