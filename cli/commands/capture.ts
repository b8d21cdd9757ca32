import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { nearest } from "../../lib/nearest.ts";
import { capture, gather, type Captured } from "../../lab/capture/capture.ts";
import { recipes } from "../../lab/capture/recipes/index.ts";
import { createWorkshop } from "../../tools/ensure.ts";
import { UsageError } from "../../lib/errors.ts";
import { checkout } from "../../lib/checkout.ts";
import { createProgress } from "../../lib/progress.ts";
import { serverPath } from "../../lab/capture/recipe.ts";

const help = `./vigil capture [--out FOLDER] NAME… | --all

Starts exporters, and the servers they watch, on loopback, makes them work, and writes what they
really expose to rules/metrics/. The names are: ${Object.keys(recipes).join(", ")}.

  --all          every one of them, which takes a long time
  --out FOLDER   write there instead
`;

/** `vigil capture`. */
export async function run(args: string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      all: { type: "boolean" },
      help: { type: "boolean", short: "h" },
      out: { type: "string" },
    },
  });
  if (values.help === true) {
    process.stdout.write(help);
    return 0;
  }
  const strangers = positionals.filter((name) => !Object.hasOwn(recipes, name));
  if (strangers.length > 0) {
    const meant = strangers.map((name) => nearest(name, Object.keys(recipes)));
    throw new UsageError(`There is no recipe ${strangers.join(", ")}`, {
      advice: [
        ...meant.flatMap((name) => (name === undefined ? [] : [`Did you mean ${name}?`])),
        `There are ${Object.keys(recipes).join(", ")}`,
      ],
    });
  }
  if (positionals.length === 0 && values.all !== true) {
    throw new UsageError("Which exporter?", {
      details: [`There are ${Object.keys(recipes).join(", ")}`],
      advice: ["For example: ./vigil capture node", "Every one of them: ./vigil capture --all"],
    });
  }
  const names = values.all === true ? Object.keys(recipes) : positionals;
  const chosen = names.map((name) => recipes[name]).filter((recipe) => recipe !== undefined);
  const progress = createProgress();
  const shop = createWorkshop({ root: checkout, env: serverPath(process.env) });
  const found = await gather(chosen, shop, progress);
  for (const recipe of chosen) {
    const step = progress.start(recipe.exporter, "capturing");
    try {
      const captured = await capture(
        recipe,
        found,
        values.out ?? join(checkout, "rules", "metrics"),
      );
      step.done(summary(captured));
    } catch (error) {
      step.fail("not captured");
      throw error;
    }
  }
  return 0;
}

/** The changes, in a line. */
export function summary({ added, file, gone, metrics, strange }: Captured): string {
  const list = (sign: string, names: readonly string[]) =>
    names.length === 0
      ? ""
      : `, ${sign}${names.length} (${names.slice(0, 5).join(", ")}${names.length > 5 ? " …" : ""})`;
  const unknown = strange.map((text) => `\n  rules/metrics/values is wrong: ${text}`).join("");
  return `${metrics} metrics in ${relative(process.cwd(), file)}${list("+", added)}${list("−", gone)}${unknown}`;
}
