/** Runbooks as data: what a section must have, and whether two say the same. */
import type { Exposed } from "./inventory.ts";
import { type Node, parse, selectors } from "./promql.ts";

/** What every section tells, in this order. */
export const leadIns = [
  "Meaning",
  "Impact",
  "Diagnosis",
  "Mitigation",
  "Escalation",
  "Silence",
] as const;

/** The section of one alert. */
export interface Section {
  readonly alert: string;
  readonly text: string;
  /** Text by lead-in. */
  readonly parts: ReadonlyMap<string, string>;
  /** PromQL to paste. */
  readonly queries: readonly string[];
}

function partsOf(text: string): Map<string, string> {
  const pieces = text.split(/^\*\*(\w+)\.\*\*/m);
  return new Map(
    pieces
      .slice(1)
      .flatMap((piece, index) =>
        index % 2 === 0 ? [[piece, (pieces[index + 2] ?? "").trim()] as const] : [],
      ),
  );
}

const fence = /^ *```promql\n([\s\S]*?)^ *```/gm;

/** The sections of a runbook, in their order. */
export function sectionsOf(markdown: string): Section[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map((chunk) => {
      const end = chunk.indexOf("\n");
      const text = chunk.slice(end + 1);
      return {
        alert: chunk.slice(0, end).trim(),
        text,
        parts: partsOf(text),
        queries: [...text.matchAll(fence)].map(([, query]) => (query ?? "").trim()),
      };
    });
}

/** Queries of one fence: an empty line stands between two. */
const split = (query: string): string[] => query.split(/\n\s*\n/).map((one) => one.trim());

function wordsOf(text: string): string[] {
  return (
    text
      .replaceAll(/```[\s\S]*?```|`[^`]*`/g, " ")
      .toLowerCase()
      .match(/[a-z][a-z'-]+/g) ?? []
  );
}

/** Commands of the project and its tools in a text: what stands between backticks. */
export const commandsOf = (text: string): string[] =>
  [...text.matchAll(/`((?:\.\/)?(?:vigil|pulumi|promtool|make|amtool silence) [^`]*)`/g)].map(
    ([, command = ""]) => command,
  );

/** Lines to paste into a shell, without those that go on elsewhere. */
const linesToPaste = (text: string): string[] =>
  [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)].flatMap(([, block = ""]) =>
    block.split("\n").map((line) => line.trim()),
  );

/** What is here under another name, or refuses to be called so. */
function misnamed(command: string): string[] {
  if (/^(?:vigil|pulumi|promtool|amtool)\b/.test(command))
    return [`offers \`${command}\`, which is not on PATH; it is ./vigil …`];
  if (/^kubectl -A\b/.test(command))
    return [`offers \`${command}\`; kubectl takes -A after what it is to do`];
  return [];
}

/** Labels by which a section silences its alert. */
export const silencedBy = ({ parts }: Section): string[] =>
  [...(parts.get("Silence") ?? "").matchAll(/silence add ([^`]*)/g)].flatMap(([, matchers = ""]) =>
    [...matchers.matchAll(/(?<![-\w])(\w+)=~?'/g)].map(([, label = ""]) => label),
  );

/** Why a command does not work when it is pasted into a shell in the checkout. */
function unpasteable(command: string): string[] {
  const wrong = misnamed(command);
  if (wrong.length > 0) return wrong;
  // Outside of quotes a shell would read and write files of that name.
  const open = command.replaceAll(/'[^']*'|"[^"]*"/g, "");
  return /[<>]/.test(open) ? [`offers \`${command}\`, which a shell takes for files`] : [];
}

/**
 * What a section lacks.
 *
 * @param knows - Whether a metric can be asked for.
 * @param wrongIn - What a query says that no program writes.
 */
export function lacks(
  section: Section,
  knows: (metric: string) => boolean,
  wrongIn: (query: Node) => readonly string[],
): string[] {
  const { alert, parts, queries, text } = section;
  const found = [...parts.keys()];
  const findings = found.join(" ") === leadIns.join(" ") ? [] : [`has ${found.join(", ")}`];
  const words = wordsOf(text).length;
  if (words < 50) findings.push(`has ${words} words: too little to act on`);
  if (queries.length === 0) findings.push("has no query to paste");
  const silence = parts.get("Silence") ?? "";
  if (
    !silence.includes(`./vigil amtool silence add alertname=${alert} `) &&
    !/never/i.test(silence)
  ) {
    findings.push("does not say how to silence it");
  }
  findings.push(...commandsOf(text).flatMap(unpasteable), ...linesToPaste(text).flatMap(misnamed));
  for (const query of queries.flatMap(split)) {
    try {
      const tree = parse(query);
      const strangers = selectors(tree)
        .map(({ metric }) => metric)
        .filter((metric) => metric !== "" && !knows(metric));
      findings.push(...strangers.map((metric) => `asks for ${metric}, which nothing exposes`));
      findings.push(...wrongIn(tree).map((wrong) => `asks for what does not occur: ${wrong}`));
    } catch (error) {
      findings.push(`has a query that cannot be parsed: ${(error as Error).message}`);
    }
  }
  return findings;
}

function shingles(text: string): Set<string> {
  const words = wordsOf(text);
  return new Set(words.slice(4).map((_, index) => words.slice(index, index + 5).join(" ")));
}

/** How much of the wording two texts share: 0 nothing, 1 all. Jaccard index of five words in a row. */
export function likeness(a: string, b: string): number {
  const [one, other] = [shingles(a), shingles(b)];
  const shared = [...one].filter((shingle) => other.has(shingle)).length;
  const all = one.size + other.size - shared;
  return all === 0 ? 0 : shared / all;
}

/** Pairs of sections that share more of their wording than `limit`. */
export function nearCopies(sections: readonly Section[], limit: number): string[] {
  return sections.flatMap((a, index) =>
    sections
      .slice(index + 1)
      .filter((b) => likeness(a.text, b.text) > limit)
      .map((b) => `${a.alert} and ${b.alert}: ${likeness(a.text, b.text).toFixed(2)}`),
  );
}

/** Whether a metric can be asked for: something exposes or records it. */
export const knower =
  (inventory: ReadonlyMap<string, Exposed>, recorded: ReadonlySet<string>) =>
  (metric: string): boolean =>
    inventory.has(metric) || recorded.has(metric);
