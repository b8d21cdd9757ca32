/** A block of code of a document. */
export interface Block {
  /** `README.md:24`. */
  readonly at: string;
  /** `yaml`; empty for commands and for what they print. */
  readonly language: string;
  readonly lines: readonly string[];
}

/** The blocks of a document in Markdown, in their order. */
export function blocksOf(page: string, text: string): Block[] {
  const blocks: Block[] = [];
  let open: { at: string; language: string; lines: string[] } | undefined;
  text.split("\n").forEach((line, index) => {
    const [, fence] = /^```(.*)$/.exec(line) ?? [];
    if (fence === undefined) open?.lines.push(line);
    else if (open === undefined) open = { at: `${page}:${index + 1}`, language: fence, lines: [] };
    else {
      blocks.push(open);
      open = undefined;
    }
  });
  return blocks;
}

/** The file that a block is the text of, by its first line, `# scrapes/shop.yml`, or beside its language. */
export function fileOf({ language, lines: [first = ""] }: Block): string | undefined {
  const [, beside] = language.split(" ");
  return beside ?? /^(?:#|\/\/) ([\w./-]+\.(?:json|ts|yml))$/.exec(first)?.[1];
}

const command = /^(?:[A-Z]+=\S+ )*(?:\.\/vigil|curl|make|openssl)\b/;

/** The commands of a block, without remarks; none where it shows something else. */
export function commandsIn({ language, lines }: Block): string[] {
  if (!["", "sh"].includes(language)) return [];
  const whole = lines
    .join("\n")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n");
  if (!whole.every((line) => command.test(line))) return [];
  return whole.map((line) => line.replace(/\s+#\s.*$/, ""));
}

/**
 * What of a line is the same wherever it is printed: numbers, names of machines and how wide a column is
 * are not, nor what stands behind a label that varies.
 */
export function shapeOf(line: string, host: string, varies: readonly string[] = []): string {
  const label = varies.find((one) => line.trimStart().startsWith(`${one} `));
  if (label !== undefined) return label;
  return line
    .replaceAll(host, "vm")
    .replaceAll(/\d+(?:[.,]\d+)*/g, "#")
    .replaceAll(/\s+/g, " ")
    .trim();
}
