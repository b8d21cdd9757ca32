import type { Incoming } from "../core/payload.ts";
import { deliveriesOf, type Subscription } from "../core/routing.ts";
import type { Planner } from "../core/writes.ts";
import type { Receipt } from "../store/store.ts";

/** A moment to count from; round, so that differences can be read. */
export const start = 1_700_000_000_000;

export const minute = 60_000;

/** A message about an alert, firing unless told otherwise. */
export function message(fields: Partial<Incoming> & { readonly severity?: string } = {}): Incoming {
  const { severity = "critical", ...rest } = fields;
  const labels = {
    alertname: "DiskFull",
    env: "production",
    instance: "db-1:9100",
    service: "host",
    severity,
    team: "platform",
  };
  return {
    fingerprint: "00000000000000a1",
    resolved: false,
    startsAt: start,
    endsAt: rest.resolved === true ? start + minute : null,
    labels,
    annotations: { summary: "The disk of db-1 is full" },
    ...rest,
  };
}

let receipts = 0;

/** As it is taken in. */
export const receiptOf = (...alerts: Incoming[]): Receipt => ({
  alerts,
  poison: [],
  digest: `digest ${(receipts += 1)}`,
});

export const subscriptions: readonly Subscription[] = [
  {
    channel: "pager",
    severities: ["emergency", "critical"],
    after: [0, 300, 900],
    also: ["acknowledged", "resolved"],
  },
  { channel: "chat", after: [0], also: ["resolved"] },
];

export const plan: Planner = (change) => deliveriesOf(change, subscriptions);
