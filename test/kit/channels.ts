import type { Parsed } from "../../components/config/parse.ts";
import { parseConfig } from "./parse.ts";
import type { ConfigProblem } from "../../components/config/mistakes.ts";
import type { Config } from "../../components/config/schema.ts";
import { stackConfig } from "./harness.ts";

/** Every kind of channel with what it needs. */
export const kinds = {
  webhook: { url: "https://hook.example.com/hidden-webhook" },
  email: {
    to: "oncall@example.com",
    from: "vigil@example.com",
    smarthost: "smtp.example.com:587",
    username: "vigil",
    password: "hidden-email",
  },
  slack: { url: "https://hooks.slack.com/services/hidden-slack" },
  pagerduty: { routingKey: "hidden-pagerduty" },
  goalert: { url: "https://goalert.example.com", token: "hidden-goalert-token" },
  appwrite: {
    endpoint: "https://appwrite.example.com/v1",
    project: "vigil",
    key: "hidden-appwrite",
  },
  discord: { url: "https://discord.com/api/webhooks/1/hidden-discord" },
  telegram: { token: "123456:hidden-telegram", chat: "-1001234567890" },
  googlechat: {
    url: "https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=hidden-googlechat",
  },
  msteams: { url: "https://prod-01.westeurope.logic.azure.com/workflows/1?sig=hidden-msteams" },
  ntfy: { topic: "hidden-ntfy-topic", token: "hidden-ntfy" },
  opsgenie: { key: "hidden-opsgenie" },
  sns: {
    topic: "arn:aws:sns:eu-central-1:123456789012:alerts",
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretKey: "hidden-sns",
  },
};

function parsed(sections: object): Parsed {
  const { values } = stackConfig("local");
  const own = Object.entries(sections).map(
    ([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const,
  );
  const secretKeys = new Set(Object.keys(sections));
  return parseConfig({ values: { ...values, ...Object.fromEntries(own) }, secretKeys }, new Date());
}

/** Stack local with these sections. */
export function configOf(sections: object): Config {
  const { config, problems } = parsed(sections);
  if (config) return config;
  throw new Error(JSON.stringify(problems));
}

/** What is wrong with stack local with these sections. */
export const problemsOf = (sections: object): readonly ConfigProblem[] =>
  parsed(sections).problems ?? [];
