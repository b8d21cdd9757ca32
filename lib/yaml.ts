import { CORE_SCHEMA, load, Type, YAMLException } from "js-yaml";

/** `<<` takes over what another map has. By this name the library knows it. */
const merge = new Type("tag:yaml.org,2002:merge", {
  kind: "scalar",
  resolve: (text) => text === "<<",
});

/**
 * The one document of a YAML text, by YAML 1.2's core schema: dates and `yes` are texts. Nothing is null.
 *
 * Read with the library that the Pulumi SDK has loaded anyway.
 *
 * @param foreign - For a file that others read as well: their tags, whose texts are kept as they are. It may also
 *   take over maps by `<<`.
 * @throws Error - In one line, with the place, where the text is not YAML, has a key twice, or several documents.
 */
export function fromYaml(text: string, foreign?: readonly string[]): unknown {
  const schema =
    foreign === undefined
      ? CORE_SCHEMA
      : CORE_SCHEMA.extend({
          implicit: [merge],
          explicit: foreign.map((tag) => new Type(tag, { kind: "scalar" })),
        });
  try {
    return load(text, { schema }) ?? null;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    // Not every complaint has a place, whatever its type says.
    const mark = error.mark as typeof error.mark | undefined;
    const place = mark && ` at line ${mark.line + 1}, column ${mark.column + 1}`;
    throw new Error(`${error.reason}${place ?? ""}`, { cause: error });
  }
}

/**
 * A map or a list as YAML in block style, a line per value however long, without references. Fields that are
 * undefined are left out. Same input, same bytes.
 *
 * Not by a library: one that was tried took a third of the time in which the whole program runs for the same
 * bytes (`bench/program-load.ts`). A property test has two libraries read back what is written here.
 *
 * @param value - What JSON can hold.
 */
export function toYaml(value: object): string {
  return `${blockOf(value, "")}\n`;
}

/** @param margin - What each line but the first begins with; the caller has written that of the first. */
function blockOf(value: unknown, margin: string): string {
  if (typeof value === "string") return textOf(value, margin);
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const inner = `${margin}  `;
  const lines = Array.isArray(value)
    ? value.map((one) => `- ${blockOf(one, inner)}`)
    : fieldsOf(value).map(([key, one]) => {
        // What has lines of its own begins below its key.
        const gap = isNested(one) ? `\n${inner}` : " ";
        return `${lineOf(key)}:${gap}${blockOf(one, inner)}`;
      });
  if (lines.length === 0) return Array.isArray(value) ? "[]" : "{}";
  return lines.join(`\n${margin}`);
}

const fieldsOf = (value: object): [string, unknown][] =>
  Object.entries(value).filter(([, one]) => one !== undefined);

const isNested = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  (Array.isArray(value) ? value.length : fieldsOf(value).length) > 0;

/** Several lines become a literal block where that keeps every character. */
function textOf(text: string, margin: string): string {
  if (!text.includes("\n") || /^\s|\n[\t ]+$/.test(text) || unprintable.test(text))
    return lineOf(text);
  const body = text.replace(/\n+$/, "");
  const ends = text.length - body.length;
  const chomp = ["-", ""][ends] ?? "+";
  const lines = [...body.split("\n"), ...Array<string>(Math.max(0, ends - 1)).fill("")];
  return `|${chomp}${lines.map((line) => (line === "" ? "\n" : `\n${margin}${line}`)).join("")}`;
}

/** What YAML wants escaped, in a form for all characters but a line's end. */
const unprintable = /[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

/** Indicators, at the beginning or where a key or a comment would begin, and blanks at an end. */
const indicator = /^[\s,[\]{}#&*!|>'"%@`]|^[-?](?:\s|$)|^(?:---|\.\.\.)|:(?:\s|$)|\s#|\s$|\n/;

/** What a reader of YAML 1.2, or of an older one, takes for something other than a text. */
const otherwise = new RegExp(
  `^(?:${[
    "~|null|true|false|yes|no|on|off|y|n|<<|=",
    "[-+]?0[box][\\da-f_]+",
    "[-+]?(?:\\d[\\d_]*\\.?[\\d_]*|\\.[\\d_]+)(?:e[-+]?\\d+)?",
    "[-+]?\\.inf|\\.nan",
    "[-+]?\\d[\\d_]*(?::[0-5]?\\d)+(?:\\.\\d*)?",
    "\\d{4}-\\d\\d?-\\d\\d?(?:[t ].*)?",
  ].join("|")})$`,
  "i",
);

function lineOf(text: string): string {
  const isPlain =
    text !== "" && !indicator.test(text) && !otherwise.test(text) && !unprintable.test(text);
  if (isPlain) return text;
  const single = text.includes('"') && !/['\n]/.test(text) && !unprintable.test(text);
  return single ? `'${text}'` : doubleQuoted(text);
}

/** JSON's form is YAML's; what JSON leaves as it is and YAML does not take is escaped as well. */
const doubleQuoted = (text: string): string =>
  JSON.stringify(text).replace(
    new RegExp(unprintable, "g"),
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
