import { moveCommand, saidBefore } from "./channels.ts";
import { removeCommand } from "./commands.ts";
import { type ConfigProblem, mistake } from "./mistakes.ts";
import type { Config } from "./schema.ts";

/** Names of alerts that were switched off until a day that has come. */
export function overdue({ rules }: Config, now: Date): string[] {
  return Object.entries(rules.off)
    .filter(([, { until }]) => Date.parse(until) <= now.getTime())
    .map(([alert]) => alert)
    .sort();
}

/**
 * Oddities in a valid configuration: reported, and not rejected, because they come with time and an untouched stack
 * must still go up.
 */
export function notesOn(config: Config, now: Date): ConfigProblem[] {
  const ended = overdue(config, now).map((alert) => {
    const path = ["rules", "off", alert];
    const { until = "" } = config.rules.off[alert] ?? {};
    return mistake(path, `ended on ${until}: ${alert} is not switched off`, removeCommand(path));
  });
  return [...ended, ...configuredBefore(config)];
}

/** Channels where they were configured before go on working, in this version. */
function configuredBefore(config: Config): ConfigProblem[] {
  const paths = saidBefore(config).map(([path]) => path);
  const [first] = paths;
  if (first === undefined) return [];
  const others = paths.length === 1 ? "" : ` (and ${paths.length - 1} more)`;
  const reason = `is where a channel was configured before vigil:channels${others}, and will not be read in the next version`;
  return [mistake(first, reason, moveCommand)];
}
