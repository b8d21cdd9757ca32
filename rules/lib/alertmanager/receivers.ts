import type { Team } from "../alert.ts";
import type { Temper, Way } from "../../routing.ts";
import type { Window } from "./window.ts";

/** A way to people. */
export interface Means {
  readonly temper: Temper;
  /** Where alertmanager.yml has it: `slack_configs`. */
  readonly section: string;
  /** Its settings: files in place of secrets. */
  readonly settings: object;
  /** Alerts that the alert processor sends there, and so Alertmanager does not. @default nothing */
  readonly processorTells?: "all" | "urgent";
}

/** Ways to people by kind, in the order in which they are named. */
export type Channels = Readonly<Record<string, Means>>;

/** The alert processor: a program that remembers everything, beside those that notify people. */
export interface ProcessorReceiver {
  readonly url: string;
  readonly tokenFile: string;
  readonly authorityFile: string;
}

/** Everybody a stack can tell. */
export interface Receivers {
  /** Those of whoever is on call. */
  readonly channels?: Channels;
  /** Tempers of channels by which the alert processor alone tells what can wait. */
  readonly besides?: readonly Temper[];
  /** The service that notices when the Watchdog stops. */
  readonly heartbeat?: { readonly urlFile: string };
  readonly processor?: ProcessorReceiver;
  readonly teams?: Readonly<Partial<Record<Team, Channels>>>;
  /** When warnings are sent. */
  readonly hours?: Window;
}

/** A receiver of alertmanager.yml. */
export interface Receiver {
  readonly name: string;
  /** `webhook_configs`, `email_configs` … */
  readonly configs: Readonly<Record<string, readonly object[]>>;
}

function receiver(name: string, channels: Channels): Receiver {
  const configs = Object.values(channels).map(({ section, settings }) => [
    section,
    [{ send_resolved: true, ...settings }],
  ]);
  return { name, configs: Object.fromEntries(configs) as Receiver["configs"] };
}

export const nobody: Receiver = { name: "nobody", configs: {} };

/** The first set of tempers that there is any of. */
export const preferred = (
  { channels: sets }: Pick<Way, "channels">,
  there: readonly Temper[],
): readonly Temper[] => sets.find((set) => set.some((one) => there.includes(one))) ?? [];

/** Those on call, by the best channels a stack has for it that nobody else tells: `webhook-email`. */
export function onCall(
  way: Pick<Way, "channels" | "urgent">,
  { besides = [], channels = {} }: Receivers,
): Receiver {
  const all = Object.entries(channels);
  const best = preferred(way, [...all.map(([, { temper }]) => temper), ...besides]);
  const told = all.filter(([, { processorTells, temper }]) => {
    const taken = processorTells === "all" || (processorTells === "urgent" && way.urgent);
    return best.includes(temper) && !taken;
  });
  if (told.length === 0) return nobody;
  return receiver(told.map(([name]) => name).join("-"), Object.fromEntries(told));
}

/** Whether the processor tells by a channel that Alertmanager could tell by. */
export const isShared = ({ channels = {} }: Receivers): boolean =>
  Object.values(channels).some(({ processorTells }) => processorTells !== undefined);

/** As if the processor told nobody. */
export const withoutProcessor = ({ channels = {}, ...rest }: Receivers): Receivers => ({
  ...rest,
  besides: [],
  channels: Object.fromEntries(
    Object.entries(channels).map(([name, { section, settings, temper }]) => [
      name,
      { section, settings, temper },
    ]),
  ),
});

/** A team by every channel it has; undefined where it has none. */
export function ofTeam(team: Team, { teams }: Receivers): Receiver | undefined {
  const channels = teams?.[team] ?? {};
  return Object.keys(channels).length === 0 ? undefined : receiver(`team-${team}`, channels);
}

/** Name of the receiver that is the processor. */
export const processorName = "processor";

/** The processor; undefined where there is none. It stores a group whole, however large that is. */
export function processorOf({ processor }: Receivers): Receiver | undefined {
  if (processor === undefined) return undefined;
  const { authorityFile, tokenFile, url } = processor;
  const config = {
    send_resolved: true,
    url,
    max_alerts: 0,
    // Shorter than the time until the next message of the group, so that it is tried again.
    timeout: "8s",
    http_config: {
      authorization: { type: "Bearer", credentials_file: tokenFile },
      tls_config: { ca_file: authorityFile },
    },
  };
  return { name: processorName, configs: { webhook_configs: [config] } };
}

/** The service that waits for the Watchdog; it notices the end itself. */
export function heartbeatOf({ heartbeat }: Receivers): Receiver {
  if (heartbeat === undefined) return nobody;
  const config = { send_resolved: false, url_file: heartbeat.urlFile };
  return { name: "heartbeat", configs: { webhook_configs: [config] } };
}
