/** Shapes that tell severities apart without colour. */

/** @import { Severity } from "./words.js" */

const space = "http://www.w3.org/2000/svg";

/** @type {Readonly<Record<Severity, readonly [outline: string, mark: string]>>} */
const paths = {
  emergency: ["M6 1h8l5 5v8l-5 5H6l-5-5V6z", "M6 6l8 8M14 6l-8 8"],
  critical: ["M10 1l9.5 17H.5z", "M10 7v5M10 14.5v1"],
  warning: ["M10 .5L19.5 10 10 19.5.5 10z", "M10 5.5v5.5M10 13.5v1"],
  info: ["M10 1a9 9 0 110 18 9 9 0 010-18z", "M10 9v5.5M10 5.5v1"],
};

/**
 * The shape of a severity; hidden from those who hear the page, who get the word.
 *
 * @param {Severity} severity
 */
export function shapeOf(severity) {
  const svg = document.createElementNS(space, "svg");
  const [outline, mark] = paths[severity];
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `shape ${severity}`);
  for (const [name, path] of [
    ["outline", outline],
    ["mark", mark],
  ]) {
    const drawn = document.createElementNS(space, "path");
    drawn.setAttribute("class", name ?? "");
    drawn.setAttribute("d", path ?? "");
    svg.append(drawn);
  }
  return svg;
}
