import { allAlerts, groups, thresholdNames } from "../../rules/index.ts";
import { slos } from "../../rules/slo.ts";
import { nearest } from "../../rules/lib/nearest.ts";
import type { ConfigProblem } from "./parse.ts";
import type { Config } from "./schema.ts";

/** The complaint about a name, with the one that was probably meant. */
function unknown(
  path: string,
  what: string,
  name: string,
  known: readonly string[],
): ConfigProblem {
  const meant = nearest(name, known);
  const hint =
    meant === undefined ? "`make explain` lists what there is" : `did you mean ${meant}?`;
  return { path, reason: `names no ${what}; ${hint}`, fix: `pulumi config rm --path '${path}'` };
}

/** Names below `vigil:rules` that nothing in the catalogue has. */
export function unknownRuleNames({ rules }: Partial<Config>): ConfigProblem[] {
  if (rules === undefined) return [];
  const tunable = thresholdNames();
  const alerts = allAlerts().map(({ name }) => name);
  const services = [...new Set(groups.map(({ service }) => service))];
  const thresholds = (path: string, values: Readonly<Record<string, number>>): ConfigProblem[] =>
    Object.keys(values)
      .filter((alert) => !tunable.includes(alert))
      .map((alert) => unknown(`${path}.${alert}`, "alert with a threshold", alert, tunable));
  return [
    ...thresholds("vigil:rules.thresholds", rules.thresholds),
    ...Object.entries(rules.instances).flatMap(([instance, values]) =>
      thresholds(`vigil:rules.instances["${instance}"]`, values),
    ),
    ...Object.keys(rules.off)
      .filter((alert) => !alerts.includes(alert))
      .map((alert) => unknown(`vigil:rules.off.${alert}`, "alert", alert, alerts)),
    ...Object.keys(rules.objectives)
      .filter((slo) => !(slo in slos))
      .map((slo) =>
        unknown(`vigil:rules.objectives.${slo}`, "service level objective", slo, Object.keys(slos)),
      ),
    ...rules.services.flatMap((service, index) =>
      services.includes(service)
        ? []
        : [unknown(`vigil:rules.services[${index}]`, "service with rules", service, services)],
    ),
  ];
}
