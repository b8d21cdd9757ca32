import { isRecord, type Raw } from "../values.ts";

/**
 * The engine shows a changed text that it can read as YAML as a tree with every unchanged leaf, and
 * one of which only a comment changed as two escaped lines. Other texts it shows as people want them:
 * changed lines with two lines around them. So a text about to be compared is stored with a line at
 * which the engine's YAML reader gives up, and which is blank and therefore never shown. The mark
 * stays in the state: it reaches neither a file nor a check.
 */
const mark = "\t\n";
const markedLine = `\n${mark}`;

/** `text` with the mark as the first of its kind, where what changed is shown anyway. */
function marked(text: string, old: string): string {
  const own = text.indexOf(markedLine) + 1;
  const best = firstChange(text, old);
  const at = own > 0 ? Math.min(own, best) : best;
  return at > 0 ? text.slice(0, at) + mark + text.slice(at) : text;
}

/** Start of the first line that differs, but none of the ends, which the engine strips if blank. */
function firstChange(text: string, old: string): number {
  const lastLine = text.trimEnd().lastIndexOf("\n") + 1;
  let same = 0;
  while (same < lastLine && text[same] === old[same]) same += 1;
  const line = same === 0 ? 0 : text.lastIndexOf("\n", same - 1) + 1;
  return line > 0 ? line : text.indexOf("\n") + 1;
}

/** The text of a file as it is, from the text as it is stored. */
export function unmarked(stored: string): string {
  const at = stored.indexOf(markedLine) + 1;
  return at > 0 ? stored.slice(0, at) + stored.slice(at + mark.length) : stored;
}

/**
 * `files` as they are to be stored in place of the stored `before`: changed ones with the mark, new
 * ones, which are shown whole, without. Anything but plain text stays unchanged.
 */
export function toStore(files: unknown, before: unknown): unknown {
  if (!isRecord(files)) return files;
  const stored = isRecord(before) ? before : {};
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => {
      const old = stored[path];
      if (typeof text !== "string") return [path, text];
      if (typeof old === "string" && unmarked(old) === text) return [path, old];
      if (typeof old === "string") return [path, marked(text, unmarked(old))];
      return [path, text.includes(markedLine) ? marked(text, "") : text];
    }),
  );
}

/** Stored `files` as they are; see {@link toStore}. */
export function fromStore(files: unknown): unknown {
  if (!isRecord(files)) return files;
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path,
      typeof text === "string" ? unmarked(text) : text,
    ]),
  );
}

/** With the files' texts as they are rather than as they are stored. */
export function asIs(stored: Raw): Raw & { readonly files: unknown } {
  return { ...stored, files: fromStore(stored["files"]) };
}
