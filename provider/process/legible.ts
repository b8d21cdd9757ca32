import { isRecord } from "../values.ts";

/**
 * The engine shows a changed text that it can read as YAML as a tree with every unchanged leaf, and
 * one of which only a comment changed as two escaped lines. Other texts it shows as people want them:
 * changed lines with two lines around them. So a text about to be compared is stored with a line at
 * which the engine's YAML reader gives up, and which is blank and therefore never shown. The mark
 * stays in the state: it reaches neither a file nor a check.
 */
const mark = "\t\n";

/** Behind the first line: the engine strips what is blank at the ends. */
function markAt(text: string): number {
  return text.indexOf("\n") + 1;
}

function isMarked(text: string): boolean {
  const at = markAt(text);
  return at > 0 && text.startsWith(mark, at);
}

function marked(text: string): string {
  const at = markAt(text);
  return at > 0 ? text.slice(0, at) + mark + text.slice(at) : text;
}

/** The text of a file as it is, from the text as it is stored. */
export function unmarked(stored: string): string {
  const at = markAt(stored);
  return isMarked(stored) ? stored.slice(0, at) + stored.slice(at + mark.length) : stored;
}

/**
 * `files` as they are to be stored in place of the stored `before`: changed ones with the mark, new
 * ones, which are shown whole, without. What is no plain text stays as it is.
 */
export function toStore(files: unknown, before: unknown): unknown {
  if (!isRecord(files)) return files;
  const stored = isRecord(before) ? before : {};
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => {
      const old = stored[path];
      if (typeof text !== "string") return [path, text];
      if (typeof old === "string" && unmarked(old) === text) return [path, old];
      return [path, typeof old === "string" || isMarked(text) ? marked(text) : text];
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
