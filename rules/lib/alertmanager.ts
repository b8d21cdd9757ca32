import { toYaml } from "../../lib/yaml.ts";
import { groupBy } from "../routing.ts";
import { inhibitions } from "../routing/inhibitions.ts";
import type { Maintenance } from "./alertmanager/maintenance.ts";
import { renderMatcher } from "./alertmanager/matcher.ts";
import type { Receivers } from "./alertmanager/receivers.ts";
import type { Route } from "./alertmanager/route.ts";
import { allRoutes, routeTree } from "./alertmanager/tree.ts";
import { renderWindow } from "./alertmanager/window.ts";

export type { Maintenance } from "./alertmanager/maintenance.ts";
export type { Channels, Means, ProcessorReceiver, Receivers } from "./alertmanager/receivers.ts";
export type { Window } from "./alertmanager/window.ts";

/** Names of time intervals; `hours` and windows cannot have the same one. */
const hoursName = "hours";
const windowName = (name: string): string => `maintenance-${name}`;

function renderRoute(route: Route): object {
  const { goesOn, matchers, pace, receiver, routes, windows, withinHours } = route;
  return {
    ...(matchers.length > 0 && { matchers: matchers.map(renderMatcher) }),
    receiver: receiver.name,
    group_wait: pace.wait,
    group_interval: pace.interval,
    repeat_interval: pace.repeat,
    ...(goesOn && { continue: true }),
    ...(withinHours && { active_time_intervals: [hoursName] }),
    ...(windows.length > 0 && { mute_time_intervals: windows.map(windowName) }),
    ...(routes.length > 0 && { routes: routes.map(renderRoute) }),
  };
}

const inhibitionRules = (): object[] =>
  inhibitions.map(({ equal, name, source, target }) => ({
    name,
    source_matchers: source.map(renderMatcher),
    target_matchers: target.map(renderMatcher),
    equal,
  }));

/** The text of alertmanager.yml. Same input, same bytes; holds no secret. */
export function renderAlertmanager(
  receivers: Receivers,
  maintenance: Readonly<Record<string, Maintenance>> = {},
): string {
  const tree = routeTree(receivers, maintenance);
  const told = new Map(allRoutes(tree).map(({ receiver }) => [receiver.name, receiver.configs]));
  const windows = Object.entries(maintenance).sort(([a], [b]) => (a < b ? -1 : 1));
  const intervals = [
    ...(receivers.hours ? [renderWindow(hoursName, receivers.hours)] : []),
    ...windows.map(([name, window]) => renderWindow(windowName(name), window)),
  ];
  const config = {
    route: { ...renderRoute(tree), group_by: groupBy },
    inhibit_rules: inhibitionRules(),
    ...(intervals.length > 0 && { time_intervals: intervals }),
    receivers: [...told]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, configs]) => ({ name, ...configs })),
  };
  return toYaml(config);
}
