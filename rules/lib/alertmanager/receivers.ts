import type { Team } from "../alert.ts";
import { type Channel, channels, type Way } from "../../routing.ts";
import type { Window } from "./window.ts";

/** Ways to people, and where Alertmanager finds their secrets. */
export interface Channels {
  readonly webhook?: { readonly urlFile: string };
  readonly email?: {
    readonly to: string;
    readonly from: string;
    readonly smarthost: string;
    readonly username: string;
    readonly passwordFile: string;
  };
  readonly slack?: { readonly channel: string; readonly urlFile: string };
  readonly pagerduty?: { readonly routingKeyFile: string };
}

/** The alert processor: a program that remembers everything, beside whom people are told by. */
export interface ProcessorReceiver {
  readonly url: string;
  readonly tokenFile: string;
  readonly authorityFile: string;
}

/** Everybody a stack can tell. The channels themselves are those of whoever is on call. */
export interface Receivers extends Channels {
  /** What misses the Watchdog when it stops. */
  readonly heartbeat?: { readonly urlFile: string };
  readonly processor?: ProcessorReceiver;
  readonly teams?: Readonly<Partial<Record<Team, Channels>>>;
  /** When warnings are told. */
  readonly hours?: Window;
}

/** A receiver of alertmanager.yml. */
export interface Receiver {
  readonly name: string;
  /** `webhook_configs`, `email_configs` … */
  readonly configs: Readonly<Record<string, readonly object[]>>;
}

/** PagerDuty knows four severities and refuses every other word. */
const pagerdutySeverity =
  '{{ if eq .CommonLabels.severity "warning" "info" }}{{ .CommonLabels.severity }}{{ else }}critical{{ end }}';

function settings(channel: Channel, { email, pagerduty, slack, webhook }: Channels): object {
  switch (channel) {
    case "webhook":
      return { url_file: webhook?.urlFile };
    case "email":
      return {
        auth_password_file: email?.passwordFile,
        auth_username: email?.username,
        from: email?.from,
        smarthost: email?.smarthost,
        to: email?.to,
      };
    case "slack":
      return { api_url_file: slack?.urlFile, channel: slack?.channel };
    case "pagerduty":
      return { routing_key_file: pagerduty?.routingKeyFile, severity: pagerdutySeverity };
  }
}

const has = (from: Channels) => (channel: Channel) => from[channel] !== undefined;

function receiver(name: string, set: readonly Channel[], from: Channels): Receiver {
  const configs = set.map((channel) => [
    `${channel}_configs`,
    [{ send_resolved: true, ...settings(channel, from) }],
  ]);
  return { name, configs: Object.fromEntries(configs) as Receiver["configs"] };
}

export const nobody: Receiver = { name: "nobody", configs: {} };

/** Those on call, by the best channels a stack has for it: `webhook-email`. */
export function onCall(way: Pick<Way, "channels">, from: Channels): Receiver {
  const sets = way.channels.map((set) => set.filter(has(from)));
  const best = sets.find((set) => set.length > 0);
  return best === undefined ? nobody : receiver(best.join("-"), best, from);
}

/** A team by every channel it has; undefined where it has none. */
export function ofTeam(team: Team, { teams }: Receivers): Receiver | undefined {
  const from = teams?.[team] ?? {};
  const set = channels.filter(has(from));
  return set.length === 0 ? undefined : receiver(`team-${team}`, set, from);
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

/** What waits for the Watchdog. That it ended is for it to notice. */
export function heartbeatOf({ heartbeat }: Receivers): Receiver {
  if (heartbeat === undefined) return nobody;
  const config = { send_resolved: false, url_file: heartbeat.urlFile };
  return { name: "heartbeat", configs: { webhook_configs: [config] } };
}
