import type { Labels } from "../../rules/lib/alert.ts";
import { ask, asHolder } from "../../lib/ask.ts";
import type { Outputs } from "./outputs.ts";

/** Alertmanager's view of an alert. */
export interface Verdict {
  readonly receivers: readonly string[];
  readonly silencedBy: readonly string[];
  readonly inhibitedBy: readonly string[];
}

/** Notifications to one receiver by one channel. */
export interface Delivery {
  readonly receiver: string;
  readonly integration: string;
  readonly sent: number;
  readonly failed: number;
}

interface Held {
  readonly labels: Labels;
  readonly receivers: readonly { readonly name: string }[];
  readonly status: Pick<Verdict, "silencedBy" | "inhibitedBy">;
}

const metric = /^alertmanager_notifications_(failed_)?total\{(.*)\} ([\d.e+]+)$/gm;

const labelIn = (labels: string, name: string): string =>
  new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1] ?? "";

/** Deliveries counted so far, from Alertmanager's own metrics. */
export function parseDeliveries(metrics: string): Delivery[] {
  const counted = new Map<string, { sent: number; failed: number }>();
  for (const [, failed, labels = "", value] of metrics.matchAll(metric)) {
    const key = `${labelIn(labels, "receiver_name")}\n${labelIn(labels, "integration")}`;
    const one = counted.get(key) ?? { sent: 0, failed: 0 };
    one[failed === undefined ? "sent" : "failed"] += Number(value);
    counted.set(key, one);
  }
  return [...counted].map(([key, counts]) => {
    const [receiver = "", integration = ""] = key.split("\n");
    return { receiver, integration, ...counts };
  });
}

/** Deliveries between two counts, if there were any. */
export function since(before: readonly Delivery[], after: readonly Delivery[]): Delivery[] {
  return after
    .map((now) => {
      const then = before.find(
        (one) => one.receiver === now.receiver && one.integration === now.integration,
      );
      return {
        ...now,
        sent: now.sent - (then?.sent ?? 0),
        failed: now.failed - (then?.failed ?? 0),
      };
    })
    .filter(({ failed, sent }) => sent > 0 || failed > 0);
}

/** A test alert in a running Alertmanager. */
export interface TestAlert {
  /** Posts it; it ends on its own after ten minutes. */
  start(): Promise<void>;
  /** Ends it. */
  end(): Promise<void>;
  /** Undefined while Alertmanager does not show it. */
  verdict(): Promise<Verdict | undefined>;
  deliveries(): Promise<Delivery[]>;
}

/** A client that sends an alert with these labels through the estate. */
export function testAlert(
  { alertmanager, authority, client }: Outputs,
  labels: Labels,
  annotations: Labels,
): TestAlert {
  const base = alertmanager?.url ?? "";
  const startsAt = new Date();
  const call = async (path: string, body?: unknown): Promise<string> => {
    const options = {
      authority,
      ...asHolder(client),
      ...(body !== undefined && { method: "POST" as const, body }),
    };
    const answer = await ask(`${base}${path}`, options);
    if (answer.status !== 200) throw new Error(`${path} answers ${answer.status}: ${answer.body}`);
    return answer.body;
  };
  const post = (endsAt: Date): Promise<string> =>
    call("/api/v2/alerts", [
      { labels, annotations, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() },
    ]);
  return {
    start: async () => {
      await post(new Date(startsAt.getTime() + 600_000));
    },
    end: async () => {
      await post(new Date());
    },
    verdict: async () => {
      const filter = Object.entries(labels).map(
        ([name, value]) => `filter=${encodeURIComponent(`${name}=${JSON.stringify(value)}`)}`,
      );
      const held = JSON.parse(await call(`/api/v2/alerts?${filter.join("&")}`)) as Held[];
      const [found] = held;
      return (
        found && {
          receivers: found.receivers.map(({ name }) => name).sort(),
          silencedBy: found.status.silencedBy,
          inhibitedBy: found.status.inhibitedBy,
        }
      );
    },
    deliveries: async () => parseDeliveries(await call("/metrics")),
  };
}
