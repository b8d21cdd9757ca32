import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureTools, type Ensured } from "../../tools/ensure.ts";
import { formatTable } from "../../lib/table.ts";

const help = `./vigil tools [--anew]

Gets every tool into the cache, links them in .vigil/bin and shows where each is from.
With a full cache nothing is fetched or looked up.

  --anew   first deletes what Vigil keeps in the cache, and nothing else in that folder
`;

/** `vigil tools`: gets everything, then shows the table. */
export async function run(
  args: string[],
  root = join(import.meta.dirname, "../.."),
  ensure: typeof ensureTools = ensureTools,
): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      // Done by the script already, before anything is started from the cache.
      anew: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  process.stdout.write(values.help ? help : show(await ensure(undefined, { root, again: true })));
  return 0;
}

function show({ found, missing, binFolder }: Ensured): string {
  const rows = found.map(({ tool, version, origin }) => ["✓", tool.name, version, origin]);
  const absent = missing.map((error) => [
    "–",
    error.tool,
    "",
    `not available: ${error.details.join("; ")}`,
  ]);
  return `${formatTable([...rows, ...absent])}\n${binFolder}\n`;
}
