/** Parts of an execution: opened once per process, and used by all its executions. */
import type { Channel } from "../channels/channel.ts";
import type { Outcome } from "../core/retry.ts";
import { deliveriesOf } from "../core/routing.ts";
import type { Planner } from "../core/writes.ts";
import { listAlerts } from "../service/alertmanager.ts";
import { heartbeatTo } from "../service/heartbeat.ts";
import { type Watch, watchOf } from "../service/watch.ts";
import type { Store } from "../store/store.ts";
import type { FunctionContext } from "./context.ts";
import { drain } from "./drain.ts";
import type { Settings } from "./settings.ts";
import { subscriptions } from "./topics.ts";

export interface Parts {
  readonly store: Store;
  readonly channels: readonly Channel[];
  readonly settings: Settings;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly watch: Watch;
  /** Reports to the address outside that alerts arrive; undefined if there is none. */
  readonly beat: (() => Promise<Outcome>) | undefined;
}

/** Bytes of Alertmanager's list: a function has 512 MiB of memory, and an alert about a kilobyte. */
const longestList = 16 * 1024 * 1024;

const day = 24 * 3_600_000;

export const plan: Planner = (change) => deliveriesOf(change, subscriptions);

/** Opens them. A heartbeat that was never heard counts from now. */
export function partsOf(opened: Pick<Parts, "channels" | "clock" | "settings" | "store">): Parts {
  const { clock, settings, store } = opened;
  const { alertmanager, heartbeat, keepDays, silence } = settings;
  const watch = watchOf({
    store,
    plan,
    clock,
    take: async (receipt) => {
      await store.ingest([receipt], plan, clock());
    },
    silence: silence * 1000,
    listed: alertmanager && (() => listAlerts(alertmanager, { longest: longestList })),
    retention: keepDays * day,
  });
  return { ...opened, watch, beat: heartbeat && heartbeatTo(heartbeat) };
}

/**
 * Sends the messages that are due; its failures do not concern whoever is being answered. Never throws.
 *
 * @param until - When nothing more is begun, by the clock.
 * @param doubted - Of an alert last heard of before this time nobody is reminded: the function may not have run for
 * long, and only a comparison with Alertmanager says whether it goes on. Left out after one.
 * @returns How many messages were sent.
 */
export function tell(
  context: FunctionContext,
  parts: Parts,
  until: number,
  doubted?: number,
): Promise<number> {
  const { channels, clock, settings, store } = parts;
  const { page } = settings;
  const onTrouble = (why: string): void => {
    context.error(`not sent, will be retried: ${why}`);
  };
  // Nobody signs in here, so there is no page of an alert and no link that acknowledges.
  const links = { page, alert: () => page, acknowledge: () => "" };
  return drain({ channels, clock, doubted, links, onTrouble, store, until });
}
