/** The colour of a message, where a service shows one. */
import { classOf } from "../core/severity.ts";
import type { Message } from "./channel.ts";
import { worstOf } from "./text.ts";

const colours: ReadonlyMap<string, string> = new Map([
  ["emergency", "#7b1fa2"],
  ["critical", "#d32f2f"],
  ["warning", "#f9a825"],
]);
const otherColour = "#1976d2";
const endColour = "#388e3c";

/** By the worst of its alerts, and green at the end: `#rrggbb`. */
export const colourOf = ({ alerts, occasion }: Message): string =>
  occasion === "resolved" ? endColour : (colours.get(classOf(worstOf(alerts))) ?? otherColour);
