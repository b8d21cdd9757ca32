import type { Alert, AlertEvent, EventKind, Occasion, Status } from "../core/alert.ts";
import type { Episode } from "../core/writes.ts";
import type { Row } from "./sql.ts";
import type { DeliveryState, Taken } from "./store.ts";

const text = (row: Row, name: string): string => String(row[name]);
const number = (row: Row, name: string): number => Number(row[name]);
const optional = (row: Row, name: string): number | null =>
  row[name] === null ? null : number(row, name);
const owner = (row: Row, name: string): string | null =>
  row[name] === null ? null : text(row, name);
const texts = (row: Row, name: string): Record<string, string> =>
  JSON.parse(text(row, name)) as Record<string, string>;

export function alertOf(row: Row): Alert {
  return {
    fingerprint: text(row, "fingerprint"),
    status: text(row, "status") as Status,
    severity: text(row, "severity"),
    alertname: text(row, "alertname"),
    instance: text(row, "instance"),
    service: text(row, "service"),
    team: text(row, "team"),
    environment: text(row, "environment"),
    startsAt: number(row, "startsAt"),
    endsAt: optional(row, "endsAt"),
    lastSeenAt: number(row, "lastSeenAt"),
    updatedAt: number(row, "updatedAt"),
    labels: texts(row, "labels"),
    annotations: texts(row, "annotations"),
    owner: owner(row, "owner"),
    snoozedUntil: optional(row, "snoozedUntil"),
    closedBy: owner(row, "closedBy"),
    version: number(row, "version"),
  };
}

/** As a record of the table: labels and annotations as JSON. */
export const recordOf = (alert: Alert) => ({
  ...alert,
  labels: JSON.stringify(alert.labels),
  annotations: JSON.stringify(alert.annotations),
});

export const eventOf = (row: Row): AlertEvent => ({
  fingerprint: text(row, "fingerprint"),
  startsAt: number(row, "startsAt"),
  kind: text(row, "kind") as EventKind,
  at: number(row, "at"),
  actor: owner(row, "actor"),
  text: text(row, "text"),
});

const deliveryOf = (row: Row) => ({
  key: text(row, "key"),
  channel: text(row, "channel"),
  fingerprint: text(row, "fingerprint"),
  startsAt: number(row, "startsAt"),
  occasion: text(row, "occasion") as Occasion,
  rank: number(row, "rank"),
  dueAt: number(row, "dueAt"),
  attempts: number(row, "attempts"),
});

export const deliveryStateOf = (row: Row): DeliveryState => ({
  ...deliveryOf(row),
  state: text(row, "state") as DeliveryState["state"],
  settledAt: optional(row, "settledAt"),
  why: text(row, "why"),
});

/** The alert as it was in an episode that another followed: its end is the most one can know. */
function asOf(alert: Alert, { startsAt }: Episode): Alert {
  if (alert.startsAt === startsAt) return alert;
  return { ...alert, status: "resolved", startsAt, endsAt: alert.startsAt, owner: null };
}

/** A row of the outbox and its alert. */
export function takenOf(row: Row, alert: Alert): Taken & { readonly bundle: string | null } {
  const delivery = deliveryOf(row);
  const { attempts } = delivery;
  return {
    ...delivery,
    attempts: attempts + 1,
    plannedAt: number(row, "plannedAt"),
    bundle: owner(row, "bundle"),
    alert: asOf(alert, delivery),
  };
}
