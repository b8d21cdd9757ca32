/** The schema's complaints in words, each with the command that fixes it. */
import type { z } from "zod";
import { nearest } from "../../lib/nearest.ts";
import { configKey, mendCommand, removeCommand, setCommand } from "./commands.ts";
import type { Path } from "./fields.ts";
import { fieldAt, fieldsOf } from "./fields-of.ts";

/** One mistake in a stack's configuration. */
export interface ConfigProblem {
  /** `vigil:prometheus.port` */
  readonly path: string;
  readonly reason: string;
  /** Command that fixes it, for the default stack. */
  readonly fix: string;
}

/** A mistake at `path`, fixed by setting what is there unless another command is given. */
export const mistake = (path: Path, reason: string, fix = setCommand(path)): ConfigProblem => ({
  path: configKey(path),
  reason,
  fix,
});

/**
 * The name that was probably meant, or else all known names.
 *
 * @param lead - Begins the list of what there is.
 */
export function hint(name: string, known: readonly string[], lead = "there are"): string {
  const meant = nearest(name, known);
  return meant === undefined ? `${lead} ${[...known].sort().join(", ")}` : `did you mean ${meant}?`;
}

/** A top-level key such as `prometheus.port`: set without `--path`, so its dots are part of its name. */
function withDots(key: string, value: unknown): ConfigProblem | undefined {
  const path = key.split(".");
  if (path.length < 2 || fieldAt(path) === undefined) return undefined;
  const plain = typeof value === "string" && /^[\w.:/@%+-]+$/.test(value);
  const set = plain && fieldAt(path)?.secret !== true ? setCommand(path, value) : setCommand(path);
  return {
    path: configKey([key]),
    reason: `is one name with a dot in it, which nothing reads; set it with --path`,
    fix: `${removeCommand([key])} && ${set}`,
  };
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys): ConfigProblem[] {
  const parent = issue.path as Path;
  const known = fieldsOf(parent);
  const values = issue.input as Readonly<Record<string, unknown>> | undefined;
  return issue.keys.map((key) => {
    const dotted = parent.length === 0 ? withDots(key, values?.[key]) : undefined;
    if (dotted !== undefined) return dotted;
    const meant = nearest(key, known);
    return {
      path: configKey([...parent, key]),
      reason:
        meant === undefined
          ? `is not known here; known keys are ${known.join(", ")}`
          : `is not known; did you mean ${meant}?`,
      fix: removeCommand([...parent, key]),
    };
  });
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type" && issue.input === undefined) return "is missing";
  if (issue.code === "invalid_type" && issue.input === null) {
    return "is empty; give it a value (in quotes if it begins with #) or remove it";
  }
  if (issue.code === "invalid_value") return `must be one of ${issue.values.join(", ")}`;
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid input")) {
    return `must be ${article(issue.expected)}`;
  }
  return issue.message;
}

const article = (type: string): string =>
  ({
    array: "a list",
    int: "a whole number",
    object: "an object",
    record: "an object",
    string: "a text",
  })[type] ?? `a ${type}`;

/** Everything that one complaint of the schema means. */
export function problemsOf(issue: z.core.$ZodIssue): ConfigProblem[] {
  if (issue.code === "unrecognized_keys") return unknownKeys(issue);
  const path = issue.path as Path;
  if (issue.code === "invalid_key") {
    const reason = issue.issues.map((inner) => inner.message).join("; ");
    return [{ path: configKey(path), reason, fix: removeCommand(path) }];
  }
  const fix = mendCommand(path, issue.input !== undefined);
  return [{ path: configKey(path), reason: reasonOf(issue), fix }];
}
