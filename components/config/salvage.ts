/** The valid part of a configuration with mistakes: its contradictions are reported together with the mistakes. */
import type { z } from "zod";
import type { ConfigProblem } from "./mistakes.ts";
import type { Path } from "./fields.ts";
import { type Stated, schema } from "./schema.ts";

type Values = Readonly<Record<string, unknown>>;

/** Without what is at `path`; what is missing there takes the object that needs it along. */
function without(values: Values, path: Path): Values {
  const copy = structuredClone(values) as Record<string, unknown>;
  const holder = path
    .slice(0, -1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], copy);
  const last = path.at(-1);
  if (last === undefined) return {};
  if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else if (typeof holder === "object" && holder !== null && last in holder) {
    Reflect.deleteProperty(holder, last);
  } else return without(values, path.slice(0, -1));
  return copy;
}

function pathsOf(issue: z.core.$ZodIssue): Path[] {
  const path = issue.path as Path;
  return issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...path, key]) : [path];
}

/** More rounds than a configuration is deep mean that it cannot be told apart. */
const mostRounds = 50;

/** The largest part of `values` that is valid; a section that is not there gets its defaults. */
export function salvage(values: Values): Partial<Stated> {
  let rest = values;
  for (let round = 0; round < mostRounds; round++) {
    const { data, error } = schema.safeParse(rest);
    if (error === undefined) return data;
    // Both are required, and without one the whole would go.
    const paths = error.issues.flatMap(pathsOf).filter(([first]) => !required.has(String(first)));
    if (paths.length === 0) break;
    // From the back: an index stays what it is when later ones are gone.
    rest = [...paths].reverse().reduce(without, rest);
  }
  const good: Record<string, unknown> = {};
  for (const [key, section] of Object.entries(schema.shape)) {
    const result = section.safeParse(rest[key]);
    if (result.success) good[key] = result.data;
  }
  return good;
}

const required: ReadonlySet<string> = new Set(["environment", "target"]);

/** Whether one key is the other or lies below it. */
const related = (a: string, b: string): boolean =>
  a === b ||
  a.startsWith(`${b}.`) ||
  a.startsWith(`${b}[`) ||
  b.startsWith(`${a}.`) ||
  b.startsWith(`${a}[`);

/**
 * Contradictions that are not only there because something broken was left out: neither about it nor
 * told by it.
 */
export function independent(
  found: readonly ConfigProblem[],
  broken: readonly ConfigProblem[],
): ConfigProblem[] {
  return found.filter(({ path, reason }) => {
    const named = [path, ...(reason.match(/vigil:[\w.]+/g) ?? [])];
    return !broken.some((mistake) => named.some((key) => related(key, mistake.path)));
  });
}
