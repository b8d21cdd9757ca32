import { execFileSync } from "node:child_process";
import type { Channels, Means, Receivers } from "../../../rules/lib/alertmanager.ts";
import { withFiles } from "../../kit/inspect.ts";

export const hook = (name: string): Means => ({
  temper: "chat",
  section: "webhook_configs",
  settings: { url_file: name },
});

export const chat = (channel: string, file: string): Means => ({
  temper: "chat",
  section: "slack_configs",
  settings: { api_url_file: file, channel },
});

export const mail = (to: string, smarthost = "smtp.example.com:587", file = "/run/password") =>
  ({
    temper: "mail",
    section: "email_configs",
    settings: {
      auth_password_file: file,
      auth_username: "vigil",
      from: "vigil@example.com",
      smarthost,
      to,
    },
  }) satisfies Means;

export const pager = (file: string): Means => ({
  temper: "pager",
  section: "pagerduty_configs",
  settings: { routing_key_file: file },
});

/** Every channel that those on call can have, in the order in which they are named. */
export const channels = {
  webhook: hook("/run/webhook"),
  email: mail("oncall@example.com"),
  slack: chat("#alerts", "/run/slack"),
  pagerduty: pager("/run/pagerduty"),
} satisfies Channels;

/** Every receiver that a stack can have, two teams among them. */
export const all = {
  channels,
  heartbeat: { urlFile: "/run/heartbeat" },
  teams: {
    dba: { slack: chat("#dba", "/run/dba-slack") },
    security: {
      webhook: hook("/run/security-webhook"),
      pagerduty: pager("/run/security-pagerduty"),
    },
  },
} satisfies Receivers;

/** Receivers of an alert with these labels, asked of the real amtool. */
export function receiversOf(config: string, labels: Readonly<Record<string, string>>): string[] {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const told = withFiles({ "alertmanager.yml": config }, (cwd) =>
    execFileSync(
      "amtool",
      ["config", "routes", "test", "--config.file=alertmanager.yml", ...pairs],
      { cwd, encoding: "utf8" },
    ),
  );
  return told.trim().split(",");
}
