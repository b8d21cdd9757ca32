/**
 * Who tells whom of what: the one place in which what a stack says of its channels, in `vigil:channels` and where
 * channels were before, becomes what Alertmanager and the alert processor are told. Pure.
 */
import { preferred } from "../rules/lib/alertmanager/receivers.ts";
import { type Temper, ways as routed } from "../rules/routing.ts";
import type { ChannelKind, Way } from "./channels/channel.ts";
import { type ChannelSettings, configured } from "./channels/index.ts";
import type { Common } from "./config/common-schema.ts";
import type { ProcessorSettings } from "./config/processor-schema.ts";

/** The ways to people in a stack's configuration, besides the processor's own section. */
export type Said = Pick<Common, "channels" | "receivers">;

/** Settings by kind. */
export type Kinds = Partial<ChannelSettings>;

/** Settings by kind, and nothing else of a section. */
const kindsIn = (section: object): Kinds =>
  Object.fromEntries(configured(section as Kinds).map(([{ name }, one]) => [name, one]));

/** A channel that Alertmanager speaks to. */
export interface Spoken {
  readonly kind: ChannelKind;
  readonly settings: never;
  /** Alerts that the processor sends there instead. */
  readonly processorTells?: "all" | "urgent";
}

/** What Alertmanager is told. */
export interface AlertmanagerTellings extends Pick<Common["receivers"], "heartbeat" | "hours"> {
  /** Those of whoever is on call. */
  readonly channels: readonly Spoken[];
  /** Tempers of channels by which the processor alone tells what can wait. */
  readonly besides: readonly Temper[];
  /** Settings by team, complete. */
  readonly teams: Readonly<Record<string, Kinds>>;
}

/** The alerts that a kind gets from the processor: everything if any of its ways does. */
const hearsOf = (kind: ChannelKind, settings: never): "all" | "urgent" =>
  Object.values(kind.ways(settings)).some(({ hears }) => hears === "all") ? "all" : "urgent";

/**
 * What Alertmanager is told. Where the processor is deployed, that tells what is urgent by `vigil:channels`, and
 * Alertmanager what can wait: it has hours, and says again what goes on.
 *
 * @param processor - Whether the processor is deployed.
 */
export function alertmanagerTellings(
  { channels, receivers }: Said,
  processor: boolean,
): AlertmanagerTellings {
  const shared = kindsIn(channels);
  const own = configured({ ...kindsIn(receivers), ...shared });
  const heartbeat = receivers.heartbeat ?? (processor ? undefined : channels.heartbeat);
  const hours = channels.hours ?? receivers.hours;
  return {
    channels: own.flatMap(([kind, settings]): Spoken[] => {
      if (kind.alertmanager === undefined) return [];
      const taken = processor && kind.name in shared;
      return [{ kind, settings, ...(taken && { processorTells: hearsOf(kind, settings) }) }];
    }),
    besides: processor ? own.flatMap(([one]) => (one.alertmanager ? [] : [one.temper])) : [],
    teams: teamsOf({ channels, receivers }),
    ...(heartbeat && { heartbeat }),
    ...(hours && { hours }),
  };
}

/** The channels of each team, with those it shares with whoever is on call. */
function teamsOf({ channels, receivers }: Said): Record<string, Kinds> {
  const shared: Kinds = { ...kindsIn(receivers), ...kindsIn(channels) };
  const names = new Set([
    ...Object.keys(receivers.teams ?? {}),
    ...Object.keys(channels.teams ?? {}),
  ]);
  return Object.fromEntries(
    [...names].map((team) => {
      const own = { ...receivers.teams?.[team], ...channels.teams?.[team] };
      const complete = Object.entries(kindsIn(own)).map(([kind, one]) => [
        kind,
        { ...shared[kind as keyof Kinds], ...one },
      ]);
      return [team, Object.fromEntries(complete) as Kinds];
    }),
  );
}

/** A channel of the processor. */
export interface Named {
  readonly name: string;
  readonly way: Way;
  /** Whether it is told what can wait as well, beside what is urgent. */
  readonly calm: boolean;
}

/** What the processor is told, where it is deployed. */
export interface ProcessorTellings {
  /** In the order of names. */
  readonly ways: readonly Named[];
  readonly heartbeat: ProcessorSettings["heartbeat"];
}

/** How what can wait is told. */
export const calmWay = routed.find(({ withinHours }) => withinHours);

/** Kinds of `vigil:channels` by which what can wait is told, of those that the processor speaks to. */
export function calmKinds({ channels, receivers }: Said): {
  /** Only the processor can speak to them: it tells what can wait beside what is urgent. */
  readonly alone: readonly ChannelKind[];
  /** They hear everything. */
  readonly hearAll: readonly ChannelKind[];
  /** Whether there are others, to which Alertmanager tells what can wait. */
  readonly kept: boolean;
} {
  const all = configured({ ...kindsIn(receivers), ...kindsIn(channels) });
  const best = calmWay
    ? preferred(
        calmWay,
        all.map(([{ temper }]) => temper),
      )
    : [];
  const calm = configured(kindsIn(channels)).filter(([{ temper }]) => best.includes(temper));
  const hearing = (hears: "all" | "urgent"): ChannelKind[] =>
    calm.flatMap(([kind, settings]) => (hearsOf(kind, settings) === hears ? [kind] : []));
  const urgent = hearing("urgent");
  const alone = urgent.filter(({ alertmanager }) => alertmanager === undefined);
  return { alone, hearAll: hearing("all"), kept: urgent.length > alone.length };
}

/** What the processor is told. */
export function processorTellings(settings: ProcessorSettings, said: Said): ProcessorTellings {
  const { escalation: late } = settings;
  const { alone } = calmKinds(said);
  const all = configured({ ...kindsIn(settings), ...kindsIn(said.channels) });
  const ways = all.flatMap(([kind, one]): Named[] => [
    ...Object.entries(kind.ways(one)).map(([name, way]) => ({
      name,
      way,
      calm: alone.includes(kind),
    })),
    ...(kind.escalation && late
      ? [{ name: "escalation", way: kind.escalation.way(one, late.to), calm: false }]
      : []),
  ]);
  return {
    ways: ways.sort((a, b) => (a.name < b.name ? -1 : 1)),
    heartbeat: settings.heartbeat ?? said.channels.heartbeat,
  };
}
