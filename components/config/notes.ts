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
 * What is odd in a valid configuration: told, and not refused, because it comes with time and a stack that
 * nobody touched must still go up.
 */
export function notesOn(config: Config, now: Date): ConfigProblem[] {
  return overdue(config, now).map((alert) => {
    const path = ["rules", "off", alert];
    const { until = "" } = config.rules.off[alert] ?? {};
    return mistake(path, `ended on ${until}: ${alert} is not switched off`, removeCommand(path));
  });
}
