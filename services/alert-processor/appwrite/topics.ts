/** Who is notified by the function: two topics of Appwrite Messaging. */
import { AppwriteException, type Messaging } from "node-appwrite";
import { type Kind, together } from "../channels/appwrite-kinds.ts";
import { create } from "../channels/appwrite-message.ts";
import type { Channel } from "../channels/channel.ts";
import { type Outcome, outcomeOf } from "../core/retry.ts";
import type { Subscription } from "../core/routing.ts";

/** A topic, and the ways in which it is notified. */
export interface Topic {
  readonly id: string;
  readonly name: string;
  readonly kinds: readonly Kind[];
}

export const topics: readonly Topic[] = [
  { id: "critical-alerts", name: "Critical alerts", kinds: ["push", "sms"] },
  { id: "monitoring-alerts", name: "All alerts", kinds: ["push"] },
];

/** Critical alerts wake people again and again until somebody takes them; the others are only shown. */
export const subscriptions: readonly Subscription[] = [
  {
    channel: "critical-alerts",
    severities: ["emergency", "critical"],
    after: [0, 300, 900],
    also: ["acknowledged"],
  },
  { channel: "monitoring-alerts", after: [0], also: ["resolved"] },
];

/** The outcome, by Appwrite's answer. A message that it knows is one that it sends. */
function outcomeBy(error: unknown, now: number): Outcome {
  if (!(error instanceof AppwriteException)) {
    return { kind: "failed", why: error instanceof Error ? error.message : String(error) };
  }
  const { code, type } = error;
  if (type === "message_already_exists") return { kind: "sent" };
  const outcome = outcomeOf(code, null, now);
  return outcome.kind === "sent" ? outcome : { ...outcome, why: `Appwrite ${code} ${type}` };
}

const over = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const end = (): void => {
      reject(new Error("took too long"));
    };
    if (signal.aborted) end();
    signal.addEventListener("abort", end, { once: true });
  });

/**
 * A channel that notifies one topic.
 *
 * @param messaging - With a key that may write messages.
 * @param clock - Milliseconds since 1970.
 */
export function topicChannel(
  messaging: Messaging,
  { id, kinds }: Topic,
  clock: () => number,
): Channel {
  return {
    name: id,
    bundle: 20,
    perSecond: 10,
    idempotent: true,
    send: async (message, signal) => {
      // The SDK takes no signal: a message that arrives too late is sent again, and Appwrite knows it by its id.
      const sent = await Promise.all(
        kinds.map((kind) =>
          Promise.race([create(messaging, kind, id, message), over(signal)]).then(
            () => [kind, { kind: "sent" }] as const,
            (error: unknown) => [kind, outcomeBy(error, clock())] as const,
          ),
        ),
      );
      return together(sent);
    },
  };
}
