import { group as general } from "./general.ts";
import { group as host } from "./host.ts";
import type { Alert, AlertGroup } from "./lib/alert.ts";

/** Every group of alerts, in the order of their names. */
export const groups: readonly AlertGroup[] = [general, host];

/** Every alert. */
export function allAlerts(): Alert[] {
  return groups.flatMap((group) => Object.values(group.alerts));
}

/** Names of the alerts whose threshold configuration may set. */
export function thresholdNames(): string[] {
  return allAlerts()
    .filter((alert) => alert.threshold !== undefined)
    .map((alert) => alert.name);
}
