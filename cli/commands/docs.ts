import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureDependencies } from "../../tools/dependencies.ts";
import { checkout } from "../../lib/checkout.ts";
import { helpOnly } from "../options.ts";

const help = `./vigil docs

Writes what is generated from the code into README.md, docs/services.md and secrets.example.sh.
`;

/** Puts text between the two marks of that name. */
export function between(text: string, name: string, generated: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`There is no place for ${name}`);
  // Prettier would align the columns and so differ from what is generated.
  const kept = `<!-- prettier-ignore-start -->\n${generated}\n<!-- prettier-ignore-end -->`;
  return `${text.slice(0, start + open.length)}\n\n${kept}\n\n${text.slice(end)}`;
}

/** The expected content of the generated files, by path. */
export async function generated(root: string): Promise<Record<string, string>> {
  const { accountsText, configTable, secretsExample } =
    await import("../../components/config/documents.ts");
  const readme = await readFile(join(root, "README.md"), "utf8");
  return {
    "README.md": between(readme, "configuration", configTable()),
    "docs/services.md": between(
      await readFile(join(root, "docs", "services.md"), "utf8"),
      "accounts",
      accountsText(),
    ),
    "secrets.example.sh": secretsExample(),
  };
}

/** `vigil docs`. */
export async function run(args: string[]): Promise<number> {
  if (helpOnly(args, help)) return 0;
  await ensureDependencies({ root: checkout });
  for (const [path, text] of Object.entries(await generated(checkout))) {
    await writeFile(join(checkout, path), text);
  }
  return 0;
}
