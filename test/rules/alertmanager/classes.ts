import type { AlertClass } from "../../../rules/lib/alertmanager/cycles.ts";
import type { Alert } from "../../../rules/lib/alert.ts";
import { classOf } from "../../../rules/lib/explain.ts";

export { provenLabels as objectOf } from "../../../rules/lib/explain.ts";

/** The alerts of a catalogue as inhibitions see them; where they are is open. */
export function classesOf(alerts: readonly Alert[]): Record<string, AlertClass> {
  return Object.fromEntries(alerts.map((alert) => [alert.name, classOf(alert)]));
}
