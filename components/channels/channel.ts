import { z } from "zod";
import { about, type Path, secret, type Secret } from "../config/fields.ts";
import type { ReceiverSettings } from "../config/receivers-schema.ts";
import type { Temper } from "../../rules/routing.ts";

/** A way to people as processor.yml has it, and its secrets by file. */
export interface Way {
  readonly channel: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, Secret>>;
  /** What it is notified of: everything and its end, or critical alerts and emergencies, or emergencies that wait. */
  readonly hears: "all" | "urgent" | "escalation";
}

/** An address that messages go to. */
export interface Address {
  /** The field that holds it. */
  readonly field: string;
  /** Undefined where none is set. */
  readonly url: string | undefined;
  /** Undefined where nothing private is meant, ever: a service of somebody else's. */
  readonly private: boolean | undefined;
}

type Settings<Fields extends z.core.$ZodShape> = z.output<z.ZodObject<Fields, z.core.$strict>>;

/** A channel in Alertmanager's configuration. */
export interface AlertmanagerSide<Fields extends z.core.$ZodShape, Own extends z.core.$ZodShape> {
  /** Where alertmanager.yml has it: `slack_configs`. */
  readonly section: string;
  /** Keys that nobody else reads. */
  readonly fields?: Own;
  /** The keys that a team sets; all others are those of whoever is on call. */
  readonly team: readonly (keyof NoInfer<Fields> | keyof NoInfer<Own>)[];
  /**
   * What stands there.
   *
   * @param file - Puts a secret into a file, and says where Alertmanager finds it.
   */
  settings(
    settings: Settings<Fields & Own>,
    file: (name: string, secret: Secret) => string,
  ): object;
}

/** One kind of channel: what a stack says of it, and what those who speak there are told. */
export interface ChannelKind<
  Name extends string = string,
  Fields extends z.core.$ZodShape = z.core.$ZodShape,
  Own extends z.core.$ZodShape = z.core.$ZodShape,
> {
  /** Its section of the configuration. */
  readonly name: Name;
  /** What a message there does to people; `rules/routing.ts` says what is told where. */
  readonly temper: Temper;
  /** The keys of that section. */
  readonly fields: Fields;
  /** The channels it makes, by name: the name of the kind, or begins with it. */
  ways(settings: Settings<Fields>): Readonly<Record<string, Way>>;
  /** Addresses that the processor checks when it starts, so that they are checked before. */
  addresses?(settings: Settings<Fields>): readonly Address[];
  /** The service that tells the processor what people do there, where its secret is set. */
  calls?(settings: Settings<Fields>): string | undefined;
  /** How somebody else is told, over the same server, what nobody takes; `field` is what sets the kind up. */
  readonly escalation?: {
    readonly field: string;
    way(settings: Settings<Fields>, to: string): Way;
  };
  /** Absent where the processor alone speaks. */
  readonly alertmanager?: AlertmanagerSide<Fields, Own>;
  /** Receivers of Alertmanager that must be taken away beside it, and why. */
  against?(
    settings: Settings<Fields>,
    receivers: ReceiverSettings,
  ): readonly { readonly path: Path; readonly reason: string }[];
}

/** Defines a kind of channel; `components/channels/index.ts` registers it. */
export const defineChannel = <
  const Name extends string,
  Fields extends z.core.$ZodShape,
  Own extends z.core.$ZodShape = Fields,
>(
  kind: ChannelKind<Name, Fields, Own>,
): ChannelKind<Name, Fields, Own> => kind;

/** Where the processor finds a secret of this name. */
export const file = (name: string): string => `secrets/${name}`;

/** Whether an address may be private. */
export const inside = about(z.boolean().default(false), {
  description: "Whether the address may be in a private network.",
  example: "true",
});

/** A secret that another service proves itself with when it calls the processor. */
export const hookSecret = (description: string) =>
  about(
    secret(
      (text) => /^\S{16,}$/.test(text),
      "must be a single word of at least 16 characters",
    ).optional(),
    { description, secret: true },
  );
