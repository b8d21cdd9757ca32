import { stringify } from "yaml";
import {
  type Channel,
  catchAll,
  groupInterval,
  inhibitions,
  type Route,
  routes,
} from "../routing.ts";

/** The ways to people that a stack has, and where Alertmanager finds their secrets. */
export interface Receivers {
  readonly webhook?: { readonly urlFile: string };
  readonly email?: {
    readonly to: string;
    readonly from: string;
    readonly smarthost: string;
    readonly username: string;
    readonly passwordFile: string;
  };
  readonly slack?: { readonly channel: string; readonly urlFile: string };
}

const order: readonly Channel[] = ["webhook", "email", "slack"];

/**
 * The channels of a route that the stack has; those of the catch-all where it has none of them,
 * so that a stack without e-mail still tells its warnings.
 */
function channelsOf(route: Route, receivers: Receivers): Channel[] {
  const has = (channel: Channel): boolean => receivers[channel] !== undefined;
  const own = route.channels.filter(has);
  return own.length > 0 ? own : catchAll.channels.filter(has);
}

/** One receiver per set of channels: `webhook-email`. `nobody` where there is no channel. */
function receiverName(channels: readonly Channel[]): string {
  return channels.length === 0 ? "nobody" : channels.join("-");
}

function settings(channel: Channel, receivers: Receivers): Record<string, unknown> {
  const { webhook, email, slack } = receivers;
  if (channel === "webhook" && webhook) {
    return { webhook_configs: [{ send_resolved: true, url_file: webhook.urlFile }] };
  }
  if (channel === "email" && email) {
    const { from, passwordFile, smarthost, to, username } = email;
    return {
      email_configs: [
        {
          auth_password_file: passwordFile,
          auth_username: username,
          from,
          send_resolved: true,
          smarthost,
          to,
        },
      ],
    };
  }
  if (channel === "slack" && slack) {
    return {
      slack_configs: [{ api_url_file: slack.urlFile, channel: slack.channel, send_resolved: true }],
    };
  }
  return {};
}

function receiverList(receivers: Receivers): object[] {
  const sets = [catchAll, ...routes].map((route) => channelsOf(route, receivers));
  const byName = new Map(sets.map((channels) => [receiverName(channels), channels]));
  byName.set("nobody", []);
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, channels]) => {
      const parts = order
        .filter((one) => channels.includes(one))
        .map((one) => settings(one, receivers));
      return Object.assign({ name }, ...parts) as object;
    });
}

function inhibitionRules(): object[] {
  return inhibitions.map(({ equal, source, target }) => {
    const present = equal.map((label) => `${label}=~".+"`);
    return {
      source_matchers: [...source, ...present],
      target_matchers: [...target, ...present],
      equal,
    };
  });
}

/** The text of alertmanager.yml. Same input, same bytes; holds no secret. */
export function renderAlertmanager(receivers: Receivers): string {
  const route = (one: Route): object => ({
    receiver: receiverName(channelsOf(one, receivers)),
    group_wait: one.groupWait,
    group_interval: groupInterval,
    repeat_interval: one.repeat,
  });
  const config = {
    route: {
      ...route(catchAll),
      group_by: ["alertname", "env", "service"],
      routes: [
        // The Watchdog says that alerting works; it is no complaint and nobody is woken by it.
        { matchers: ['severity="none"'], receiver: "nobody" },
        ...routes.map((one) => ({ matchers: [`severity="${one.severity}"`], ...route(one) })),
      ],
    },
    inhibit_rules: inhibitionRules(),
    receivers: receiverList(receivers),
  };
  return stringify(config, { lineWidth: 0, aliasDuplicateObjects: false });
}
