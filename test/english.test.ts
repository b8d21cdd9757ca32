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

const phrases: readonly Phrase[] = [
  {
    wrong: new RegExp(`(?<!there |There )\\b(?:is|are|was|were) no (?!(?:${idiomatic})\\b)\\w+`),
    better: "is not a …, are not …",
    example: "prometheus.port is no port",
  },
  { wrong: /\bnames no \w+/, better: "is not a …", example: "names no team" },
  {
    wrong: /\b(?:could|can) ?not be had\b|\bto be had\b/,
    better: "could not be obtained, is not available",
    example: "redis could not be had",
  },
  {
    wrong: /\bnever came to be\b/,
    better: "timed out waiting for …",
    example: "it never came to be that redis answers",
  },
  {
    wrong: /\btold to nobody\b|\btells? nobody\b/,
    better: "nobody is notified",
    example: "alerts are shown and told to nobody",
  },
  { wrong: /\bwho (?:is|was) told\b/i, better: "who is notified", example: "who is told and when" },
  { wrong: /\b(?:a)new\b/, better: "again", example: "everything anew" },
  {
    wrong: /\b(?:is|are) no more(?=[.,;:)"'`]|$)/,
    better: "no longer exists",
    example: "a checkout that is no more.",
  },
  {
    wrong: /(?<!with )\bdata (?:are|stay)\b/,
    better: "data is, data is kept",
    example: "the data are gone",
  },
  {
    wrong: /\bplace has it\b/,
    better: "not available anywhere",
    example: "no place has it",
  },
];

/** What is held to it: everything but data, and what is generated from other texts. */
const covered: readonly string[] = ["*.md"];

const lines = covered
  .flatMap((pattern) => trackedFiles(pattern))
  .flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .map((text, index) => ({ at: `${file}:${index + 1}`, text })),
  );

describe("the English of the repository", () => {
  it.each(phrases)("knows a wrong phrase when it sees one: $example", ({ example, wrong }) => {
    expect(example).toMatch(wrong);
  });

  it.each(phrases)("says $better, not $wrong", ({ wrong }) => {
    const found = lines.flatMap(({ at, text }) => {
      const [phrase] = wrong.exec(text) ?? [];
      return phrase === undefined ? [] : [`${at}: ${phrase}`];
    });
    expect(found).toEqual([]);
  });
});
