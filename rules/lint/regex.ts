/** Regular expressions taken apart, as far as a reader does it. */

/** How many texts an expression may come to before it is left as it is. */
const most = 500;

interface Piece {
  /** What it can be, each a pattern without a choice of its own. */
  readonly choices: readonly string[];
  readonly end: number;
}

/** Where the bracket at `from` closes. */
function closing(pattern: string, from: number): number {
  const open = pattern[from];
  let depth = 0;
  for (let at = from; at < pattern.length; at += 1) {
    if (pattern[at] === "\\") at += 1;
    else if (open === "[") {
      if (pattern[at] === "]" && at > from + 1) return at;
    } else if (pattern[at] === "[") at = closing(pattern, at);
    else if (pattern[at] === "(") depth += 1;
    else if (pattern[at] === ")") {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return pattern.length;
}

/** One atom with its quantifier. */
function pieceAt(pattern: string, from: number): Piece {
  const first = pattern[from] ?? "";
  const bracket = first === "(" || first === "[";
  const end = bracket ? closing(pattern, from) + 1 : from + (first === "\\" ? 2 : 1);
  const quantifier = /^(?:[*+?]|\{[\d,]+\})\??/.exec(pattern.slice(end))?.[0] ?? "";
  const text = pattern.slice(from, end + quantifier.length);
  const isGroup = first === "(" && !/^\(\?[^:]/.test(text);
  if (!isGroup || !["", "?"].includes(quantifier)) {
    return { choices: [text], end: end + quantifier.length };
  }
  const inner = choicesOf(pattern.slice(from + (text.startsWith("(?:") ? 3 : 1), end - 1));
  return {
    choices: quantifier === "?" ? [...inner, ""] : inner,
    end: end + quantifier.length,
  };
}

/**
 * The patterns that a regular expression is a choice of: `ext[34]|(?:a|b)c?` is `ext[34]`, `ac?`, `bc?`.
 * One that comes to very many is given back whole.
 */
export function alternatives(pattern: string): string[] {
  const flags = /^\(\?[a-z]+\)/.exec(pattern)?.[0] ?? "";
  return choicesOf(pattern.slice(flags.length)).map((choice) => flags + choice);
}

function choicesOf(pattern: string): string[] {
  const found: string[] = [];
  let open: string[] = [""];
  for (let at = 0; at < pattern.length;) {
    if (pattern[at] === "|") {
      found.push(...open);
      open = [""];
      at += 1;
      continue;
    }
    const { choices, end } = pieceAt(pattern, at);
    open = open.flatMap((start) => choices.map((choice) => start + choice));
    if (open.length + found.length > most) return [pattern];
    at = end;
  }
  return [...found, ...open];
}
