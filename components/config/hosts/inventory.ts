/** A file with hosts: in the shape of `vigil:hosts`, or an inventory of Ansible's. Pure. */
import { z } from "zod";
import { fromYaml } from "../../../lib/yaml.ts";
import { host, type StatedHost } from "../../targets/host/fields.ts";
import { coerce } from "../coerce.ts";
import { name } from "../fields.ts";
import { problemsOf } from "../mistakes.ts";
import { type Entries, entriesOf } from "./ansible.ts";
import { treeFromIni } from "./ansible-ini.ts";
import { hasGroups, isMap, type LineOf, treeFromYaml } from "./ansible-yaml.ts";
import { mostHosts } from "./range.ts";
import type { FileProblem, Read } from "./file-problems.ts";

/** The hosts where the rest of a configuration has them, so that complaints are the same. */
const schema = z.strictObject({ hosts: z.record(name, host) });

/** Tags of Ansible's: what they hold is nothing to look at. */
const foreign = ["!vault", "!unsafe"];

/** Longer lines are not written by hand, and few keys begin one. */
const longestLine = 500;

/** Where each key of a YAML text is, as far as there is one line with it. */
function lineFinder(text: string): LineOf {
  const lines = new Map<string, number | undefined>();
  for (const [index, line] of text.split("\n").entries()) {
    if (line.length > longestLine) continue;
    const [, , key] = /^\s*(["']?)([^"'\s#].*?)\1\s*:(?:\s|$)/.exec(line) ?? [];
    if (key !== undefined) lines.set(key, lines.has(key) ? undefined : index + 1);
  }
  return (key) => lines.get(key);
}

/** More than any inventory holds. */
const mostValues = 1_000_000;

/** Whether a document is too large to be walked through: an alias counts as often as it is used, and may hold itself. */
function isOutsized(document: unknown): boolean {
  const open: unknown[] = [document];
  for (let count = 0; open.length > 0; count++) {
    if (count + open.length > mostValues) return true;
    const one = open.pop();
    if (typeof one === "object" && one !== null)
      for (const inner of Object.values(one)) open.push(inner);
  }
  return false;
}

function fromDocument(document: Readonly<Record<string, unknown>>, lineOf: LineOf): Entries {
  if (typeof document["plugin"] === "string") {
    const reason = `is the configuration of Ansible's plugin ${document["plugin"]}; save what ansible-inventory --list --yaml prints`;
    return { entries: [], problems: [{ line: lineOf("plugin"), reason }] };
  }
  if (hasGroups(document)) return entriesOf(treeFromYaml(document, lineOf));
  if (Object.keys(document).length > mostHosts) {
    return { entries: [], problems: [{ reason: `has more than ${mostHosts} hosts` }] };
  }
  return {
    entries: Object.entries(document).map(([name, one]) => ({
      name,
      line: lineOf(name),
      // Without a word about it: its address is missing.
      host: one ?? {},
    })),
    problems: [],
  };
}

function entriesIn(file: string, text: string): Entries {
  if (!/\.(?:ya?ml|json)$/i.test(file)) return entriesOf(treeFromIni(text));
  const document = fromYaml(text, foreign);
  if (isOutsized(document)) {
    const reason = `holds more than ${mostValues} values, of which an alias has its own each time`;
    return { entries: [], problems: [{ reason }] };
  }
  if (document === null) return { entries: [], problems: [] };
  if (isMap(document)) return fromDocument(document, lineFinder(text));
  return { entries: [], problems: [{ reason: "must be a map of hosts or groups by name" }] };
}

/** What the schema says of the hosts. */
function checked({ entries }: Entries): Read<Readonly<Record<string, StatedHost>>> {
  const lines = new Map(entries.map((one) => [one.name, one.line]));
  const hosts = Object.fromEntries(entries.map((one) => [one.name, one.host]));
  const { values } = coerce({ hosts });
  const { data, error } = schema.safeParse(values, { reportInput: true });
  if (error === undefined) return { value: data.hosts };
  const problems = error.issues.flatMap((issue): FileProblem[] => {
    const line = lines.get(String(issue.path[1]));
    return problemsOf(issue).map(({ path, reason }) => ({
      line,
      reason: `${path.replace(/^vigil:hosts\.?/, "")} ${reason}`,
    }));
  });
  return { problems };
}

/**
 * The hosts in a file. By its name it is YAML (`.yaml`, `.yml`, `.json`), or else INI, as Ansible has it.
 *
 * @param text - Without a byte order mark.
 */
export function readInventory(
  file: string,
  text: string,
): Read<Readonly<Record<string, StatedHost>>> {
  let found: Entries;
  try {
    found = entriesIn(file, text);
  } catch (error) {
    const { message } = error as Error;
    const [, line] = / at line (\d+)/.exec(message) ?? [];
    return {
      problems: [
        {
          line: line === undefined ? undefined : Number(line),
          reason: message.replace(/ at line \d+, column \d+$/, ""),
        },
      ],
    };
  }
  const read = checked(found);
  if (found.problems.length === 0) return read;
  return { problems: [...found.problems, ...("problems" in read ? read.problems : [])] };
}
