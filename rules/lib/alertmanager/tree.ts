import {
  catchAll,
  heartbeat,
  type Pace,
  processorPace,
  teamPaces,
  teams,
  tellers,
  urgentWords,
  type Way,
  ways,
} from "../../routing.ts";
import { seconds } from "../../../lib/duration.ts";
import { cellsOf, divide, type Division, type Maintenance } from "./maintenance.ts";
import { is, type Matcher } from "./matcher.ts";
import { pruned } from "./reach.ts";
import {
  heartbeatOf,
  isShared,
  nobody,
  ofTeam,
  onCall,
  processorOf,
  type Receivers,
  withoutProcessor,
} from "./receivers.ts";
import type { Route } from "./route.ts";

const plain = { goesOn: false, withinHours: false, routes: [] } as const;

/** A team's own pace; what is urgent is added to an open group as soon as for those on call. */
function paceOf(way: Way, own: Pace | undefined): Pace {
  if (own === undefined) return way.pace;
  const shorter = seconds(way.pace.interval) < seconds(own.interval) ? way.pace : own;
  return { ...own, interval: shorter.interval };
}

function teamRoutes(
  receivers: Receivers,
  withinHours: boolean,
  windows: readonly string[],
): Route[] {
  return teams.flatMap((team) => {
    const receiver = ofTeam(team, receivers);
    if (receiver === undefined) return [];
    return ways.map((way) => ({
      ...plain,
      matchers: [is("team", team), is("severity", ...way.severities)],
      receiver,
      pace: paceOf(way, teamPaces[team]),
      goesOn: way.urgent,
      withinHours: withinHours && way.withinHours,
      windows,
    }));
  });
}

/** Everything that is told goes to the processor first, and on from it to people. */
function processorRoute(
  receivers: Receivers,
  pace: Pace,
  windows: readonly string[],
  matchers: readonly Matcher[] = [],
): Route[] {
  const receiver = processorOf(receivers);
  return receiver ? [{ ...plain, matchers, receiver, pace, windows, goesOn: true }] : [];
}

/** Nobody is notified at a route one of whose parts has taken the alert, as that to the processor has. */
function catchAllRoute(receivers: Receivers, windows: readonly string[]): Route[] {
  if (processorOf(receivers) === undefined) return [];
  const { pace } = catchAll;
  return [{ ...plain, matchers: [], receiver: onCall(catchAll, receivers), pace, windows }];
}

/** People: the teams, then those on call. */
function peopleRoutes(receivers: Receivers, windows: readonly string[]): Route[] {
  const withinHours = receivers.hours !== undefined;
  return [
    ...teamRoutes(receivers, withinHours, windows),
    ...ways.map((way) => ({
      ...plain,
      matchers: [is("severity", ...way.severities)],
      receiver: onCall(way, receivers),
      pace: way.pace,
      withinHours: withinHours && way.withinHours,
      windows,
    })),
  ];
}

/** Where the processor tells a part: what it may be too broken to tell, and what it takes for urgent. */
function sharedRoutes(receivers: Receivers, windows: readonly string[]): Record<string, Route[]> {
  if (!isShared(receivers)) return {};
  const own = withoutProcessor(receivers);
  const { pace } = catchAll;
  return {
    tellers: [
      {
        ...plain,
        matchers: [is("service", ...tellers)],
        receiver: onCall(catchAll, own),
        pace,
        windows,
        routes: peopleRoutes(own, windows),
      },
    ],
    words: [
      {
        ...plain,
        matchers: [is("severity", ...urgentWords)],
        receiver: onCall({ ...catchAll, urgent: true }, receivers),
        pace,
        windows,
      },
    ],
  };
}

/** Alerts muted by the same windows: maintenance first, then the teams, then those on call. */
function branch({ labels, parts, windows }: Division, receivers: Receivers): Route {
  const { tellers = [], words = [] } = sharedRoutes(receivers, windows);
  return {
    ...plain,
    matchers: Object.entries(labels).map(([label, value]) => is(label, value)),
    receiver: onCall(catchAll, receivers),
    pace: catchAll.pace,
    windows,
    routes: [
      ...parts.map((part) => branch(part, receivers)),
      ...processorRoute(receivers, processorPace, windows),
      ...tellers,
      ...peopleRoutes(receivers, windows),
      ...words,
      ...catchAllRoute(receivers, windows),
    ],
  };
}

/** The whole tree. No maintenance mutes the Watchdog: silence would look like a failure. */
export function routeTree(
  receivers: Receivers,
  maintenance: Readonly<Record<string, Maintenance>> = {},
): Route {
  const root = branch(divide(cellsOf(maintenance)), receivers);
  const aside = { ...plain, windows: [], pace: catchAll.pace, receiver: nobody };
  const watchdog = { ...aside, pace: heartbeat, receiver: heartbeatOf(receivers) };
  // Below a window of one team the routes of the others are without success.
  return pruned({
    ...root,
    routes: [
      ...processorRoute(receivers, heartbeat, [], [is("alertname", "Watchdog")]),
      { ...watchdog, matchers: [is("alertname", "Watchdog")] },
      // Alerts that only silence others notify nobody.
      { ...aside, matchers: [is("severity", "none")] },
      ...root.routes,
    ],
  });
}

/** A route and everything below it. */
export function allRoutes(route: Route): Route[] {
  return [route, ...route.routes.flatMap(allRoutes)];
}
