import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromYaml } from "../lib/yaml.ts";
import { quote } from "../lib/command.ts";
import { removeCommand } from "./config/commands.ts";
import { type ConfigProblem, mistake } from "./config/mistakes.ts";
import type { Config } from "./config/schema.ts";
import type { OwnTexts } from "./plan.ts";

/** Files of the stack's own: texts by name, or what is wrong with them. */
export interface OwnFiles {
  readonly texts: OwnTexts;
  readonly problems: readonly ConfigProblem[];
}

/** A kind of file that a stack may bring. */
interface Kind {
  /** Section and field that names them. */
  readonly at: readonly [section: string, field: string];
  readonly parse: (text: string) => unknown;
  /** Why a document is not of this kind; undefined where it is. */
  readonly lacks: (document: Readonly<Record<string, unknown>>) => string | undefined;
  /** Command that says more about a file. */
  readonly check: (path: string) => string;
}

/** Uids of Vigil's own boards begin so. */
const ours = "vigil-";

function boardProblem({ title, uid }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof title !== "string" || typeof uid !== "string" || !/^[\w-]{1,40}$/.test(uid)) {
    return "is not a board: it must have a `title`, and a `uid` of at most 40 letters, digits, - and _";
  }
  return uid.startsWith(ours)
    ? `has the uid ${uid}: those with ${ours} are Vigil's own`
    : undefined;
}

const hasList =
  (field: string, what: string): Kind["lacks"] =>
  (document) =>
    Array.isArray(document[field])
      ? undefined
      : `holds no ${what}: the file must have a list \`${field}\``;

/** Whether rules and scrape configurations can be used is promtool's to say, before anything is deployed. */
const kinds: Readonly<Record<keyof OwnTexts, Kind>> = {
  rules: {
    at: ["rules", "extra"],
    parse: fromYaml,
    lacks: hasList("groups", "rules"),
    check: (path) => `.vigil/bin/promtool check rules ${quote(path)}`,
  },
  scrapes: {
    at: ["prometheus", "scrapes"],
    parse: fromYaml,
    lacks: hasList("scrape_configs", "scrape configurations"),
    check: (path) => `.vigil/bin/promtool check config --syntax-only ${quote(path)}`,
  },
  boards: {
    at: ["grafana", "boards"],
    parse: (text) => JSON.parse(text) as unknown,
    lacks: boardProblem,
    check: (path) =>
      `node -p 'JSON.parse(require("fs").readFileSync(process.argv[1]))' ${quote(path)}`,
  },
};

function textOf(path: string, root: string, kind: Kind): string {
  const text = readFileSync(join(root, path), "utf8");
  const document = kind.parse(text);
  const lacking = kind.lacks((typeof document === "object" && document ? document : {}) as never);
  if (lacking !== undefined) throw new Error(lacking);
  return text;
}

/** Names and paths that a stack's configuration has for a kind of file. */
function named(config: Config, { at: [section, field] }: Kind): [name: string, path: string][] {
  const files = (config[section as never] as Record<string, Record<string, string>>)[field] ?? {};
  return Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Reads the files of a stack's own: `vigil:rules.extra`, `vigil:prometheus.scrapes` and
 * `vigil:grafana.boards`.
 *
 * @param root - Folder that their paths are below.
 */
export function readOwnFiles(config: Config, root = process.cwd()): OwnFiles {
  const problems: ConfigProblem[] = [];
  const read = (kind: Kind): Record<string, string> =>
    Object.fromEntries(
      named(config, kind).flatMap(([name, path]) => {
        try {
          return [[name, textOf(path, root, kind)]];
        } catch (error) {
          problems.push(problemOf(error, [...kind.at, name], path, kind));
          return [];
        }
      }),
    );
  return {
    texts: { rules: read(kinds.rules), scrapes: read(kinds.scrapes), boards: read(kinds.boards) },
    problems,
  };
}

function problemOf(
  error: unknown,
  at: readonly string[],
  path: string,
  { check }: Kind,
): ConfigProblem {
  const absent = (error as NodeJS.ErrnoException).code === "ENOENT";
  const reason = absent ? "is not there" : (error as Error).message.split("\n")[0];
  const fix = absent ? removeCommand(at) : check(path);
  return mistake(at, `${path} ${reason ?? "cannot be read"}`, fix);
}
