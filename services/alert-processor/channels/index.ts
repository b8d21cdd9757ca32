/** The ways to tell people, as they are configured. */
import { z } from "zod";
import { appwriteSchema, openAppwrite } from "./appwrite.ts";
import type { Channel } from "./channel.ts";
import { emailSchema, openEmail } from "./email.ts";
import { goalertSchema, openGoalert } from "./goalert.ts";
import type { Opening } from "./opening.ts";
import { openPagerduty, pagerdutySchema } from "./pagerduty.ts";
import { openSlack, slackSchema } from "./slack.ts";
import { openWebhook, webhookSchema } from "./webhook.ts";

export { ChannelError } from "./opening.ts";

const channelSchema = z.discriminatedUnion("kind", [
  appwriteSchema,
  emailSchema,
  goalertSchema,
  pagerdutySchema,
  slackSchema,
  webhookSchema,
]);

/** Channels by name. A key that nobody knows is an error, so that a misspelt one is found. */
export const channelsSchema = z.record(
  z.string().regex(/^[a-z0-9-]{1,40}$/, "must be 1 to 40 of a-z, 0-9 and -"),
  channelSchema,
);

export type ChannelsConfig = z.infer<typeof channelsSchema>;

function openChannel(opening: Opening, config: ChannelsConfig[string]): Channel {
  switch (config.kind) {
    case "appwrite":
      return openAppwrite(opening, config);
    case "email":
      return openEmail(opening, config);
    case "goalert":
      return openGoalert(opening, config);
    case "pagerduty":
      return openPagerduty(opening, config);
    case "slack":
      return openSlack(opening, config);
    case "webhook":
      return openWebhook(opening, config);
  }
}

/** Throws nothing: what nobody foresaw is refused, so that it is seen and blocks nothing. */
function careful(channel: Channel): Channel {
  const send: Channel["send"] = async (message, signal) => {
    try {
      return await channel.send(message, signal);
    } catch (error) {
      // The name alone: the text may hold anything.
      return { kind: "refused", why: `cannot be told (${(error as Error).name})` };
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
