/** Silences that are offered with something to fill in, and what would fill it in now. */
import type { Labels } from "../../rules/lib/alert.ts";
import { quote } from "../../lib/command.ts";

const placeholder = /^(\w+)=<[^<>]+>$/;
const comment = /^--comment=<[^<>]+>$/;

/** Labels for which a command still has a placeholder: `host=<host>`. */
export const unfilled = (args: readonly string[]): string[] =>
  args.flatMap((arg) => placeholder.exec(arg)?.[1] ?? []);

const word = (text: string): string => (/^[\w.:/@%+=-]+$/.test(text) ? text : quote(text));

/**
 * The commands that someone meant who pasted one with placeholders: one for each alert of that name
 * that fires, sorted. A comment is left to be written.
 *
 * @param firing - Labels of the alerts that Alertmanager holds.
 */
export function filledIn(args: readonly string[], firing: readonly Labels[]): string[] {
  const name = args.flatMap((arg) => /^alertname=(.+)$/.exec(arg)?.[1] ?? [])[0];
  const commands = firing
    .filter(({ alertname }) => alertname === name)
    .map((labels) => {
      const filled = args.map((arg) => {
        const label = placeholder.exec(arg)?.[1];
        if (label !== undefined) return `${label}=${word(labels[label] ?? "")}`;
        return comment.test(arg) ? "--comment='being worked on'" : word(arg);
      });
      return `./vigil amtool ${filled.join(" ")}`;
    });
  return [...new Set(commands)].sort();
}
