import { teams } from "../../rules/routing.ts";
import { configured } from "../channels/index.ts";
import { alertmanagerTellings, type Said } from "../tellings.ts";
import { removeCommand, setCommand } from "./commands.ts";
import { fieldsOf } from "./fields-of.ts";
import { type ConfigProblem, hint, mistake } from "./mistakes.ts";
import type { Config } from "./schema.ts";

/** The sections that say who is notified: today's, and the old one. */
type Where = "channels" | "receivers";

type Section = Config["receivers"] | Config["channels"];

function teamProblems(where: Where, { teams: told = {} }: Section, mail: boolean): ConfigProblem[] {
  return Object.entries(told).flatMap(([team, channels]) => {
    const path = [where, "teams", team];
    if (!teams.some((one) => one === team)) {
      return [mistake(path, `is not a team; ${hint(team, teams)}`, removeCommand(path))];
    }
    if (Object.values(channels).every((one) => one === undefined)) {
      const reason = `notifies nobody; give it any of ${fieldsOf(path).sort().join(", ")}`;
      const fix = setCommand([...path, "webhook", "url"]);
      return [mistake(path, reason, fix)];
    }
    if (!("email" in channels) || channels["email"] === undefined || mail) return [];
    return [
      mistake(
        [...path, "email"],
        `has no mail server: its mail would go over that of vigil:${where}.email`,
        setCommand([where, "email", "smarthost"]),
      ),
    ];
  });
}

const hasTeams = ({ teams: told = {} }: Section): boolean => Object.keys(told).length > 0;

/** A team's receiver hears only of that team's alerts. */
function nobodyOnCall(said: Said): ConfigProblem[] {
  const where = hasTeams(said.channels) ? "channels" : "receivers";
  if (!hasTeams(said[where]) || alertmanagerTellings(said, false).channels.length > 0) return [];
  if (configured(said.channels).length > 0) return [];
  return [
    mistake(
      [where],
      "has teams only; alerts of all other teams would reach nobody",
      setCommand([where, "webhook", "url"]),
    ),
  ];
}

type When = Pick<Config["maintenance"][string], "days" | "times" | "weekdays">;

/** Whether a window has no bounds. */
export const always = ({ days, times, weekdays }: When): boolean =>
  (days ?? times ?? weekdays) === undefined;

function hoursProblems(where: Where, { hours }: Section): ConfigProblem[] {
  if (hours === undefined || !always(hours)) return [];
  const path = [where, "hours"];
  const reason = "has no hours; set any of weekdays, times, days";
  return [mistake(path, reason, setCommand([...path, "times"]))];
}

/** Mistakes about who is notified, between fields that are each valid. */
export function receiverProblems({ channels, receivers }: Partial<Config>): ConfigProblem[] {
  if (receivers === undefined || channels === undefined) return [];
  const mail = (channels.email ?? receivers.email) !== undefined;
  return [
    ...teamProblems("receivers", receivers, mail),
    ...teamProblems("channels", channels, mail),
    ...nobodyOnCall({ channels, receivers }),
    ...hoursProblems("receivers", receivers),
    ...hoursProblems("channels", channels),
  ];
}
