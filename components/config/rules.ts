import type { Alert, AlertGroup } from "../../rules/lib/alert.ts";
import { slos } from "../../rules/slo.ts";
import { nearest } from "../../lib/nearest.ts";
import { outOfRange } from "../../rules/lib/threshold.ts";
import { removeCommand, setCommand } from "./commands.ts";
import type { Path } from "./fields.ts";
import { type ConfigProblem, mistake } from "./mistakes.ts";
import type { Config } from "./schema.ts";

/** The complaint about a name, with the one that was probably meant. */
function unknown(path: Path, what: string, name: string, known: readonly string[]): ConfigProblem {
  const meant = nearest(name, known);
  const hint =
    meant === undefined ? "`make explain` lists what there is" : `did you mean ${meant}?`;
  return mistake(path, `is not ${what}; ${hint}`, removeCommand(path));
}

/** Thresholds that name no alert, and values that an alert's threshold can never have. */
function thresholdProblems(
  path: Path,
  values: Readonly<Record<string, number>>,
  all: readonly Alert[],
): ConfigProblem[] {
  const alerts = new Map(all.map((alert) => [alert.name, alert]));
  const tunable = all.filter(({ threshold }) => threshold !== undefined).map(({ name }) => name);
  return Object.entries(values).flatMap(([name, value]) => {
    const at = [...path, name];
    const threshold = alerts.get(name)?.threshold;
    if (threshold === undefined) return [unknown(at, "an alert with a threshold", name, tunable)];
    const wrong = outOfRange(value, threshold);
    return wrong === undefined
      ? []
      : [mistake(at, wrong.reason, setCommand(at, String(wrong.instead)))];
  });
}

/** Settings below `vigil:rules` that match nothing in the catalogue, or cannot be. */
export function ruleProblems(
  { rules }: Partial<Config>,
  groups: readonly AlertGroup[],
): ConfigProblem[] {
  if (rules === undefined) return [];
  const all = groups.flatMap((group) => Object.values(group.alerts));
  const alerts = all.map(({ name }) => name);
  const services = [...new Set(groups.map(({ service }) => service))];
  return [
    ...thresholdProblems(["rules", "thresholds"], rules.thresholds, all),
    ...Object.entries(rules.instances).flatMap(([instance, values]) =>
      thresholdProblems(["rules", "instances", instance], values, all),
    ),
    ...Object.keys(rules.off)
      .filter((alert) => !alerts.includes(alert))
      .map((alert) => unknown(["rules", "off", alert], "an alert", alert, alerts)),
    ...Object.keys(rules.objectives)
      .filter((slo) => !(slo in slos))
      .map((slo) =>
        unknown(["rules", "objectives", slo], "a service level objective", slo, Object.keys(slos)),
      ),
    ...rules.services.flatMap((service, index) =>
      services.includes(service)
        ? []
        : [unknown(["rules", "services", index], "a service with rules", service, services)],
    ),
  ];
}
