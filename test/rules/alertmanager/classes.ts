import type { AlertClass } from "../../../rules/lib/alertmanager/cycles.ts";
import type { Alert, Labels } from "../../../rules/lib/alert.ts";
import { labelsOf } from "../../../rules/lib/rule-file.ts";

/** Labels of an alert as its firing fixture has them, beside those of every alert. */
export function objectOf({ fires, target }: Alert): Labels {
  const all = { ...target, ...fires.labels };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

/** The alerts of a catalogue as inhibitions see them; where they are is open. */
export function classesOf(alerts: readonly Alert[]): Record<string, AlertClass> {
  return Object.fromEntries(
    alerts.map((alert) => {
      const fixed = { alertname: alert.name, ...labelsOf(alert) };
      const open = Object.keys(objectOf(alert)).filter((label) => !(label in fixed));
      return [alert.name, { fixed, open: new Set(["env", ...open]) }];
    }),
  );
}
