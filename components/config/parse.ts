import type { z } from "zod";
import { nearest } from "../../rules/lib/nearest.ts";
import { contradictions } from "./contradictions.ts";
import { encryptedSecret } from "./fields.ts";
import { configKey, fieldAt, fieldsOf } from "./fields-of.ts";
import { type Config, schema } from "./schema.ts";

/** One mistake in a stack's configuration. */
export interface ConfigProblem {
  /** `vigil:prometheus.port` */
  readonly path: string;
  readonly reason: string;
  /** Command that mends it. */
  readonly fix: string;
}

/** A stack's configuration as the engine hands it over. */
export interface RawConfig {
  /** Text or JSON by key without `vigil:`: `{ environment: "dev", prometheus: "{\"port\":9090}" }`. */
  readonly values: Readonly<Record<string, string>>;
  /** Keys that were stored encrypted. */
  readonly secretKeys: ReadonlySet<string>;
}

export type Parsed =
  | { readonly config: Config; readonly problems?: never }
  | { readonly config?: never; readonly problems: readonly ConfigProblem[] };

type Path = readonly (string | number)[];

/** The command that sets a value at `path`, with an example that works. */
export function setCommand(path: Path): string {
  const field = fieldAt(path);
  const where = `--path '${configKey(path)}'`;
  return field?.secret === true
    ? `pulumi config set --secret ${where}`
    : `pulumi config set ${where} ${field?.example ?? "<value>"}`;
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys): ConfigProblem[] {
  const parent = issue.path as Path;
  const known = fieldsOf(parent);
  return issue.keys.map((key) => {
    const meant = nearest(key, known);
    return {
      path: configKey([...parent, key]),
      reason:
        meant === undefined
          ? `is not known here; known are ${known.join(", ")}`
          : `is not known; did you mean ${meant}?`,
      fix: `pulumi config rm --path '${configKey([...parent, key])}'`,
    };
  });
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type" && issue.input === undefined) return "is missing";
  if (issue.code === "invalid_value") return `must be one of ${issue.values.join(", ")}`;
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid input")) {
    return `must be ${article(issue.expected)}`;
  }
  return issue.message;
}

const article = (type: string): string =>
  ({ object: "an object", record: "an object", int: "a whole number", string: "a text" })[type] ??
  `a ${type}`;

function problemsOf(issue: z.core.$ZodIssue): ConfigProblem[] {
  if (issue.code === "unrecognized_keys") return unknownKeys(issue);
  const path = issue.path as Path;
  if (issue.code === "invalid_key") {
    const reason = issue.issues.map((inner) => inner.message).join("; ");
    return [{ path: configKey(path), reason, fix: `pulumi config rm --path '${configKey(path)}'` }];
  }
  return [{ path: configKey(path), reason: reasonOf(issue), fix: setCommand(path) }];
}

/** JSON where the schema wants more than a text. */
function decode(raw: RawConfig): { values: Record<string, unknown>; problems: ConfigProblem[] } {
  const values: Record<string, unknown> = {};
  const problems: ConfigProblem[] = [];
  for (const [key, text] of Object.entries(raw.values)) {
    if (fieldsOf([key]).length === 0 && fieldAt([key])?.record !== true) {
      values[key] = text;
      continue;
    }
    try {
      values[key] = JSON.parse(text);
    } catch {
      problems.push({
        path: configKey([key]),
        reason: `must be an object, not the text ${JSON.stringify(text)}`,
        fix: `pulumi config rm ${configKey([key])}`,
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
    } else if (fieldAt(path)?.secret === true && value !== encryptedSecret) {
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

/** The sections that are valid by themselves, so that contradictions between them show at once too. */
function salvage(values: Record<string, unknown>): Partial<Config> {
  const good: Record<string, unknown> = {};
  for (const [key, section] of Object.entries(schema.shape)) {
    const result = section.safeParse(values[key]);
    if (result.success) good[key] = result.data;
  }
  return good;
}

/**
 * The configuration of a stack, or everything that is wrong with it. Pure.
 *
 * @param now - Against which certificates are held.
 */
export function parseConfig(raw: RawConfig, now: Date): Parsed {
  const { values, problems } = decode(raw);
  const broken = new Set(problems.map((problem) => problem.path));
  const result = schema.safeParse(values, { reportInput: true });
  const all = [
    ...problems,
    ...(result.error?.issues ?? [])
      .flatMap(problemsOf)
      .filter((problem) => !broken.has(problem.path)),
    ...clearSecrets(values, raw.secretKeys),
    ...contradictions(result.data ?? salvage(values), now),
  ].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return result.success && all.length === 0 ? { config: result.data } : { problems: all };
}
