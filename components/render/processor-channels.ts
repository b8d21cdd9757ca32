import { seconds } from "../../lib/duration.ts";
import type { Secret } from "../config/fields.ts";
import type { ProcessorSettings as Settings } from "../config/processor-schema.ts";

/** A way to people as processor.yml has it, and its secret by file. */
interface Way {
  readonly channel: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, Secret>>;
  /** What it is told of. */
  readonly hears: "all" | "urgent" | "escalation";
}

const file = (name: string): string => `secrets/${name}`;

function mailWay(
  { from, password, smarthost, username }: NonNullable<Settings["email"]>,
  to: string,
  hears: Way["hears"],
): Way {
  const colon = smarthost.lastIndexOf(":");
  return {
    channel: {
      kind: "email",
      from,
      host: smarthost.slice(0, colon).replaceAll(/[[\]]/g, ""),
      passwordFile: file("email-password"),
      port: Number(smarthost.slice(colon + 1)),
      to: [to],
      user: username,
    },
    secrets: { [file("email-password")]: password },
    hears,
  };
}

function appwriteWays(config: NonNullable<Settings["appwrite"]>): Record<string, Way> {
  const { all, critical, endpoint, key, project, private: inside } = config;
  const way = (topic: string, kinds: readonly string[], hears: Way["hears"]): Way => ({
    channel: {
      kind: "appwrite",
      endpoint,
      keyFile: file("appwrite-key"),
      kinds,
      private: inside,
      projectId: project,
      topic,
    },
    secrets: { [file("appwrite-key")]: key },
    hears,
  });
  return {
    "appwrite-all": way(all, ["push"], "all"),
    "appwrite-critical": way(critical, ["push", "sms"], "urgent"),
  };
}

function waysOf(settings: Settings) {
  const { appwrite, email, escalation, goalert, pagerduty, slack, webhook } = settings;
  const ways: Record<string, Way> = {
    ...(appwrite && appwriteWays(appwrite)),
    ...(email && { email: mailWay(email, email.to, "urgent") }),
    ...(email && escalation && { escalation: mailWay(email, escalation.to, "escalation") }),
    ...(goalert && {
      goalert: {
        channel: {
          kind: "goalert",
          url: goalert.url,
          private: goalert.private,
          tokenFile: file("goalert-token"),
          ...(goalert.webhookSecret && { webhookSecretFile: file("goalert-webhook") }),
        },
        secrets: {
          [file("goalert-token")]: goalert.token,
          ...(goalert.webhookSecret && { [file("goalert-webhook")]: goalert.webhookSecret }),
        },
        hears: "urgent",
      },
    }),
    ...(pagerduty && {
      pagerduty: {
        channel: {
          kind: "pagerduty",
          keyFile: file("pagerduty-key"),
          ...(pagerduty.webhookSecret && { webhookSecretFile: file("pagerduty-webhook") }),
        },
        secrets: {
          [file("pagerduty-key")]: pagerduty.routingKey,
          ...(pagerduty.webhookSecret && { [file("pagerduty-webhook")]: pagerduty.webhookSecret }),
        },
        hears: "urgent",
      },
    }),
    ...(slack && {
      slack: {
        channel: { kind: "slack", urlFile: file("slack-url") },
        secrets: { [file("slack-url")]: slack.url },
        hears: "urgent",
      },
    }),
    ...(webhook && {
      webhook: {
        channel: { kind: "webhook", private: webhook.private, urlFile: file("webhook-url") },
        secrets: { [file("webhook-url")]: webhook.url },
        hears: "all",
      },
    }),
  };
  return Object.entries(ways).sort(([a], [b]) => (a < b ? -1 : 1));
}

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
  channel: string,
  { hears }: Way,
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
export function renderChannels(settings: Settings): {
  readonly channels: Readonly<Record<string, unknown>>;
  readonly subscriptions: readonly Subscription[];
} {
  const ways = waysOf(settings);
  return {
    channels: Object.fromEntries(ways.map(([name, { channel }]) => [name, channel])),
    subscriptions: ways.flatMap(([name, way]) => subscriptionsOf(name, way, settings)),
  };
}

/** The secrets of the channels, by file. */
export const channelSecrets = (settings: Settings): Readonly<Record<string, Secret>> =>
  Object.assign({}, ...waysOf(settings).map(([, { secrets }]) => secrets)) as Record<
    string,
    Secret
  >;

/** The channels by name. */
export const channelNames = (settings: Settings): string[] =>
  waysOf(settings).map(([name]) => name);

/** Names of the channels that tell the processor what people do on their other side. */
export const hearingNames = (settings: Settings): string[] =>
  waysOf(settings).flatMap(([name, { channel }]) => ("webhookSecretFile" in channel ? [name] : []));
