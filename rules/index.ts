import { alertmanager } from "./alertmanager/index.ts";
import { group as application } from "./application.ts";
import { group as business } from "./business.ts";
import { group as celery } from "./celery.ts";
import { container } from "./container/index.ts";
import { etcd } from "./etcd/index.ts";
import { group as general } from "./general.ts";
import { gpu } from "./gpu/index.ts";
import { group as grafana } from "./grafana.ts";
import { host } from "./host/index.ts";
import { inference } from "./inference/index.ts";
import { kafka } from "./kafka/index.ts";
import { kubernetes } from "./kubernetes/index.ts";
import type { Alert, AlertGroup } from "./lib/alert.ts";
import type { Lacks, LeftOut } from "./lib/needs.ts";
import { loki } from "./loki/index.ts";
import { group as macos } from "./macos.ts";
import { mongodb } from "./mongodb/index.ts";
import { mysql } from "./mysql/index.ts";
import { group as pgbouncer } from "./pgbouncer.ts";
import { postgres } from "./postgres/index.ts";
import { group as probe } from "./probe.ts";
import { group as probeUptime } from "./probe-uptime.ts";
import { processor } from "./processor/index.ts";
import { prometheus } from "./prometheus/index.ts";
import { rabbitmq } from "./rabbitmq/index.ts";
import { ray } from "./ray/index.ts";
import { redis } from "./redis/index.ts";
import { security } from "./security/index.ts";
import { group as slo, sloGroup, type SloOptions } from "./slo.ts";
import { group as synthetic } from "./synthetic.ts";
import { group as tls } from "./tls.ts";
import { windows } from "./windows/index.ts";

/** Every group of alerts, in the order of their names. */
// prettier-ignore
export const groups: readonly AlertGroup[] = [
  ...alertmanager,
  application,
  business,
  celery,
  ...container,
  ...etcd,
  general,
  ...gpu,
  grafana,
  ...host,
  ...inference,
  ...kafka,
  ...kubernetes,
  ...loki,
  macos,
  ...mongodb,
  ...mysql,
  pgbouncer,
  ...postgres,
  probe,
  probeUptime,
  ...processor,
  ...prometheus,
  ...rabbitmq,
  ...ray,
  ...redis,
  ...security,
  slo,
  synthetic,
  tls,
  ...windows,
];

/** Every alert. */
export function allAlerts(): Alert[] {
  return groups.flatMap((group) => Object.values(group.alerts));
}

/** Names of the alerts whose threshold configuration may set. */
export function thresholdNames(): string[] {
  return allAlerts()
    .filter((alert) => alert.threshold !== undefined)
    .map((alert) => alert.name);
}

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
): LeftOut | undefined {
  if (services.includes(service)) return undefined;
  if (job !== undefined && !jobs.includes(job)) return { job };
  const because = alert.needs && lacks[alert.needs];
  return alert.needs && because !== undefined ? { need: alert.needs, because } : undefined;
}

/** The groups that have something to look at, with those of their alerts that can fire there. */
export function groupsFor(selection: Selection): AlertGroup[] {
  return groups.flatMap((group) => {
    const alerts = Object.entries(group.alerts).filter(
      ([, alert]) => leftOut(alert, group, selection) === undefined,
    );
    if (alerts.length === 0) return [];
    const whole = group === slo ? sloGroup(selection) : group;
    return [{ ...whole, alerts: Object.fromEntries(alerts) }];
  });
}
