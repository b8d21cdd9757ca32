import { createHash } from "node:crypto";

/** An alert as Alertmanager's webhook carries it: eight labels, two annotations. */
export interface Sent {
  readonly status: "firing" | "resolved";
  readonly fingerprint: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * An alert that fires; the same each time for the same number.
 *
 * @param startsAt - Milliseconds since 1970.
 */
export function firing(number: number, startsAt = 1_700_000_000_000): Sent {
  const instance = `host-${number}.example.com:9100`;
  return {
    status: "firing",
    fingerprint: createHash("sha256").update(instance).digest("hex").slice(0, 16),
    startsAt: new Date(startsAt).toISOString(),
    endsAt: "0001-01-01T00:00:00Z",
    labels: {
      alertname: "HostDiskFillsUp",
      env: "production",
      family: "HostDisk",
      instance,
      mountpoint: "/var/lib/postgresql",
      service: "host",
      severity: "critical",
      team: "platform",
    },
    annotations: {
      summary: `The disk of ${instance} is full within four hours`,
      description: `/var/lib/postgresql on ${instance} fills up at the rate of the last six hours.`,
      runbook_url: "https://example.com/runbooks/host.md#hostdiskfillsup",
    },
  };
}

/** The end of it, a minute after its beginning. */
export const ended = (alert: Sent): Sent => ({
  ...alert,
  status: "resolved",
  endsAt: new Date(Date.parse(alert.startsAt) + 60_000).toISOString(),
});

/** Numbers from `first` on. */
export const numbers = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index);
