/** Recurring jobs. */
import type { Logger } from "pino";
import type { Outcome } from "../core/retry.ts";
import { comparing } from "../core/times.ts";
import type { DeskStore } from "../store/desk.ts";
import type { Clock } from "./clock.ts";
import { onceAMinute } from "./heartbeat.ts";
import { type Journal, parts } from "./journal.ts";
import type { Metrics } from "./metrics.ts";
import { every } from "./schedule.ts";
import { giveUpStrays } from "./strays.ts";
import type { Watch } from "./watch.ts";

const second = 1_000;
const minute = 60 * second;

export interface JobsOptions {
  readonly store: Pick<DeskStore, "channels" | "settle" | "take">;
  readonly watch: Watch;
  readonly clock: Clock;
  readonly lookAtClock: () => Promise<void>;
  /** Tells an address outside that all is well; undefined where there is none. */
  readonly beat: (() => Promise<Outcome>) | undefined;
  /** Names of those that there are. */
  readonly channels: readonly string[];
  /** Milliseconds until the first comparison with Alertmanager. */
  readonly compareAfter: number;
  readonly metrics: Metrics;
  readonly journal: Journal;
  readonly logger: Logger;
  readonly trouble: (what: string) => (error: unknown) => void;
  /** Something changed, and may be due to channels. */
  readonly onChanged: () => void;
}

/** Starts them. @returns Ends each, after what runs. */
export function startJobs(options: JobsOptions): (() => Promise<void>)[] {
  const { beat, channels, clock, journal, logger, metrics, onChanged, store, trouble, watch } =
    options;

  const ping = onceAMinute(async () => {
    if (!beat) return;
    const outcome = await beat();
    metrics.heartbeats.inc({ result: outcome.kind === "sent" ? "sent" : "failed" });
    journal.note(parts.heartbeat, "why" in outcome ? outcome.why : "");
  });

  async function compare(): Promise<void> {
    try {
      const { found, lost, missing = "" } = await watch.reconcile();
      journal.note(parts.comparison, missing);
      if (missing !== "") metrics.reconciled.inc({ result: "failed" });
      metrics.reconciled.inc({ result: "found" }, found);
      metrics.reconciled.inc({ result: "lost" }, lost);
      if (found + lost === 0) return;
      logger.warn({ found, lost }, "Alertmanager's list differed");
      onChanged();
    } catch (error) {
      metrics.reconciled.inc({ result: "failed" });
      journal.note(parts.comparison, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  return [
    every(second, trouble("checking the clock"), options.lookAtClock),
    every(second, trouble("ending snoozes"), async () => {
      if ((await watch.wake()) > 0) onChanged();
    }),
    every(15 * second, trouble("listening for heartbeats"), async () => {
      if (await watch.listen()) await ping(clock());
    }),
    every(comparing, trouble("comparing with Alertmanager"), compare, options.compareAfter),
    every(minute, trouble("looking for messages to removed channels"), async () => {
      for (const [channel, count] of await giveUpStrays(store, channels, clock())) {
        metrics.notifications.inc({ channel, result: "dead" }, count);
        logger.error({ channel, alerts: count }, "given up: the channel no longer exists");
        onChanged();
      }
    }),
    every(60 * minute, trouble("deleting old history"), async () => {
      await watch.prune();
    }),
  ];
}
