import type { Alert, AlertGroup } from "./lib/alert.ts";
import type { Lacks, AlertLeftOut } from "./lib/needs.ts";
import { group as slo, sloGroup, type SloOptions } from "./slo.ts";

/** What of a stack decides which rules it gets. */
export interface Selection extends SloOptions {
  /** Services whose rules are wanted though nothing of them is scraped by the stack itself. */
  readonly services: readonly string[];
  /** What the stack's own programs lack of what alerts need. */
  readonly lacks: Lacks;
}

/** Why an alert of a group is left out of a stack, where it can never fire; undefined where it is loaded. */
export function leftOut(
  alert: Alert,
  { job, service }: AlertGroup,
  { jobs, lacks, services }: Selection,
): AlertLeftOut | undefined {
  if (services.includes(service)) return undefined;
  if (job !== undefined && !jobs.includes(job)) return { job };
  const because = alert.needs && lacks[alert.needs];
  return alert.needs && because !== undefined ? { need: alert.needs, because } : undefined;
}

/** Those of the groups that have something to look at, with those of their alerts that can fire there. */
export function groupsFor(groups: readonly AlertGroup[], selection: Selection): AlertGroup[] {
  return groups.flatMap((group) => {
    const alerts = Object.entries(group.alerts).filter(
      ([, alert]) => leftOut(alert, group, selection) === undefined,
    );
    if (alerts.length === 0) return [];
    const whole = group === slo ? sloGroup(selection) : group;
    return [{ ...whole, alerts: Object.fromEntries(alerts) }];
  });
}
