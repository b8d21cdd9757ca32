/** @import { OpenAnswer } from "./api.js" */
/** @import { Me } from "./me.js" */
import { byId } from "./dom.js";

/**
 * What came with the page itself: who looks at it, and the worst of what is open. Once: what is asked for later
 * is newer.
 */
export function takeFirst() {
  if (document.getElementById("first") === null) return undefined;
  const found = byId("first", HTMLScriptElement);
  found.remove();
  const first = /** @type {unknown} */ (JSON.parse(found.text));
  return /** @type {{ me: Me, open: OpenAnswer }} */ (first);
}
