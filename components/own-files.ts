import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fromYaml } from "../lib/yaml.ts";
import { quote } from "../lib/command.ts";
import { removeCommand } from "./config/commands.ts";
import { type Named, namedFiles } from "./config/hosts/named-files.ts";
import type { FileProblem, Read } from "./config/hosts/file-problems.ts";
import type { HostFiles } from "./config/hosts/with-hosts.ts";
import { type ConfigProblem, mistake } from "./config/mistakes.ts";
import type { RawConfig } from "./config/parse.ts";
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

/** More than any file that people write for this. */
const largest = 16 * 1024 * 1024;

/**
 * The text of a file of the stack's. What is not a file is not opened: a pipe would never end.
 *
 * @throws Error - Which says in words what is wrong with it, after its path.
 */
function readHere(path: string, root: string): string {
  const full = join(root, path);
  const stats = statSync(full);
  if (!stats.isFile()) throw new Error("is not a file");
  if (stats.size > largest) throw new Error(`has more than ${largest / 1024 / 1024} MB`);
  const bytes = readFileSync(full);
  if (!isUtf8(bytes) || bytes.includes(0)) throw new Error("is not a text in UTF-8");
  return bytes.toString("utf8").replace(/^\uFEFF/, "");
}

function textOf(path: string, root: string, kind: Kind): string {
  const text = readHere(path, root);
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

/** Why a file cannot be read. */
function reasonOf(error: unknown): FileProblem {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return { reason: "is not there", absent: true };
  const reason = code === "EACCES" ? "cannot be read: permission denied" : message.split("\n")[0];
  return { reason: reason ?? "cannot be read" };
}

function problemOf(
  error: unknown,
  at: readonly string[],
  path: string,
  { check }: Kind,
): ConfigProblem {
  const { absent, reason } = reasonOf(error);
  return mistake(at, `${path} ${reason}`, absent === true ? removeCommand(at) : check(path));
}

/** Reads a file and takes it apart; what takes it apart is loaded only where there is one. */
async function readOne<T>(
  path: string | undefined,
  root: string,
  load: () => Promise<(path: string, text: string) => Read<T>>,
): Promise<Read<T> | undefined> {
  if (path === undefined) return undefined;
  try {
    const text = readHere(path, root);
    return (await load())(path, text);
  } catch (error) {
    return { problems: [reasonOf(error)] };
  }
}

const readers = {
  inventory: async () => (await import("./config/hosts/inventory.ts")).readInventory,
  knownHosts: async () => {
    const { readKnownHosts } = await import("./config/hosts/known-hosts.ts");
    return (_path: string, text: string) => {
      const value = readKnownHosts(text);
      return value.problems.length > 0 ? { problems: value.problems } : { value };
    };
  },
} satisfies Record<keyof Named, unknown>;

/**
 * A configuration with what its files say of hosts: `vigil:inventory` and `vigil:ssh.knownHosts`.
 *
 * @param root - Folder that their paths are below.
 */
export async function withHostFiles(raw: RawConfig, root = process.cwd()): Promise<RawConfig> {
  const named = namedFiles(raw);
  const inventory = await readOne(named.inventory, root, readers.inventory);
  const knownHosts = await readOne(named.knownHosts, root, readers.knownHosts);
  const files: HostFiles = {
    ...(inventory !== undefined && { inventory }),
    ...(knownHosts !== undefined && { knownHosts }),
  };
  return { ...raw, files };
}
