import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { quote } from "../lib/command.ts";
import { removeCommand } from "./config/commands.ts";
import { type ConfigProblem, mistake } from "./config/mistakes.ts";

/** Rule files of the stack's own: texts by name, or what is wrong with them. */
export interface ExtraRules {
  readonly texts: Readonly<Record<string, string>>;
  readonly problems: readonly ConfigProblem[];
}

function textOf(path: string, root: string): string {
  const text = readFileSync(join(root, path), "utf8");
  const document: unknown = parse(text);
  if (typeof document !== "object" || document === null || !("groups" in document)) {
    throw new Error("holds no rules: the file must have a list `groups`");
  }
  return text;
}

/**
 * Reads the files of `vigil:rules.extra`. Whether the rules in them can be used is promtool's to
 * say, before anything is deployed.
 *
 * @param files - Paths below `root` by name.
 */
export function readExtraRules(
  files: Readonly<Record<string, string>>,
  root = process.cwd(),
): ExtraRules {
  const texts: Record<string, string> = {};
  const problems: ConfigProblem[] = [];
  for (const [name, path] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    try {
      texts[name] = textOf(path, root);
    } catch (error) {
      const at = ["rules", "extra", name];
      const absent = (error as NodeJS.ErrnoException).code === "ENOENT";
      const reason = absent ? "is not there" : (error as Error).message.split("\n")[0];
      const fix = absent ? removeCommand(at) : `.vigil/bin/promtool check rules ${quote(path)}`;
      problems.push(mistake(at, `${path} ${reason ?? "cannot be read"}`, fix));
    }
  }
  return { texts, problems };
}
