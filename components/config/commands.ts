/** The commands that fix a configuration: each works when it is pasted into a shell in the checkout. */
import { quote } from "../../lib/command.ts";
import type { Path } from "./fields.ts";
import { fieldAt, fieldsOf } from "./fields-of.ts";

const plainKey = /^[\w-]+$/;

/** One step of a path as the engine reads it: `.port`, `[0]`, `["web-1:9100"]`. */
const step = (key: string | number): string => {
  if (typeof key === "number") return `[${key}]`;
  return plainKey.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
};

/** `["prometheus", "port"]` → `vigil:prometheus.port`. */
export function configKey([first = "", ...rest]: Path): string {
  return `vigil:${first}${rest.map(step).join("")}`;
}

/** A key of the stack's file that is not a path: a dot in it is part of its name. */
const isTop = (path: Path): boolean => path.length === 1;

const config = "./vigil pulumi config";

/** A flag, or what is read from a file: a certificate in PEM begins with dashes. */
const looksLikeFlag = /^(?:-|"\$\()/;

/** The command that takes away what is at `path`. */
export function removeCommand(path: Path): string {
  return `${config} rm ${isTop(path) ? "" : "--path "}${quote(configKey(path))}`;
}

/** A value that works at `path`; that of a map is said for all of its names. */
const exampleAt = (path: Path): string | undefined =>
  fieldAt(path)?.example ?? fieldAt(path.slice(0, -1))?.example;

/**
 * The command that sets what is at `path`. A secret is asked for, never given.
 *
 * @param value - As a shell reads it; by default the field's example, which works.
 */
export function setCommand(path: Path, value = exampleAt(path) ?? ""): string {
  const where = `--path ${quote(configKey(path))}`;
  const field = fieldAt(path);
  if (field?.secret === true) {
    return `${config} set --secret ${where}${field.from === undefined ? "" : ` < ${field.from}`}`;
  }
  // A value that looks like a flag is not one of the engine's.
  return `${config} set ${where} ${looksLikeFlag.test(value) ? "-- " : ""}${value}`;
}

/** The command that stores a text that looks like a number as the text it is. */
export function setTextCommand(path: Path): string {
  return setCommand(path, "").trim().replace("config set", "config set --type string");
}

/** First field below `path` that must be there, with a name where one can be chosen. */
function firstLeaf(path: Path): Path {
  const [field] = fieldsOf(path);
  if (field !== undefined) return firstLeaf([...path, field]);
  const exampleKey = fieldAt(path)?.exampleKey;
  return exampleKey === undefined ? path : [...path, exampleKey];
}

/**
 * The command that fixes what is wrong at `path`, whatever is there.
 *
 * @param present - Whether something is there, which can only be taken away where it has parts.
 */
export function mendCommand(path: Path, present: boolean): string {
  const field = fieldAt(path);
  const hasParts = field?.record === true || fieldsOf(path).length > 0;
  const leaf = firstLeaf(path);
  const canSet = fieldAt(leaf)?.secret === true || exampleAt(leaf) !== undefined;
  if (!hasParts && canSet) return setCommand(leaf);
  if (present || !canSet) return removeCommand(path);
  return setCommand(leaf);
}
