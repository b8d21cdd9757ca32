import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { PatientStore } from "../store/patient.ts";
import type { Clock } from "./clock.ts";
import type { Doubt } from "./doubt.ts";
import { awaited } from "./listening.ts";
import { hookResults } from "./routes/hooks.ts";

const prefix = "vigil_processor";

/** Whether alerts may be over. */
type Asked = Pick<Doubt, "before">;

/** The processor's metrics. */
export interface Metrics {
  readonly contentType: string;
  /** All of it as text, with one look at the store. */
  render(store: PatientStore, clock: Clock, since: number, doubt?: Asked): Promise<string>;
  readonly requests: Counter<"code" | "method" | "route">;
  readonly received: Counter<"result">;
  readonly commits: Histogram;
  readonly overloaded: Counter;
  readonly storeErrors: Counter;
  readonly oddSeverities: Counter;
  readonly notifications: Counter<"channel" | "result">;
  readonly heard: Counter<"channel" | "result">;
  readonly heartbeats: Counter<"result">;
  readonly reconciled: Counter<"result">;
}

/** @param ears - Channels from whose other side is heard. */
export function metricsOf(channels: readonly string[], ears: readonly string[] = []): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <Name extends string>(name: string, help: string, labelNames: readonly Name[]) =>
    new Counter({ name: `${prefix}_${name}_total`, help, labelNames, registers });

  const gauges = {
    open: gauge("open_alerts", "Alerts that are not resolved."),
    pending: gauge("outbox_pending", "Deliveries that wait to be sent, planned ones included."),
    dead: gauge("outbox_dead", "Deliveries that were given up."),
    quarantined: gauge("quarantined", "Alerts that could not be understood."),
    oldest: gauge(
      "outbox_oldest_seconds",
      "How long the oldest delivery has been due; 0 for none.",
    ),
    watchdog: gauge(
      "watchdog_age_seconds",
      "Time since the heartbeat that is silent longest was heard.",
    ),
    up: gauge("store_up", "Whether the store answers: 1 or 0."),
  };
  function gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `${prefix}_${name}`, help, registers });
  }

  async function look(...[store, clock, since, doubt]: Parameters<Metrics["render"]>) {
    try {
      const depth = await store.depth(await doubt?.before());
      const { dead, oldestDueAt, open, pending, quarantined } = depth;
      const now = clock();
      gauges.open.set(open);
      gauges.pending.set(pending);
      gauges.dead.set(dead);
      gauges.quarantined.set(quarantined);
      gauges.oldest.set(oldestDueAt === null ? 0 : Math.max(0, now - oldestDueAt) / 1000);
      const seen = (await awaited(store)).map(({ lastSeenAt }) => lastSeenAt);
      // What was never heard counts from the start.
      const last = seen.length > 0 ? Math.min(...seen) : since;
      gauges.watchdog.set(Math.max(0, now - last) / 1000);
      gauges.up.set(store.state().up ? 1 : 0);
    } catch {
      gauges.up.set(0);
    }
  }

  const metrics: Metrics = {
    contentType: registry.contentType,
    render: async (...asked) => {
      await look(...asked);
      return registry.metrics();
    },
    requests: counter("http_requests", "Requests by route, method and status.", [
      "method",
      "route",
      "code",
    ]),
    received: counter("alerts_received", "Alerts taken in: changed, repeated or poisoned.", [
      "result",
    ]),
    commits: new Histogram({
      name: `${prefix}_commit_seconds`,
      help: "Time of a transaction that takes messages in.",
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    overloaded: counter("overloaded", "Messages refused for lack of room.", []),
    oddSeverities: counter("odd_severities", "Alerts whose severity is not a known word.", []),
    storeErrors: counter("store_errors", "Failures of the database.", []),
    notifications: counter(
      "notifications",
      "Messages by channel: sent, again, refused (and tried again) or dead.",
      ["channel", "result"],
    ),
    heard: counter(
      "hooks",
      "Messages from the other side of channels: done, noted, nothing, unknown, repeated, forged, senseless, old.",
      ["channel", "result"],
    ),
    heartbeats: counter("heartbeats", "Pings of the heartbeat's address: sent or failed.", [
      "result",
    ]),
    reconciled: counter(
      "reconciled",
      "Differences to Alertmanager's list: lost, found; failed looks.",
      ["result"],
    ),
  };
  // A counter that appears with its first failure has no rate before it.
  for (const result of ["changed", "repeated", "poisoned"]) metrics.received.inc({ result }, 0);
  for (const result of ["lost", "found", "failed"]) metrics.reconciled.inc({ result }, 0);
  for (const result of ["sent", "failed"]) metrics.heartbeats.inc({ result }, 0);
  for (const code of ["200", "400", "401", "413", "503"]) {
    metrics.requests.inc({ method: "POST", route: "/v1/alerts", code }, 0);
  }
  for (const channel of ears) {
    for (const result of hookResults) metrics.heard.inc({ channel, result }, 0);
  }
  for (const channel of channels) {
    for (const result of ["sent", "again", "refused", "dead"])
      metrics.notifications.inc({ channel, result }, 0);
  }
  return metrics;
}
