/** The ways to notify people, as they are configured. A new kind is one line of the list. */
import { z } from "zod";
import { appwrite } from "./appwrite.ts";
import type { Channel } from "./channel.ts";
import { discord } from "./discord.ts";
import { email } from "./email.ts";
import { goalert } from "./goalert.ts";
import { googlechat } from "./googlechat.ts";
import type { ChannelKind } from "./kind.ts";
import { msteams } from "./msteams.ts";
import { ntfy } from "./ntfy.ts";
import type { Opening } from "./opening.ts";
import { opsgenie } from "./opsgenie.ts";
import { pagerduty } from "./pagerduty.ts";
import { slack } from "./slack.ts";
import { sns } from "./sns.ts";
import { telegram } from "./telegram.ts";
import { webhook } from "./webhook.ts";

export { ChannelError } from "./opening.ts";

const kinds = [
  appwrite,
  discord,
  email,
  goalert,
  googlechat,
  msteams,
  ntfy,
  opsgenie,
  pagerduty,
  slack,
  sns,
  telegram,
  webhook,
] as const;

type Schema = (typeof kinds)[number]["schema"];

const channelSchema = z.discriminatedUnion(
  "kind",
  kinds.map(({ schema }): Schema => schema) as [Schema, ...Schema[]],
);

/** Channels by name. An unknown key is an error, so that a misspelt one is found. */
export const channelsSchema = z.record(
  z.string().regex(/^[a-z0-9-]{1,40}$/, "must be 1 to 40 of a-z, 0-9 and -"),
  channelSchema,
);

export type ChannelsConfig = z.infer<typeof channelsSchema>;

type One = ChannelsConfig[string];

const byName = new Map(
  kinds.map((kind) => [
    kind.schema.shape.kind.value,
    kind as unknown as ChannelKind<z.ZodType<One>>,
  ]),
);

/** The names of all kinds. */
export const kindNames: readonly string[] = [...byName.keys()];

/** The webhooks by which services report what people do there. */
export const hooks = [...byName.values()].flatMap(({ hook }) => hook ?? []);

function openChannel(opening: Opening, config: One): Channel {
  const kind = byName.get(config.kind);
  if (kind === undefined) throw new Error(`there is no kind of channel ${config.kind}`);
  return kind.open(opening, config);
}

/** Never throws: an unforeseen error is a refusal, so that it is seen and blocks nothing. */
function careful(channel: Channel): Channel {
  const send: Channel["send"] = async (message, signal) => {
    try {
      return await channel.send(message, signal);
    } catch (error) {
      // The name alone: the text may hold anything.
      return { kind: "refused", why: `failed unexpectedly (${(error as Error).name})` };
    }
  };
  return { ...channel, send };
}

/**
 * Opens channels. Their secrets are read now, and not again.
 *
 * @param readSecret - Reads a file; throws where it cannot.
 * @throws {@link ChannelError}, naming the channel and the file.
 */
export function openChannels(
  config: ChannelsConfig,
  readSecret: (path: string) => string,
): Channel[] {
  return Object.entries(config).map(([name, one]) =>
    careful(openChannel({ name, readSecret }, one)),
  );
}
