/** The kinds of channels by which people are notified. A new one is a line here. */
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

/** Every kind, whatever its fields. */
export const channelKinds = kinds as unknown as readonly ChannelKind[];

type ChannelFields = {
  [One in Kinds as One["name"]]: z.ZodOptional<z.ZodObject<One["fields"], z.core.$strict>>;
};

/** The section of each kind below `vigil:processor`, where channels were before `vigil:channels`. */
export const channelFields = Object.fromEntries(
  kinds.map(({ fields, name }) => [name, z.strictObject(fields).optional()]),
) as unknown as ChannelFields;

/** The keys of a kind, whoever speaks there. */
type FieldsOf<Kind> =
  Kind extends ChannelKind<string, infer Fields, infer Own> ? Fields & Own : never;

type SharedFields = {
  [One in Kinds as One["name"]]: z.ZodOptional<z.ZodObject<FieldsOf<One>, z.core.$strict>>;
};

const fieldsOf = ({ alertmanager, fields }: ChannelKind) => ({
  ...fields,
  ...alertmanager?.fields,
});

/** The section of each kind below `vigil:channels`: what whoever speaks there needs. */
export const sharedFields = Object.fromEntries(
  channelKinds.map((kind) => [kind.name, z.strictObject(fieldsOf(kind)).optional()]),
) as unknown as SharedFields;

/** The section of each kind that a team may have of its own. */
export const teamFields: Readonly<Record<string, z.ZodOptional>> = Object.fromEntries(
  channelKinds.flatMap((kind) => {
    if (kind.alertmanager === undefined) return [];
    const keys: readonly PropertyKey[] = kind.alertmanager.team;
    const own = Object.entries(fieldsOf(kind)).filter(([key]) => keys.includes(key));
    return [[kind.name, z.strictObject(Object.fromEntries(own)).optional()]];
  }),
);

/** The channels in a stack's configuration. */
export type ChannelSettings = z.output<z.ZodObject<SharedFields, z.core.$strict>>;

/** The kinds that a stack has set up, each with its settings. */
export const configured = (
  settings: Partial<ChannelSettings> = {},
): (readonly [kind: ChannelKind, settings: never])[] =>
  channelKinds.flatMap((kind) => {
    const one = settings[kind.name as keyof ChannelSettings];
    return one === undefined ? [] : [[kind, one as never] as const];
  });
