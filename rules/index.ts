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
import { group as slo } from "./slo.ts";
import { group as synthetic } from "./synthetic.ts";
import { group as tls } from "./tls.ts";
import { windows } from "./windows/index.ts";

/** Every group of alerts, in the order of their names. A stack loads those that it has use for: see `loading.ts`. */
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
