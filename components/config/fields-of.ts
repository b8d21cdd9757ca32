import { z } from "zod";
import type { FieldMeta, Path } from "./fields.ts";
import { schema } from "./schema.ts";

/** One configuration key as the table in the README shows it. */
export interface Field extends FieldMeta {
  /** `vigil:prometheus.port`; `<name>` stands for a key of the user's choice. */
  readonly key: string;
  readonly required: boolean;
  /** As JSON; undefined where there is none. */
  readonly default?: string;
}

/** The facts about one place of the schema. */
interface Known extends Partial<FieldMeta> {
  readonly record: boolean;
}

/** Strips what only says how a value may be absent. */
export function bare(type: z.core.$ZodType): z.core.$ZodType {
  if (
    type instanceof z.ZodOptional ||
    type instanceof z.ZodDefault ||
    type instanceof z.ZodPrefault
  ) {
    return bare(type.def.innerType);
  }
  return type;
}

function metaOf(type: z.core.$ZodType): Partial<FieldMeta> {
  return (z.globalRegistry.get(type) ??
    z.globalRegistry.get(bare(type)) ??
    {}) as Partial<FieldMeta>;
}

/** The type below one step of a path; undefined where there is none. */
export function step(
  type: z.core.$ZodType | undefined,
  key: string | number,
): z.core.$ZodType | undefined {
  const inner = type === undefined ? undefined : bare(type);
  if (inner instanceof z.ZodObject) {
    // A key such as `valueOf` must not find what every object has.
    return Object.hasOwn(inner.shape, key) ? (inner.shape[key] as z.core.$ZodType) : undefined;
  }
  if (inner instanceof z.ZodRecord) return inner.def.valueType;
  if (inner instanceof z.ZodArray) return inner.def.element;
  return undefined;
}

function typeAt(path: Path): z.core.$ZodType | undefined {
  return path.reduce<z.core.$ZodType | undefined>((type, key) => step(type, key), schema);
}

/** The facts about the field at `path`, or undefined where there is none. */
export function fieldAt(path: Path): Known | undefined {
  const type = typeAt(path);
  return type && { ...metaOf(type), record: bare(type) instanceof z.ZodRecord };
}

/** Names of the fields below `path`; empty for a leaf or a map. */
export function fieldsOf(path: Path): string[] {
  const type = typeAt(path);
  const inner = type && bare(type);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

function defaultOf(type: z.core.$ZodType): string | undefined {
  return type instanceof z.ZodDefault ? JSON.stringify(type.def.defaultValue) : undefined;
}

/** Every key that can be set, in the order of the schema. */
export function allFields(): Field[] {
  const fields: Field[] = [];
  const visit = (type: z.core.$ZodType, path: string[], optional: boolean): void => {
    const inner = bare(type);
    const meta = metaOf(type);
    const absent = optional || type instanceof z.ZodOptional || type instanceof z.ZodDefault;
    if (inner instanceof z.ZodObject) {
      for (const [key, child] of Object.entries<z.core.$ZodType>(inner.shape)) {
        visit(child, [...path, key], optional || type instanceof z.ZodOptional);
      }
    } else if (inner instanceof z.ZodRecord) {
      visit(inner.def.valueType, [...path, "<name>"], true);
      if (!(bare(inner.def.valueType) instanceof z.ZodObject)) {
        Object.assign(fields.at(-1) ?? {}, {
          description: meta.description,
          example: meta.example,
        });
      }
    } else {
      const fallback = defaultOf(type);
      fields.push({
        key: `vigil:${path.join(".")}`,
        description: meta.description ?? "",
        ...(meta.example === undefined ? {} : { example: meta.example }),
        ...(meta.secret === undefined ? {} : { secret: meta.secret }),
        required: !absent,
        ...(fallback === undefined ? {} : { default: fallback }),
      });
    }
  };
  visit(schema, [], false);
  return fields;
}
