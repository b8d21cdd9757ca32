import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, trackedFiles } from "./kit/harness.ts";

/** A phrase that reads as translated. */
interface Phrase {
  readonly wrong: RegExp;
  readonly better: string;
  /** What it must catch. */
  readonly example: string;
}

/** Nouns after which "is no" is idiomatic: "is no longer", "there is no port". */
const idiomatic =
  "longer|more|less|fewer|later|earlier|older|newer|point|one|different|better|worse|other|such|way|doubt|need|faster";

const people = "[Nn]obody|[Ss]omebody|[Aa]nybody|[Pp]eople|persons?|teams?";

const phrases: readonly Phrase[] = [
  {
    wrong: new RegExp(
      `(?<!there |There |where )\\b(?:is|are|was|were) no (?!(?:${idiomatic})\\b)\\w+`,
    ),
    better: "is not a …, are not …",
    example: "prometheus.port is no port",
  },
  { wrong: /\bnames no \w+/, better: "is not a …, has no …", example: "names no team" },
  {
    wrong:
      /\b(?:could|can) ?not be had\b|\bto be had\b|\b(?:is|are|was|were)(?: not)? had\b(?! to)/,
    better: "could not be obtained, is not available",
    example: "redis could not be had",
  },
  {
    wrong: /\b(?:never |how it )came to be\b/,
    better: "timed out waiting until …",
    example: "it never came to be that redis answers",
  },
  {
    wrong: /\btold to nobody\b|\btells? nobody\b/,
    better: "nobody is notified",
    example: "alerts are shown and told to nobody",
  },
  { wrong: /\bwho (?:is|was) told\b/i, better: "who is notified", example: "who is told and when" },
  {
    wrong: new RegExp(`\\b(?:${people}) (?:is|are|was|were)(?: not)? told\\b`),
    better: "… is notified",
    example: "somebody was not told",
  },
  { wrong: /(?<!-)\banew\b(?!:)/, better: "again", example: "everything anew" },
  {
    wrong: /\b(?:is|are) no more(?=[.,;:)"'`]|$)/,
    better: "no longer exists",
    example: "a checkout that is no more.",
  },
  {
    wrong:
      /\b(?:asks|counts?|heard|reads?|rings?|runs?|sent|speaks?|told|works?) no more\b(?! than)/,
    better: "no longer …",
    example: "an alert that is taken rings no more",
  },
  {
    wrong: /(?<!with )\bdata (?:are|stay)\b/i,
    better: "data is, data is kept",
    example: "the data are gone",
  },
  {
    wrong: /\bno place has it\b|\bno place that has it\b/,
    better: "not available anywhere",
    example: "no place has it",
  },
  {
    wrong: /\bmends? (?:it|that|this|what)\b|\b(?:is|are|not|waiting) mend(?:ed|s)\b/i,
    better: "fixes, is fixed",
    example: "the next update mends it",
  },
  {
    wrong: /\b(?:is|are) none of (?:ours|its|the)\b|\bthat (?:is|are) none\b/,
    better: "is not ours, is not one",
    example: "an incident that is none of ours",
  },
  {
    wrong: /\blook(?:s|ed)? whether\b/i,
    better: "checks whether",
    example: "looks whether it runs",
  },
  {
    wrong: /\bin (?:its|their|his) stead\b/,
    better: "instead",
    example: "nothing is tried in its stead",
  },
  {
    wrong: /\b(?:it|test)\(["'`]who /,
    better: "a listener that …, somebody who …",
    example: 'it("who answers is let in")',
  },
  {
    wrong: /\bnot so any ?more\b/,
    better: "no longer true",
    example: "what is not so any more is dropped",
  },
];

/** All texts and programs, pages included; this file has the wrong phrases themselves. */
const files = ["*.md", "*.ts", "*.js", "*.mjs", "*.html"]
  .flatMap((pattern) => trackedFiles(pattern))
  .filter((file) => file !== "test/english.test.ts");

/** Line breaks within a sentence: of comments, of paragraphs, and between the parts of a string. */
const breaks = /(?:["'`] \+)?\n[ \t]*(?:\*(?!\/)|\/\/|["'`])?[ \t]*/g;

const texts = files.map((file) => ({
  file,
  text: readFileSync(join(root, file), "utf8").replace(breaks, "\n"),
}));

/** The phrase wherever a line may be broken within it. */
const broken = ({ flags, source }: RegExp): RegExp =>
  new RegExp(source.replaceAll(" ", "\\s"), `${flags}g`);

describe("the English of the repository", () => {
  it.each(phrases)("knows a wrong phrase when it sees one: $example", ({ example, wrong }) => {
    expect(example).toMatch(broken(wrong));
    expect(example.replaceAll(" ", "\n")).toMatch(broken(wrong));
  });

  it.each(phrases)("says $better, not $wrong", ({ wrong }) => {
    const pattern = broken(wrong);
    const found = texts.flatMap(({ file, text }) =>
      [...text.matchAll(pattern)].map(
        ({ 0: phrase, index }) => `${file}:${text.slice(0, index).split("\n").length}: ${phrase}`,
      ),
    );
    expect(found).toEqual([]);
  });
});
