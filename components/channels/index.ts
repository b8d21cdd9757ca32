/** The kinds of channels that the processor tells people by. A new one is a line here. */
import { z } from "zod";
import { appwrite } from "./appwrite.ts";
import type { ChannelKind } from "./channel.ts";
import { discord } from "./discord.ts";
import { email } from "./email.ts";
import { goalert } from "./goalert.ts";
import { googlechat } from "./googlechat.ts";
import { msteams } from "./msteams.ts";
import { ntfy } from "./ntfy.ts";
import { opsgenie } from "./opsgenie.ts";
import { pagerduty } from "./pagerduty.ts";
import { slack } from "./slack.ts";
import { sns } from "./sns.ts";
import { telegram } from "./telegram.ts";
import { webhook } from "./webhook.ts";

const kinds = [
  webhook,
  email,
  slack,
  pagerduty,
  goalert,
  appwrite,
  discord,
  telegram,
  googlechat,
  msteams,
  ntfy,
  opsgenie,
  sns,
] as const;

type Kinds = (typeof kinds)[number];

type ChannelFields = {
  [One in Kinds as One["name"]]: z.ZodOptional<z.ZodObject<One["fields"], z.core.$strict>>;
};

/** The section of each kind, as its definition says. */
export const channelFields = Object.fromEntries(
  kinds.map(({ fields, name }) => [name, z.strictObject(fields).optional()]),
) as unknown as ChannelFields;

/** What a stack says of its channels. */
export type ChannelSettings = z.output<z.ZodObject<ChannelFields, z.core.$strict>>;

/** Every kind, whatever its fields. */
export const channelKinds = kinds as unknown as readonly ChannelKind[];

/** The kinds that a stack has set up, each with its settings. */
export const configured = (
  settings: Partial<ChannelSettings> = {},
): (readonly [kind: ChannelKind, settings: never])[] =>
  channelKinds.flatMap((kind) => {
    const one = settings[kind.name as keyof ChannelSettings];
    return one === undefined ? [] : [[kind, one as never] as const];
  });
