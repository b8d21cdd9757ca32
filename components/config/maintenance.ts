import type { AlertGroup } from "../../rules/lib/alert.ts";
import { cellsOf, divide, type Division } from "../../rules/lib/alertmanager/maintenance.ts";
import { type Known, unreachable } from "../../rules/lib/alertmanager/reach.ts";
import { routeTree } from "../../rules/lib/alertmanager/tree.ts";
import { listed } from "../../rules/lib/alertmanager/window.ts";
import { severities, teams } from "../../rules/routing.ts";
import { objectLabels } from "../../rules/routing/inhibitions.ts";
import { receiverFiles } from "../render/alertmanager.ts";
import { removeCommand, setCommand } from "./commands.ts";
import { type ConfigProblem, hint, mistake } from "./mistakes.ts";
import { always } from "./receivers.ts";
import type { Config } from "./schema.ts";
import { alertmanagerTellings } from "../tellings.ts";

/** Values of labels as far as they can be known: rule files of your own may bring any. */
function knownValues(
  { environment, rules }: Partial<Config>,
  groups: readonly AlertGroup[],
): Known {
  const env: Known = environment === undefined ? {} : { env: [environment] };
  if (rules === undefined || Object.keys(rules.extra).length > 0) return env;
  const alerts = groups.flatMap((group) => Object.values(group.alerts));
  const of = (pick: (alert: (typeof alerts)[number]) => string): string[] => [
    ...new Set(alerts.map(pick)),
  ];
  return {
    ...env,
    alertname: of(({ name }) => name),
    family: of(({ family }) => family),
    layer: of(({ layer }) => layer),
    scope: of(({ scope }) => scope),
    service: of(({ service }) => service),
    severity: severities,
    team: teams,
  };
}

/** Labels an alert of the catalogue may have. */
const labels = [
  ...["alertname", "down", "env", "family", "host", "instance", "job", "layer", "scope", "service"],
  ...["severity", "team"],
  ...objectLabels,
];

/** More than this, and the tree of routes is no longer one that people can read. */
const mostDivisions = 64;

const count = ({ parts }: Division): number => parts.reduce((sum, part) => sum + count(part), 1);

function windowProblems(
  config: Partial<Config>,
  maintenance: Config["maintenance"],
): ConfigProblem[] {
  const anyLabel = config.rules === undefined || Object.keys(config.rules.extra).length > 0;
  return Object.entries(maintenance).flatMap(([name, window]) => {
    const path = ["maintenance", name];
    const noTime = "has no time and would mute forever; give it any of weekdays, times, days";
    const noMatcher = "mutes nothing; say which alerts by label";
    const named = Object.keys(window.matchers);
    return [
      ...(always(window)
        ? [mistake(path, noTime, setCommand([...path, "times"], "02:00-04:00"))]
        : []),
      ...(named.length === 0
        ? [
            mistake(
              [...path, "matchers"],
              noMatcher,
              setCommand([...path, "matchers", "host"], "web-1"),
            ),
          ]
        : []),
      ...named
        .filter((label) => !anyLabel && !labels.includes(label))
        .map((label) => {
          const at = [...path, "matchers", label];
          return mistake(
            at,
            `is a label that no alert has; ${hint(label, labels)}`,
            removeCommand(at),
          );
        }),
    ];
  });
}

/** Windows that could never mute anything, found on the routes that they become. */
function idleWindows(
  config: Partial<Config>,
  maintenance: Config["maintenance"],
  groups: readonly AlertGroup[],
): ConfigProblem[] {
  const known = knownValues(config, groups);
  const { channels = {}, receivers = {} } = config;
  const told = alertmanagerTellings({ channels, receivers }, false);
  const tree = routeTree(receiverFiles(told, ""), maintenance);
  const found = unreachable(tree, known).flatMap(({ matchers, route }) =>
    route.windows.flatMap((window): ConfigProblem[] => {
      const path = ["maintenance", window, "matchers"];
      const own = matchers.flatMap((one) =>
        "in" in one ? one.in.map((value) => [one.label, value] as const) : [],
      );
      const unheard = own.filter(
        ([label, value]) =>
          Object.hasOwn(known, label) &&
          known[label]?.includes(value) === false &&
          listed(maintenance[window]?.matchers[label] ?? "").includes(value),
      );
      if (unheard.length === 0) {
        return [
          mistake(
            path,
            "matches no alert that anybody is notified about",
            removeCommand(["maintenance", window]),
          ),
        ];
      }
      return unheard.map(([label, value]) => {
        const at = [...path, label];
        const reason = `is ${value}, which no alert has; ${hint(value, known[label] ?? [])}`;
        return mistake(at, reason, removeCommand(at));
      });
    }),
  );
  return [...new Map(found.map((problem) => [problem.path + problem.reason, problem])).values()];
}

/** Mistakes in `vigil:maintenance`. */
export function maintenanceProblems(
  config: Partial<Config>,
  groups: readonly AlertGroup[],
): ConfigProblem[] {
  const { maintenance = {} } = config;
  const windows = windowProblems(config, maintenance);
  if (windows.length > 0) return windows;
  const divisions = count(divide(cellsOf(maintenance)));
  if (divisions <= mostDivisions) return idleWindows(config, maintenance, groups);
  return [
    mistake(
      ["maintenance"],
      `overlaps in ${divisions} ways, more than ${mostDivisions}; use fewer labels or values`,
      "./vigil pulumi config get vigil:maintenance",
    ),
  ];
}
