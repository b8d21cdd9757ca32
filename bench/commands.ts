import { cpus } from "node:os";
import { timed } from "./lib/command.ts";
import { withEstate } from "./lib/estate.ts";
import type { Figure, Report } from "./lib/report.ts";
import { takeTurns } from "./lib/rounds.ts";
import { median, quartiles } from "./lib/statistics.ts";

/** Milliseconds that a person waits for what only looks. */
const goal = 500;

/** What an operator asks most, against `./vigil help`, which loads nothing: the shell and Node alone. */
export function run(): Promise<Report> {
  return withEstate(async ({ env, folder, vigil }) => {
    await vigil(["up"]);
    const ask =
      (target: string, args: readonly string[] = []) =>
      async (): Promise<number> => {
        const { ms } = await timed("make", [target, ...args], { cwd: folder, env });
        return ms;
      };
    const times = await takeTurns(
      {
        help: async () => (await vigil(["help"])).ms,
        status: ask("status"),
        explain: ask("explain", ["ALERT=HostDown"]),
        list: ask("explain"),
      },
      { rounds: 11, seconds: 90, warmUps: 2 },
    );
    const figure = (what: string, of: readonly number[]): Figure => ({
      what,
      unit: "ms",
      value: median(of),
      spread: quartiles(of),
      reference: { what: "./vigil help", value: median(times.help) },
      goal,
    });
    return {
      name: "commands",
      figures: [
        figure("make status", times.status),
        figure("make explain ALERT=HostDown", times.explain),
        figure("make explain", times.list),
      ],
      notes: [`${times.status.length} rounds on ${cpus().length} CPUs.`],
    };
  });
}
