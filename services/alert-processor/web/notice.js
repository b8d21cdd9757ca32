/** Tells the reader what came of something. */
import { element, setText } from "./dom.js";

const shownFor = 12_000;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * Shows a sentence for a while, and says it to those who hear the page.
 *
 * @param {string} text
 */
export function notice(text) {
  setText(element("notice"), text);
  clearTimeout(timer);
  timer = setTimeout(() => {
    setText(element("notice"), "");
  }, shownFor);
}

/**
 * Says what changed to those who hear the page only: the others see it. An empty text changes nothing.
 *
 * @param {string} text
 */
export function announce(text) {
  if (text !== "") setText(element("announcer"), text);
}
