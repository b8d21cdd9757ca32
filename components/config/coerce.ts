/**
 * Values that people and the engine write in another type than intended. `pulumi config set --path` turns decimals into
 * texts and texts that look like numbers into numbers; the engine's YAML turns a date into a time.
 */
import type { z } from "zod";
import { bare, step } from "./fields-of.ts";
import { schema } from "./schema.ts";

/** A number where a text is meant that is too long to have been read as it was written. */
export interface Lost {
  readonly path: readonly (string | number)[];
}

/** `string`, `number`, `boolean`, `object`, … behind whatever checks and transforms there are. */
function kindOf(type: z.core.$ZodType | undefined): string | undefined {
  if (type === undefined) return undefined;
  const { def } = bare(type)._zod;
  if (def.type !== "pipe") return def.type;
  const { in: first, out } = def as z.core.$ZodPipeDef;
  return kindOf(first) === "transform" ? kindOf(out) : kindOf(first);
}

const midnight = /^(\d{4}-\d\d-\d\d) 00:00:00 \+0000 UTC$/;
const decimal = /^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

function scalar(value: unknown, kind: string | undefined): unknown {
  if (kind === "string" || kind === "enum") {
    if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
    if (typeof value === "boolean") return String(value);
    if (typeof value === "string") return midnight.exec(value)?.[1] ?? value;
  }
  if (typeof value !== "string") return value;
  const text = value.trim();
  if ((kind === "number" || kind === "int") && decimal.test(text)) return Number(text);
  if (kind === "boolean" && /^(?:true|false)$/.test(text)) return text === "true";
  return value;
}

/**
 * Configuration with every value in the type that is meant, as far as nothing is lost by that; what was
 * lost before is said. An empty section counts as one that is not there.
 */
export function coerce(values: Readonly<Record<string, unknown>>): {
  readonly values: Record<string, unknown>;
  readonly lost: readonly Lost[];
} {
  const lost: Lost[] = [];
  const visit = (
    value: unknown,
    type: z.core.$ZodType | undefined,
    path: readonly (string | number)[],
  ): unknown => {
    const kind = kindOf(type);
    if (Array.isArray(value)) {
      return value.map((one, index) => visit(one, type && step(type, index), [...path, index]));
    }
    if (typeof value === "object" && value !== null) {
      const entries = Object.entries(value).map(
        ([key, one]) => [key, visit(one, type && step(type, key), [...path, key])] as const,
      );
      return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
    }
    if (value === null) return kind === "object" || kind === "record" ? undefined : value;
    if (kind === "array" && typeof value === "string") {
      return visit(
        value.split(",").map((one) => one.trim()),
        type,
        path,
      );
    }
    const meant = scalar(value, kind);
    if (kind === "string" && typeof meant === "number") lost.push({ path });
    return meant;
  };
  return { values: visit(values, schema, []) as Record<string, unknown>, lost };
}
