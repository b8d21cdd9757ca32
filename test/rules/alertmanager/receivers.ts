import { execFileSync } from "node:child_process";
import type { Receivers } from "../../../rules/lib/alertmanager.ts";
import { withFiles } from "../../kit/inspect.ts";

/** Every receiver that a stack can have, two teams among them. */
export const all = {
  webhook: { urlFile: "/run/webhook" },
  email: {
    to: "oncall@example.com",
    from: "vigil@example.com",
    smarthost: "smtp.example.com:587",
    username: "vigil",
    passwordFile: "/run/password",
  },
  slack: { channel: "#alerts", urlFile: "/run/slack" },
  pagerduty: { routingKeyFile: "/run/pagerduty" },
  heartbeat: { urlFile: "/run/heartbeat" },
  teams: {
    dba: { slack: { channel: "#dba", urlFile: "/run/dba-slack" } },
    security: {
      webhook: { urlFile: "/run/security-webhook" },
      pagerduty: { routingKeyFile: "/run/security-pagerduty" },
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
