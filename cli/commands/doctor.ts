import { defaultStack } from "../../lib/command.ts";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createWorkshop } from "../../tools/ensure.ts";
import { examine, type PluginReport, type Report, type ToolReport } from "../examine.ts";
import { showBytes } from "../../tools/places/archive.ts";
import { formatTable } from "../../lib/table.ts";
import { tell } from "../tell.ts";
import { toolNames, tools } from "../../tools/tools.ts";

const help = `./vigil doctor [--json]

Checks this machine: each tool, the cache and its disk, a Docker engine, provider plugins, other users, and
how many of the alerts can fire in the stack. Changes and fetches nothing. Exit code 1 when a required tool is missing and cannot be obtained from here.
`;

/** `vigil doctor`: shows what is here and what to do about what is not. */
export async function run(
  args: string[],
  root = join(import.meta.dirname, "../.."),
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const report = await examine(
    createWorkshop({ root, env }),
    toolNames.map((name) => tools[name]),
  );
  if (values.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  else {
    const installed = report.dependencies === "installed";
    const stack = env["STACK"] || defaultStack;
    tell(show(report, installed ? await alertsRow(root, stack) : []));
  }
  return report.tools.some(({ state }) => state === "missing") ? 1 : 0;
}

const marks = { here: "✓", obtainable: "–", optional: "–", missing: "✗" } as const;

/** Where a plugin is from when not from Pulumi itself. */
const serverOf: Readonly<Record<string, string>> = {
  grafana: " --server github://api.github.com/pulumiverse",
};

/** Another version than the pinned one is of no use to the engine. */
function pluginRow({ name, pinned, versions }: PluginReport): string[] {
  const here = pinned === undefined ? versions.length > 0 : versions.includes(pinned);
  if (here) return ["✓", `plugin ${name}`, versions.join(", ")];
  const what = [name, ...(pinned === undefined ? [] : [pinned])].join(" ");
  const there = versions.length === 0 ? "not installed" : `only ${versions.join(", ")}`;
  const command = `./vigil pulumi plugin install resource ${what}${serverOf[name] ?? ""}`;
  return ["–", `plugin ${name}`, `${there}; ${command}`];
}

/** Said where it matters only: on a machine of one's own there is nothing to know. */
function usersRow(users: readonly string[]): string[][] {
  if (users.length === 0) return [];
  const shown = [...users.slice(0, 3), ...(users.length > 3 ? ["…"] : [])].join(", ");
  const why = "can reach the engine's ports while it runs, and act as you: see docs/security.md";
  return [["–", "other users", `${shown} ${why}`]];
}

/** How much of the catalogue a stack loads, by its files; nothing where they do not tell. */
export async function alertsRow(root: string, stack: string): Promise<string[][]> {
  try {
    // The program's modules need packages, which are there only now.
    const { allAlerts } = await import("../../rules/index.ts");
    const { forStack } = await import("../../lib/command.ts");
    const { loadedBy } = await import("../estate/loaded.ts");
    const { selectionOf } = await import("../selection.ts");
    const all = allAlerts().length;
    const loaded = (await loadedBy(await selectionOf(root, stack, true))).length;
    const lack = `the other ${all - loaded} can never fire on what it scrapes`;
    const why = forStack("make reach lists them, and those that have had no series", stack);
    return [["–", "alerts", `stack ${stack} loads ${loaded} of ${all}; ${lack}: ${why}`]];
  } catch {
    return [];
  }
}

/**
 * The report as a page.
 *
 * @param more - Rows about something else than the machine.
 */
export function show(report: Report, more: readonly string[][] = []): string {
  const { cache, dependencies, docker, node, plugins, tools } = report;
  const toDo = tools.filter(({ state }) => state === "optional" || state === "missing");
  return [
    formatTable([
      ["✓", "node", node.version, node.path],
      ...tools.map((tool) => [
        marks[tool.state],
        tool.name,
        tool.version ?? tool.pinned,
        where(tool),
      ]),
    ]),
    formatTable([
      ["✓", "cache", `${cache.folder}, ${showBytes(cache.freeBytes)} free`],
      [dependencies === "installed" ? "✓" : "–", "npm packages", dependencies],
      "version" in docker
        ? ["✓", "Docker engine", `${docker.version} at ${docker.at}`]
        : [
            "–",
            "Docker engine",
            `no answer at ${docker.at} (${docker.reason}); needed by the Docker target only`,
          ],
      ...plugins.map(pluginRow),
      ...usersRow(report.otherUsers),
      ...more,
    ]),
    ...(toDo.length > 0
      ? [toDo.map(({ name, advice = "" }) => `${name}: ${advice}\n`).join("")]
      : []),
  ].join("\n");
}

function where({ state, origin = "", from = [], reason = "" }: ToolReport): string {
  if (state === "here") return origin;
  const places =
    from.length > 0 ? `would be fetched from: ${from.join(", else ")}` : "not available anywhere";
  return `${state === "optional" ? "optional; " : ""}${places} (PATH: ${reason})`;
}
