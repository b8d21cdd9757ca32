import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ToolError, type Attempt } from "../lib/errors.ts";
import type { Tool, Workshop } from "./tool.ts";

/** How long the absence of an optional tool is believed, in milliseconds: one day. */
const believed = 24 * 60 * 60 * 1000;

const noteOf = (tool: Tool, { cache }: Workshop): string =>
  join(cache, "absent", `${tool.name}-${tool.version}.json`);

/** Notes that an optional tool could not be obtained, so that the next runs do not ask every site again. */
export async function rememberAbsent(error: ToolError, tool: Tool, shop: Workshop): Promise<void> {
  const path = noteOf(tool, shop);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify(error.tried));
}

/** The error of an earlier run of the last day; undefined when it is time to ask again. */
export async function recallAbsent(tool: Tool, shop: Workshop): Promise<ToolError | undefined> {
  try {
    const path = noteOf(tool, shop);
    if (Date.now() - (await stat(path)).mtimeMs > believed) return undefined;
    const tried = JSON.parse(await readFile(path, "utf8")) as Attempt[];
    return new ToolError(tool.name, tried, [
      tool.advice,
      "This was found within the last day; ./vigil tools tries again now.",
    ]);
  } catch {
    return undefined;
  }
}
