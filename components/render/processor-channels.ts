import { seconds } from "../../lib/duration.ts";
import type { Secret } from "../config/fields.ts";
import type { ProcessorSettings as Settings } from "../config/processor-schema.ts";
import { calmWay, type Named, processorTellings, type Said } from "../tellings.ts";

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
  { calm, name: channel, way: { hears } }: Named,
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
        ...(calm && calmWay
          ? [
              {
                channel,
                severities: calmWay.severities,
                after: [seconds(calmWay.pace.wait)],
                also: ["resolved"],
              },
            ]
          : []),
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
export function renderChannels(
  settings: Settings,
  said: Said,
): {
  readonly channels: Readonly<Record<string, unknown>>;
  readonly subscriptions: readonly Subscription[];
} {
  const { ways } = processorTellings(settings, said);
  return {
    channels: Object.fromEntries(ways.map(({ name, way }) => [name, way.channel])),
    subscriptions: ways.flatMap((one) => subscriptionsOf(one, settings)),
  };
}

/** The secrets of the channels, by file. */
export const channelSecrets = (settings: Settings, said: Said): Readonly<Record<string, Secret>> =>
  Object.assign(
    {},
    ...processorTellings(settings, said).ways.map(({ way }) => way.secrets),
  ) as Record<string, Secret>;

/** The channels by name. */
export const channelNames = (settings: Settings, said: Said): string[] =>
  processorTellings(settings, said).ways.map(({ name }) => name);

/** Names of the channels that tell the processor what people do on their other side. */
export const hearingNames = (settings: Settings, said: Said): string[] =>
  processorTellings(settings, said).ways.flatMap(({ name, way: { channel } }) =>
    "webhookSecretFile" in channel ? [name] : [],
  );
