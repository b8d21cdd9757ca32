import { nearest } from "../../lib/nearest.ts";
import { teams } from "../../rules/routing.ts";
import { toldOf } from "../render/alertmanager.ts";
import { removeCommand, setCommand } from "./commands.ts";
import { type ConfigProblem, mistake } from "./mistakes.ts";
import type { Config } from "./schema.ts";

/** What was probably meant, or else what there is. */
export function hint(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined
    ? `there are ${[...known].sort().join(", ")}`
    : `did you mean ${meant}?`;
}

function teamProblems({ email, teams: told = {} }: Config["receivers"]): ConfigProblem[] {
  return Object.entries(told).flatMap(([team, channels]) => {
    const path = ["receivers", "teams", team];
    if (!teams.some((one) => one === team)) {
      return [mistake(path, `is not a team; ${hint(team, teams)}`, removeCommand(path))];
    }
    if (Object.values(channels).every((one) => one === undefined)) {
      const reason = "notifies nobody; give it any of email, pagerduty, slack, webhook";
      const fix = setCommand([...path, "webhook", "url"]);
      return [mistake(path, reason, fix)];
    }
    if (channels.email === undefined || email !== undefined) return [];
    return [
      mistake(
        [...path, "email"],
        "has no mail server: its mail would go over that of vigil:receivers.email",
        setCommand(["receivers", "email", "smarthost"]),
      ),
    ];
  });
}

/** A team's receiver hears only of that team's alerts. */
function nobodyOnCall(receivers: Config["receivers"]): ConfigProblem[] {
  const told = toldOf(receivers);
  if (told.length === 0 || told.some((one) => !one.startsWith("team-"))) return [];
  return [
    mistake(
      ["receivers"],
      "has teams only; alerts of all other teams would reach nobody",
      setCommand(["receivers", "webhook", "url"]),
    ),
  ];
}

type When = Pick<Config["maintenance"][string], "days" | "times" | "weekdays">;

/** Whether a window has no bounds. */
export const always = ({ days, times, weekdays }: When): boolean =>
  (days ?? times ?? weekdays) === undefined;

function hoursProblems({ hours }: Config["receivers"]): ConfigProblem[] {
  if (hours === undefined || !always(hours)) return [];
  const path = ["receivers", "hours"];
  const reason = "has no hours; set any of weekdays, times, days";
  return [mistake(path, reason, setCommand([...path, "times"]))];
}

/** What is wrong with `vigil:receivers`, between fields that are each valid. */
export function receiverProblems({ receivers }: Partial<Config>): ConfigProblem[] {
  if (receivers === undefined) return [];
  return [...teamProblems(receivers), ...nobodyOnCall(receivers), ...hoursProblems(receivers)];
}
