import { type Alert, heartbeatName } from "../core/alert.ts";
import type { ChannelDepth, DeskStore } from "../store/desk.ts";
import type { Depth } from "../store/store.ts";
import type { Clock } from "./clock.ts";
import type { Doubt } from "./doubt.ts";
import { type Journal, parts } from "./journal.ts";
import { awaited } from "./listening.ts";

/** Something that keeps alerts from arriving, or people from being told. */
export interface Trouble {
  readonly key: string;
  readonly text: string;
  /** The advice. */
  readonly todo: string;
}

/** The summary that every open page shows. */
export interface Summary {
  /** Alerts that are open. */
  readonly open: number;
  /** While there are any, nobody knows that all is well. */
  readonly troubles: readonly Trouble[];
}

export interface SummaryOptions {
  readonly store: DeskStore;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Milliseconds after which a heartbeat counts as silent. */
  readonly silence: number;
  /** @default no alert is in doubt */
  readonly doubt?: Pick<Doubt, "before"> | undefined;
}

/** How long it is good for: milliseconds. */
const fresh = 2_000;

/** How long a message may be due before it is a trouble: milliseconds. */
const patience = 120_000;

const timeOf = (at: number): string => new Date(at).toISOString();

const counted = (count: number, one: string, many: string): string =>
  count === 1 ? `1 ${one}` : `${count} ${many}`;

/** The state of store and journal from which troubles follow. */
export interface Findings {
  readonly now: number;
  readonly depth: Depth;
  readonly channels: readonly ChannelDepth[];
  readonly heartbeats: readonly Alert[];
  readonly silence: number;
  readonly journal: Pick<Journal, "of">;
  /** Alerts that were last heard of before then may be over; undefined where none is in doubt. */
  readonly doubted?: number | undefined;
}

/** The problems on the path from Prometheus to people. Pure. */
export function troublesOf(findings: Findings): Trouble[] {
  const { channels, depth, doubted, heartbeats, journal, now, silence } = findings;
  const troubles: Trouble[] = [];
  const add = (key: string, text: string, todo: string): void => {
    troubles.push({ key, text, todo });
  };

  const silent = heartbeats.filter(
    ({ lastSeenAt, status }) => status === "resolved" || now - lastSeenAt > silence,
  );
  if (heartbeats.length === 0) {
    add(
      "no heartbeat",
      `No ${heartbeatName} has arrived.`,
      "Alerts may not arrive: check Prometheus, Alertmanager and its route to this processor.",
    );
  }
  for (const { fingerprint, labels, lastSeenAt } of silent) {
    const whose = labels["cluster"] ?? labels["env"] ?? "";
    add(
      `heartbeat ${fingerprint}`,
      `The ${heartbeatName}${whose === "" ? "" : ` of ${whose}`} has been silent since ${timeOf(lastSeenAt)}.`,
      "Alerts may not arrive: check Prometheus, Alertmanager and its route to this processor.",
    );
  }

  const { problem } = journal.of(parts.comparison);
  if (problem !== "") {
    add(
      "comparison",
      "Alertmanager does not answer.",
      `Alerts that it failed to send are not found, and alerts that it lost stay open: ${problem}`,
    );
  }

  for (const { channel, due, dueSince } of channels) {
    if (dueSince === null || due === 0 || now - dueSince < patience) continue;
    const why = journal.of(parts.channel(channel)).problem;
    if (doubted !== undefined && why === "") {
      add(
        `doubt ${channel}`,
        `${counted(due, "reminder", "reminders")} to ${channel} may have to wait: their alerts may be over.`,
        `Nothing arrived for a while before ${timeOf(doubted)}. Alertmanager is asked which alerts still fire; reminders wait for ten minutes at most.`,
      );
      continue;
    }
    add(
      `due ${channel}`,
      `Messages to ${channel} have been waiting since ${timeOf(dueSince)}.`,
      `${counted(due, "message waits", "messages wait")}${why === "" ? "" : `: ${why}`}. Notify people another way, and check the channel.`,
    );
  }
  if (depth.dead > 0) {
    add(
      "dead",
      `${counted(depth.dead, "message was", "messages were")} given up: somebody was not notified.`,
      "Send them again or dismiss them on the Health page.",
    );
  }
  if (depth.quarantined > 0) {
    add(
      "quarantine",
      `${counted(depth.quarantined, "alert", "alerts")} could not be read.`,
      "The Health page shows what was sent, and why it is invalid.",
    );
  }
  const outside = journal.of(parts.heartbeat).problem;
  if (outside !== "") {
    add(
      "outside",
      "The outgoing heartbeat fails.",
      `Whoever watches it will be alarmed although all may be well: ${outside}`,
    );
  }
  return troubles;
}

/** Computes the summary once for everybody who asks at about the same time. */
export function summaryOf(options: SummaryOptions): () => Promise<Summary> {
  const { clock, doubt, journal, silence, store } = options;
  let at = -Infinity;
  let last: Promise<Summary> | undefined;
  const look = async (now: number): Promise<Summary> => {
    const depth = await store.depth();
    const channels = await store.channels(now);
    const heartbeats = await awaited(store);
    const doubted = await doubt?.before();
    const troubles = troublesOf({ now, depth, channels, heartbeats, silence, journal, doubted });
    return { open: depth.open, troubles };
  };
  return () => {
    const now = clock();
    if (last === undefined || now < at || now >= at + fresh) {
      at = now;
      last = look(now);
      last.catch(() => {
        last = undefined;
      });
    }
    return last;
  };
}
