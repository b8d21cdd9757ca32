import { nearest } from "../../rules/lib/nearest.ts";
import { teams } from "../../rules/routing.ts";
import { toldOf } from "../render/alertmanager.ts";
import type { ConfigProblem } from "./parse.ts";
import type { Config } from "./schema.ts";

/** The command that takes a value away. */
export const remove = (path: string): string => `pulumi config rm --path '${path}'`;
/** The command that sets a value. */
export const set = (path: string, example: string): string =>
  `pulumi config set --path '${path}' ${example}`;

/** What was probably meant, or else what there is. */
export function hint(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined
    ? `there are ${[...known].sort().join(", ")}`
    : `did you mean ${meant}?`;
}

function teamProblems({ email, teams: told = {} }: Config["receivers"]): ConfigProblem[] {
  return Object.entries(told).flatMap(([team, channels]) => {
    const path = `vigil:receivers.teams.${team}`;
    if (!teams.some((one) => one === team)) {
      return [{ path, reason: `names no team; ${hint(team, teams)}`, fix: remove(path) }];
    }
    if (Object.values(channels).every((one) => one === undefined)) {
      const reason = "tells nobody; give it any of email, pagerduty, slack, webhook";
      return [{ path, reason, fix: set(`${path}.email.to`, `${team}@example.com`) }];
    }
    if (channels.email === undefined || email !== undefined) return [];
    return [
      {
        path: `${path}.email`,
        reason: "has no mail server: its mail would go over that of vigil:receivers.email",
        fix: set("vigil:receivers.email.smarthost", "smtp.example.com:587"),
      },
    ];
  });
}

/** A team's receiver hears only of that team's alerts. */
function nobodyOnCall(receivers: Config["receivers"]): ConfigProblem[] {
  const told = toldOf(receivers);
  if (told.length === 0 || told.some((one) => !one.startsWith("team-"))) return [];
  return [
    {
      path: "vigil:receivers",
      reason: "has teams only; alerts of all others would reach nobody",
      fix: "pulumi config set --secret --path 'vigil:receivers.webhook.url'",
    },
  ];
}

type When = Pick<Config["maintenance"][string], "days" | "times" | "weekdays">;

/** Whether a window has no bounds. */
export const always = ({ days, times, weekdays }: When): boolean =>
  (days ?? times ?? weekdays) === undefined;

function hoursProblems({ hours }: Config["receivers"]): ConfigProblem[] {
  if (hours === undefined || !always(hours)) return [];
  const path = "vigil:receivers.hours";
  const reason = "names no hours; give it any of weekdays, times, days";
  return [{ path, reason, fix: set(`${path}.times`, "09:00-17:00") }];
}

/** What is wrong with `vigil:receivers`, between fields that are each valid. */
export function receiverProblems({ receivers }: Partial<Config>): ConfigProblem[] {
  if (receivers === undefined) return [];
  return [...teamProblems(receivers), ...nobodyOnCall(receivers), ...hoursProblems(receivers)];
}
