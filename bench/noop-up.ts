import { openEngine, stackArgs } from "../cli/engine.ts";
import { silent } from "../lib/progress.ts";
import { timed } from "./lib/command.ts";
import { createSmallProgram } from "./lib/small-program.ts";
import { withEstate } from "./lib/estate.ts";
import type { Report } from "./lib/report.ts";
import { takeTurns } from "./lib/rounds.ts";
import { readState } from "./lib/state.ts";
import { differences, median, quartiles } from "./lib/statistics.ts";

/** Milliseconds a resource. */
const goal = 8;

/**
 * `pulumi up` where nothing changes against the same of an empty program: same engine, same flags,
 * same backend of files, without `--refresh`.
 */
export function run(): Promise<Report> {
  return withEstate(async ({ env: own, folder, stack, vigil }) => {
    await vigil(["up"]);
    const { env, home } = await openEngine({
      root: folder,
      stack,
      env: own,
      progress: silent,
      to: "preview",
    });
    const empty = await createSmallProgram("empty", folder, env);
    const single = await createSmallProgram("single", folder, env);
    const up = (cwd: string, args: readonly string[]) => async (): Promise<number> => {
      const flags = ["up", "--yes", "--skip-preview", "--suppress-outputs", "--non-interactive"];
      const { ms } = await timed("pulumi", [...flags, ...args], { cwd, env });
      return ms;
    };
    const times = await takeTurns(
      {
        empty: up(empty.folder, ["--stack", empty.stack]),
        single: up(single.folder, ["--stack", single.stack]),
        vigil: up(folder, stackArgs(home)),
      },
      // The first up of a small program makes its stack; the next ones change nothing.
      { rounds: 15, seconds: 120, warmUps: 2 },
    );
    const { resources } = await readState(home);
    const more = differences(times.vigil, times.empty);
    const start = median(differences(times.single, times.empty));
    return {
      name: "noop-up",
      figures: [
        {
          what: "time above an empty program's",
          unit: "ms",
          value: median(more),
          spread: quartiles(more),
          reference: { what: "empty program", value: median(times.empty) },
          goal: goal * resources,
        },
        {
          what: "the same for each resource",
          unit: "ms/resource",
          value: median(more) / resources,
          goal,
        },
      ],
      notes: [
        `${resources} resources; ${more.length} rounds.`,
        `An up of one resource takes ${start.toFixed(0)} ms more than the empty one: the start of ` +
          `the provider. The other ${(median(more) - start).toFixed(0)} ms are loading the program, ` +
          "and the rest of its resources.",
      ],
    };
  });
}
