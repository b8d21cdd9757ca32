/** Mistakes in files that a configuration names. Pure. */
import { quote } from "../../../lib/command.ts";
import { removeCommand } from "../commands.ts";
import { type ConfigProblem, mistake } from "../mistakes.ts";

/** A mistake in a file, without the file. */
export interface FileProblem {
  readonly line?: number | undefined;
  readonly reason: string;
  /** There is no such file, so nothing can be looked at in it. */
  readonly absent?: boolean;
}

/** What was read from a file: what it holds, or why it cannot be used. */
export type Read<T> = { readonly value: T } | { readonly problems: readonly FileProblem[] };

/** More mistakes of one file are counted. */
const mostOfFile = 20;

/** Longer reasons quote something that is not worth reading. */
const longest = 300;

const clipped = (text: string): string =>
  text.length > longest ? `${text.slice(0, longest)}…` : text;

/** @param at - The field that names the file. */
export function inFile(
  at: readonly string[],
  file: string,
  found: readonly FileProblem[],
): ConfigProblem[] {
  const open = (line?: number): string =>
    `\${EDITOR:-vi} ${line === undefined ? "" : `+${line} `}${quote(file)}`;
  const sorted = found.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const shown = sorted.slice(0, mostOfFile).map(({ absent, line, reason }) => {
    if (absent === true) return mistake(at, `${file} ${reason}`, removeCommand(at));
    const place = line === undefined ? file : `${file}, line ${line}`;
    return mistake(at, `${place}: ${clipped(reason)}`, open(line));
  });
  const more = found.length - shown.length;
  return more > 0 ? [...shown, mistake(at, `${file}: ${more} more mistakes`, open())] : shown;
}

/** Of a file that is named: what it holds, or nothing where that is not known. */
export function holdingOf<T>(
  at: readonly string[],
  file: string | undefined,
  read: Read<T> | undefined,
  nothing: T,
  problems: ConfigProblem[],
): T | undefined {
  if (file === undefined) return nothing;
  if (read !== undefined && "value" in read) return read.value;
  problems.push(...inFile(at, file, read?.problems ?? [{ reason: "was not read" }]));
  return undefined;
}
