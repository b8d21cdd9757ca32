import type { Alert, AlertGroup, Duration } from "./alert.ts";
import { seconds } from "../../lib/duration.ts";

/**
 * How often an alert is looked at, by the time its condition must hold: one that waits ten minutes
 * loses nothing by a look a minute, and half of the catalogue waits that long.
 */
const paces: readonly { readonly from: Duration; readonly interval: Duration }[] = [
  { from: "10m", interval: "1m" },
  { from: "5m", interval: "30s" },
];

/** Alerts of a group that are evaluated together. */
export interface Paced {
  /** The group's own name for the quickest, with the interval behind it for the others. */
  readonly name: string;
  /** Prometheus' own interval where it is not given. */
  readonly interval?: Duration;
  readonly alerts: readonly Alert[];
}

/** Never quicker than the stack wants its rules evaluated. */
function intervalOf(alert: Alert, usual: number): Duration | undefined {
  const pace = paces.find(({ from }) => seconds(alert.for) >= seconds(from));
  return pace !== undefined && seconds(pace.interval) > usual ? pace.interval : undefined;
}

/**
 * Splits the alerts of a group by how often they must be looked at, quickest first. A group that says
 * its interval itself stays whole.
 *
 * @param usual - Seconds between two evaluations of a rule that says nothing.
 */
export function pacesOf(group: AlertGroup, alerts: readonly Alert[], usual: number): Paced[] {
  const { interval, name } = group;
  if (interval !== undefined) return [{ name, interval, alerts }];
  const found = new Map<Duration | undefined, Alert[]>();
  for (const alert of alerts) {
    const own = intervalOf(alert, usual);
    found.set(own, [...(found.get(own) ?? []), alert]);
  }
  const sorted = [...found].sort(([a], [b]) => seconds(a ?? "0s") - seconds(b ?? "0s"));
  return sorted.map(([own, members]) =>
    own === undefined
      ? { name, alerts: members }
      : { name: `${name}-${own}`, interval: own, alerts: members },
  );
}
