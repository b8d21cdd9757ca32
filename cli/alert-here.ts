import { setCommand } from "../components/config/commands.ts";
import type { Selection } from "../rules/selection.ts";
import type { Alert } from "../rules/lib/alert.ts";
import { type AlertLeftOut, needs, spelledReason } from "../rules/lib/needs.ts";

/** Whether a stack loads an alert, for a terminal: with the reason, and what to do where it is wrong. */
export function hereLines(
  { needs: need, service }: Alert,
  reason: AlertLeftOut | undefined,
  { services }: Selection,
): string[] {
  if (reason === undefined) {
    return ["loaded", ...(need === undefined ? [] : [`fires only where there is ${needs[need]}`])];
  }
  const [first = "", ...more] = spelledReason(reason);
  const load = setCommand(["rules", "services", services.length], service);
  return [
    `not loaded: ${first}`,
    ...more,
    `where something else scrapes it, load the rules of ${service}:`,
    load,
  ];
}
