import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { joinValues, strangeValues } from "../../rules/lint/values.ts";
import { fileName, renderInventory, type Metrics } from "../../rules/metrics/format.ts";
import { freeLabels, programValues } from "../../rules/metrics/values/index.ts";
import { ToolError, UserError } from "../../lib/errors.ts";
import { obtain } from "../../tools/obtain.ts";
import type { Progress } from "../../lib/progress.ts";
import type { Found, Workshop } from "../../tools/tool.ts";
import type { Recipe } from "./recipe.ts";
import { withSemantics } from "./semantics.ts";
import { Session } from "./session.ts";

const values = joinValues(programValues, freeLabels);

/** The result of a capture. */
export interface Captured {
  readonly file: string;
  readonly metrics: number;
  /** Metrics the file did not have before, and those it has no longer. */
  readonly added: readonly string[];
  readonly gone: readonly string[];
  /** Values of labels that were seen and that the tables in `rules/metrics/values` do not know. */
  readonly strange: readonly string[];
}

/**
 * Finds everything recipes need before any of them starts.
 *
 * @throws UserError naming every program that is missing, and how to get it.
 */
export async function gather(
  recipes: readonly Recipe[],
  shop: Workshop,
  progress: Progress,
): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>();
  const missing: ToolError[] = [];
  for (const tool of new Set(recipes.flatMap((recipe) => recipe.tools))) {
    try {
      found.set(tool.name, await obtain(tool, shop, progress));
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      missing.push(error);
    }
  }
  if (missing.length === 0) return found;
  throw new UserError(
    `To capture this, ${missing.map(({ tool }) => tool).join(", ")} must be on this machine`,
    {
      details: missing.flatMap(({ details, tool }) => details.map((line) => `${tool}: ${line}`)),
      advice: missing.flatMap(({ advice }) => advice),
    },
  );
}

/** Runs a recipe, and writes what was seen into `folder`. */
export async function capture(
  recipe: Recipe,
  found: ReadonlyMap<string, Found>,
  folder: string,
): Promise<Captured> {
  const mine = recipe.tools.map(({ name }) => found.get(name)).filter((one) => one !== undefined);
  const binaries = Object.assign({}, ...mine.map((one) => one.binaries)) as Record<string, string>;
  const versions = Object.fromEntries(mine.map(({ tool, version }) => [tool.name, version]));
  const seen = await Session.use((session) => recipe.capture(session, binaries));
  const metrics = withSemantics(seen.metrics);
  const { exporter } = recipe;
  const version = recipe.version?.() ?? versions[recipe.tools[0].name] ?? "";
  const file = join(folder, recipe.folder ?? "", fileName({ exporter, version }));
  await mkdir(dirname(file), { recursive: true });
  const before = await known(file);
  const reference = recipe.reference(versions);
  await writeFile(
    file,
    renderInventory({ exporter, version, how: "captured", reference, metrics }),
  );
  const lacks = (one: Metrics, other: Metrics) =>
    Object.keys(one).filter((name) => !(name in other));
  return {
    file,
    metrics: Object.keys(metrics).length,
    added: lacks(metrics, before).sort(),
    gone: lacks(before, metrics).sort(),
    strange: [...new Set([...seen.series].flatMap((one) => strangeValues(one, values)))].sort(),
  };
}

/** The present content of a file; nothing if there is none. */
async function known(file: string): Promise<Metrics> {
  const text = await readFile(file, "utf8").catch(() => '{ "metrics": {} }');
  return (JSON.parse(text) as { metrics: Metrics }).metrics;
}
