import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromYaml } from "../lib/yaml.ts";
import { silent } from "../lib/progress.ts";
import { ensureTools } from "../tools/ensure.ts";
import { timed } from "./lib/command.ts";
import { guarded } from "./lib/interrupt.ts";
import { checkout, localConfig, surroundings } from "./lib/place.ts";
import type { Report } from "./lib/report.ts";
import { takeTurns } from "./lib/rounds.ts";
import { differences, median, quartiles } from "./lib/statistics.ts";

/** What lib/load.ts says of itself. */
interface Load {
  readonly wall: number;
  readonly cpu: number;
  readonly megabytes: number;
  readonly resources: number;
}

/** Milliseconds. */
const goal = 150;

/** Options with which the engine starts Node. */
async function engineNodeArgs(): Promise<string[]> {
  const project = fromYaml(await readFile(join(checkout, "Pulumi.yaml"), "utf8")) as {
    runtime: { options: { nodeargs: string } };
  };
  return project.runtime.options.nodeargs.split(" ");
}

/** What this machine does not have, as `up` tells the program. */
async function without(root: string): Promise<string> {
  const { missing } = await ensureTools(undefined, { root, progress: silent });
  return missing.map(({ tool }) => tool).join(",");
}

/**
 * Loading and running the program against an empty one with the same SDK, under a mocked engine:
 * what the engine does meanwhile is not the program's. Both find their code in the compile cache.
 */
export async function run(): Promise<Report> {
  const { values } = await localConfig();
  const config = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`vigil:${key}`, value]),
  );
  const folder = await mkdtemp(join(tmpdir(), "vigil-bench-load-"));
  const nodeArgs = await engineNodeArgs();
  const env = { ...surroundings(folder), VIGIL_WITHOUT: await without(folder) };
  const load = (which: string) => async (): Promise<Load> => {
    const args = ["bench/lib/load.ts", which, JSON.stringify(config)];
    const options = ["--disable-warning=ExperimentalWarning", ...nodeArgs];
    const { stdout } = await timed(process.execPath, [...options, ...args], { cwd: checkout, env });
    return JSON.parse(stdout) as Load;
  };
  const { empty, vigil } = await guarded(() =>
    takeTurns(
      { empty: load("empty"), vigil: load("vigil") },
      { rounds: 21, seconds: 60, warmUps: 2 },
    ),
  ).finally(() => rm(folder, { recursive: true, force: true }));
  const of = (key: keyof Load) => ({
    mine: vigil.map((one) => one[key]),
    theirs: empty.map((one) => one[key]),
  });
  const figure = (what: string, key: keyof Load, unit: "ms" | "MB") => {
    const { mine, theirs } = of(key);
    const more = differences(mine, theirs);
    const reference = { what: "empty program", value: median(theirs) };
    return { what, unit, value: median(more), spread: quartiles(more), reference };
  };
  const resources = vigil[0]?.resources ?? 0;
  return {
    name: "program-load",
    figures: [
      { ...figure("time above an empty program", "wall", "ms"), goal },
      figure("CPU time above an empty program", "cpu", "ms"),
      figure("peak memory above an empty program", "megabytes", "MB"),
    ],
    notes: [`${resources} resources; ${vigil.length} rounds.`],
  };
}
