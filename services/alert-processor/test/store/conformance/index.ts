import type { Store } from "../../../store/store.ts";
import { tellsAgain } from "./again.ts";
import { takesWhatIsDue } from "./due.ts";
import { tellsEnds } from "./ends.ts";
import { looksBack } from "./looking-back.ts";
import { remembersAlerts } from "./memory.ts";
import { agreesInAnyOrder } from "./order.ts";
import { letsPeopleAct } from "./people.ts";

/**
 * What every store must do. Runs the same on each.
 *
 * @param open - Opens an empty store; called for each test.
 * @param runs - In how many orders the same messages are taken in.
 */
export function conforms(name: string, open: () => Promise<Store>, runs = 50): void {
  remembersAlerts(name, open);
  agreesInAnyOrder(name, open, runs);
  letsPeopleAct(name, open);
  takesWhatIsDue(name, open);
  tellsEnds(name, open);
  tellsAgain(name, open);
  looksBack(name, open);
}
