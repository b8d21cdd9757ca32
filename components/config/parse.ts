import type { AlertGroup } from "../../rules/lib/alert.ts";
import { namesAlerts } from "./catalogue.ts";
import { configKey, removeCommand, setCommand, setTextCommand } from "./commands.ts";
import { coerce } from "./coerce.ts";
import { contradictions } from "./contradictions.ts";
import { encryptedSecret } from "./fields.ts";
import type { Path } from "./fields.ts";
import { fieldAt, fieldsOf } from "./fields-of.ts";
import { type HostFiles, withHosts } from "./hosts/with-hosts.ts";
import { type ConfigProblem, problemsOf } from "./mistakes.ts";
import { independent, salvage } from "./salvage.ts";
import { type Config, schema } from "./schema.ts";

/** A stack's configuration as the engine hands it over. */
export interface RawConfig {
  /** Text or JSON by key without `vigil:`: `{ environment: "dev", prometheus: "{\"port\":9090}" }`. */
  readonly values: Readonly<Record<string, string>>;
  /** Keys that were stored encrypted. */
  readonly secretKeys: ReadonlySet<string>;
  /** What was read from the files that it has its hosts from; see `readHostFiles`. */
  readonly files?: HostFiles;
}

export type Parsed =
  | { readonly config: Config; readonly problems?: never }
  | { readonly config?: never; readonly problems: readonly ConfigProblem[] };

/** JSON where the schema wants more than a text. */
function decode(raw: RawConfig): { values: Record<string, unknown>; problems: ConfigProblem[] } {
  const values: Record<string, unknown> = {};
  const problems: ConfigProblem[] = [];
  for (const [key, text] of Object.entries(raw.values)) {
    if (fieldsOf([key]).length === 0 && fieldAt([key])?.record !== true) {
      values[key] = text;
      continue;
    }
    // A section whose every line is commented out.
    if (text.trim() === "") continue;
    try {
      values[key] = JSON.parse(text);
    } catch {
      const shown = raw.secretKeys.has(key) ? "a text" : `the text ${JSON.stringify(text)}`;
      problems.push({
        path: configKey([key]),
        reason: `must be an object, not ${shown}`,
        fix: removeCommand([key]),
      });
    }
  }
  return { values, problems };
}

/** Secrets that lie in clear in the stack file: valid, and wrong all the same. */
function clearSecrets(
  values: Record<string, unknown>,
  secretKeys: ReadonlySet<string>,
): ConfigProblem[] {
  const found: ConfigProblem[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key]);
    } else if (value !== null && fieldAt(path)?.secret === true && value !== encryptedSecret) {
      found.push({
        path: configKey(path),
        reason: "is a secret but stored in clear",
        fix: setCommand(path),
      });
    }
  };
  for (const [key, value] of Object.entries(values)) if (!secretKeys.has(key)) visit(value, [key]);
  return found;
}

/** Each mistake once: what is broken as a whole, or was lost on its way, is not told again by the schema. */
function distinct(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const first = new Map<string, ConfigProblem>();
  for (const problem of problems) {
    const known = first.get(problem.path);
    if (known === undefined) first.set(problem.path, problem);
    else if (known.fix !== problem.fix) first.set(`${problem.path} ${problem.reason}`, problem);
  }
  return [...first.values()];
}

/**
 * The configuration of a stack, or everything that is wrong with it. Pure.
 *
 * @param now - Against which certificates are held.
 * @param catalogue - Every group of alerts; undefined where {@link namesAlerts} says that none is asked for.
 */
export function parseConfig(
  raw: RawConfig,
  now: Date,
  catalogue: readonly AlertGroup[] | undefined,
): Parsed {
  if (catalogue === undefined && namesAlerts(raw)) {
    throw new Error("The catalogue of alerts was not loaded");
  }
  const decoded = decode(raw);
  const { lost, values } = coerce(decoded.values);
  const result = schema.safeParse(values, { reportInput: true });
  const unreadable = [
    ...decoded.problems,
    ...lost.map(({ path }) => ({
      path: configKey(path),
      reason: "is a number too long to be kept as it was written; store it as a text",
      fix: setTextCommand(path),
    })),
  ];
  const broken = new Set(unreadable.map(({ path }) => path));
  const mistakes = [
    ...unreadable,
    ...(result.error?.issues ?? []).flatMap(problemsOf).filter(({ path }) => !broken.has(path)),
  ];
  const { config, problems, ofFiles } = withHosts(result.data ?? salvage(values), raw.files);
  const found = [...problems, ...contradictions(config, now, catalogue ?? [])];
  const all = [
    ...distinct([
      ...mistakes,
      ...clearSecrets(values, raw.secretKeys),
      ...independent(found, mistakes),
    ]),
    // Each is about a place of its own in a file, though all have one path here.
    ...ofFiles,
  ].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return result.success && all.length === 0 ? { config: config as Config } : { problems: all };
}
