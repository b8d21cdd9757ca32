import { openEngine, stackArgs } from "../cli/engine.ts";
import { silent } from "../lib/progress.ts";
import { timed } from "./lib/command.ts";
import { createSmallProgram, manyResources } from "./lib/small-program.ts";
import { withEstate } from "./lib/estate.ts";
import type { Figure, Report } from "./lib/report.ts";
import { takeTurns } from "./lib/rounds.ts";
import { readState } from "./lib/state.ts";
import { differences, median, quartiles } from "./lib/statistics.ts";

/** Milliseconds: at most 350 ms, and 5 ms a resource. */
const goal = (resources: number): number => 350 + 5 * resources;

/**
 * `pulumi up` where nothing changes against the same of an empty program: same engine, same flags,
 * same backend of files, without `--refresh`. Once with the local stack, once with five hundred resources.
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
    const many = await createSmallProgram("many", folder, env);
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
        many: up(many.folder, ["--stack", many.stack]),
      },
      // The first up of a small program makes its stack; the next ones change nothing.
      { rounds: 15, seconds: 180, warmUps: 2 },
    );
    const { resources } = await readState(home);
    const more = differences(times.vigil, times.empty);
    const ofMany = differences(times.many, times.empty);
    const start = median(differences(times.single, times.empty));
    const reference = { what: "empty program", value: median(times.empty) };
    const figure = (count: number, above: readonly number[]): Figure => ({
      what: `${count} resources, above an empty program`,
      unit: "ms",
      value: median(above),
      spread: quartiles(above),
      reference,
      goal: goal(count),
    });
    return {
      name: "noop-up",
      figures: [figure(resources, more), figure(manyResources, ofMany)],
      notes: [
        `${more.length} rounds. The ${resources} are stack local; the ${manyResources} are authorities, ` +
          "certificates, logins and files without a catalogue.",
        `An up of one resource takes ${start.toFixed(0)} ms more than the empty one: the start of ` +
          `the provider. The other ${(median(more) - start).toFixed(0)} ms of stack local are loading the ` +
          "program, and the rest of its resources.",
      ],
    };
  });
}
