import type { Pace } from "../../routing.ts";
import type { Matcher } from "./matcher.ts";
import type { Receiver } from "./receivers.ts";

/** A route of alertmanager.yml. An alert goes to the first child that fits, on from it where it says so. */
export interface Route {
  readonly matchers: readonly Matcher[];
  readonly receiver: Receiver;
  readonly pace: Pace;
  readonly goesOn: boolean;
  readonly withinHours: boolean;
  /** Names of the maintenance windows that mute it. */
  readonly windows: readonly string[];
  readonly routes: readonly Route[];
}
