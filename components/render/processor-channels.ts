import { seconds } from "../../lib/duration.ts";
import type { Secret } from "../config/fields.ts";
import type { Way } from "../channels/channel.ts";
import { configured } from "../channels/index.ts";
import type { ProcessorSettings as Settings } from "../config/processor-schema.ts";

/** Every channel with its name, in the order of names. */
function waysOf(settings: Settings): (readonly [name: string, way: Way])[] {
  const { escalation: late } = settings;
  const ways = configured(settings).flatMap(([{ escalation, ...kind }, one]) => [
    ...Object.entries(kind.ways(one)),
    ...(escalation && late ? [["escalation", escalation.way(one, late.to)] as const] : []),
  ]);
  return ways.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What a channel is told of: severities (all without), and how many seconds after the beginning. */
export interface Subscription {
  readonly channel: string;
  readonly severities?: readonly string[];
  readonly after: readonly number[];
  readonly also: readonly string[];
}

/**
 * The policy: what each way is told, and when. Emergencies that nobody has taken are told again, and
 * after a while to others.
 */
function subscriptionsOf(
  channel: string,
  { hears }: Way,
  { escalation, remind }: Settings,
): Subscription[] {
  const reminders = remind.split(",").map((time) => seconds(time.trim()));
  const also = ["acknowledged", "resolved"];
  switch (hears) {
    case "all":
      return [{ channel, after: [0], also: ["resolved"] }];
    case "urgent":
      return [
        { channel, severities: ["critical"], after: [0], also },
        { channel, severities: ["emergency"], after: [0, ...reminders], also },
      ];
    case "escalation":
      return [
        {
          channel,
          severities: ["emergency"],
          after: [seconds(escalation?.after ?? "15m")],
          also,
        },
      ];
  }
}

/** Channels and subscriptions of processor.yml. */
export function renderChannels(settings: Settings): {
  readonly channels: Readonly<Record<string, unknown>>;
  readonly subscriptions: readonly Subscription[];
} {
  const ways = waysOf(settings);
  return {
    channels: Object.fromEntries(ways.map(([name, { channel }]) => [name, channel])),
    subscriptions: ways.flatMap(([name, way]) => subscriptionsOf(name, way, settings)),
  };
}

/** The secrets of the channels, by file. */
export const channelSecrets = (settings: Settings): Readonly<Record<string, Secret>> =>
  Object.assign({}, ...waysOf(settings).map(([, { secrets }]) => secrets)) as Record<
    string,
    Secret
  >;

/** The channels by name. */
export const channelNames = (settings: Settings): string[] =>
  waysOf(settings).map(([name]) => name);

/** Names of the channels that tell the processor what people do on their other side. */
export const hearingNames = (settings: Settings): string[] =>
  waysOf(settings).flatMap(([name, { channel }]) => ("webhookSecretFile" in channel ? [name] : []));
