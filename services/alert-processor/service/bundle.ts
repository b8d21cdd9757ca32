/** Makes one script of the page's modules: a browser far away asks once, not for each of some fifty. Pure. */

const imported = /^import \{([^}]*)\} from "\.\/([\w-]+\.js)";$/gm;
const exported = /^export (?=(?:async )?(?:function\*?|const|class) ([\w$]+))/gm;

/** The name of what a module gives to others. */
const nameOf = (file: string): string => `$${file.replaceAll(/\W/g, "_")}`;

/** What is left of `import` and `export` after they were replaced: forms that are not understood. */
const left = /^(?:import|export)\b.*$/m;

/** As a pattern has it: `a as b` is `a: b` there. */
const patternOf = (names: string): string =>
  names
    .split(",")
    .map((name) => name.trim().replace(/ as /, ": "))
    .filter((name) => name !== "")
    .join(", ");

/**
 * Each module becomes a function that is called once, before those that import it.
 *
 * @param read - The text of a module of the folder.
 * @param entry - The module that begins.
 * @throws Error for modules that import each other in a circle, and for forms of import and export but
 *   `import { a, b as c } from "./x.js"` and exported functions, constants and classes.
 */
export function bundle(read: (file: string) => string, entry: string): string {
  const done = new Set<string>();
  const parts: string[] = [];

  function add(file: string, within: readonly string[]): void {
    if (within.includes(file)) {
      throw new Error(`modules import each other: ${[...within, file].join(" → ")}`);
    }
    if (done.has(file)) return;
    const text = read(file);
    for (const [, , needed = ""] of text.matchAll(imported)) add(needed, [...within, file]);
    done.add(file);
    const names = [...text.matchAll(exported)].map(([, name]) => name ?? "");
    const body = text
      .replace(imported, (_, all: string, from: string) => {
        const lines = "\n".repeat(all.split("\n").length - 1);
        return `const { ${patternOf(all)} } = ${nameOf(from)};${lines}`;
      })
      .replace(exported, "");
    const strange = left.exec(body)?.[0];
    if (strange !== undefined)
      throw new Error(`${file} has a form that is not supported: ${strange}`);
    parts.push(
      `const ${nameOf(file)} = (() => {\n${body}\nreturn { ${names.join(", ")} };\n})();\n`,
    );
  }

  add(entry, []);
  return parts.join("");
}
