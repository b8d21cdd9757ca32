/** Shorter texts are too likely to be ordinary words. */
const shortest = 4;

/** YAML readers quote a long value by its first seven characters and an ellipsis. */
const quoted = 7;

/**
 * `text` with every secret replaced. Of a secret that is a whole file each line's value goes, so
 * that a tool quoting the line it rejects gives nothing away; `harmless` words are left, so that
 * the message still names its files.
 */
export function redact(
  text: string,
  secrets: readonly string[],
  harmless: readonly string[] = [],
): string {
  const values = new Set<string>();
  for (const secret of secrets) {
    for (const line of secret.split("\n")) {
      const bare = line.trim();
      const value = bare
        .replace(/^(?:- )*(?:[\w.-]+:(?:\s+|$))?/u, "")
        .replace(/^(["'])(.*)\1$/u, "$2");
      for (const part of [bare, value]) {
        values.add(part);
        if (part.length > quoted) values.add(`${part.slice(0, quoted)}...`);
      }
    }
  }
  const longestFirst = [...values]
    .filter((value) => value.length >= shortest && !harmless.includes(value))
    .sort((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, value) => rest.replaceAll(value, "[secret]"), text);
}
