import { createInterface } from "node:readline/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkout } from "../../lib/checkout.ts";
import { UsageError } from "../../lib/errors.ts";
import { run as call } from "../../lib/process.ts";
import { createProgress } from "../../lib/progress.ts";
import { tell } from "../tell.ts";
import { ensureDependencies } from "../../tools/dependencies.ts";
import { createWorkshop } from "../../tools/ensure.ts";
import { obtain } from "../../tools/obtain.ts";
import { go } from "../../tools/tools.ts";

const help = `./vigil new NAME [flags]

Adds an exporter: its definition, first alert, runbook, board, pins, capture recipe and test,
and a line in each list. If alerts of that name exist, only the missing parts. All files or none.
Questions that no flag answers are asked on a terminal. docs/adding-a-service.md says how to go on.

`;

/** Runs a command of this checkout. */
async function vigil(args: readonly string[]): Promise<void> {
  await call(process.execPath, [
    "--disable-warning=ExperimentalWarning",
    join(checkout, "cli", "vigil.ts"),
    ...args,
  ]);
}

/** `vigil new`. */
export async function run(args: string[]): Promise<number> {
  await ensureDependencies({ root: checkout });
  const { answersFrom, flagHelp, flags } = await import("../../lab/new/answers.ts");
  const own = Object.fromEntries(flags.map((flag) => [flag, { type: "string" as const }]));
  const { positionals, values } = parseArgs({
    args,
    options: { ...own, help: { type: "boolean", short: "h" } },
    allowPositionals: true,
  });
  if (values["help"] === true) {
    process.stdout.write(help.concat(flagHelp(), "\n"));
    return 0;
  }
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) {
    throw new UsageError("new takes the name of one service", {
      advice: ["For example: make new SERVICE=memcached"],
    });
  }
  const { houseFor } = await import("../../lab/new/house.ts");
  const { addService, knownOf } = await import("../../lab/new/index.ts");
  const house = houseFor(checkout, name);
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  const line = terminal
    ? createInterface({ input: process.stdin, output: process.stdout })
    : undefined;
  const ask = line && ((question: string) => line.question(question));
  const answers = await answersFrom(values as Record<string, string>, knownOf(house), ask, name)
    // An open reader would keep the process.
    .finally(() => line?.close());
  const progress = createProgress();
  const means = {
    vigil,
    go: async () =>
      (await obtain(go, createWorkshop({ root: checkout }), progress)).binaries["go"] ?? "go",
  };
  const step = progress.start(name, "writing, and proving its first alert");
  try {
    const paths = await addService(house, answers, means);
    step.done(`${paths.length} files`);
    tell(`${paths.join("\n")}\n\nNow: docs/adding-a-service.md, from "Fill it in" on.`);
  } catch (error) {
    step.fail("nothing was written");
    throw error;
  }
  return 0;
}
