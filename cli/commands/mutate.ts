import { pathWith } from "../../lib/path.ts";
import { ensureDependencies } from "../../tools/dependencies.ts";
import { ensureTools } from "../../tools/ensure.ts";
import type { MutationResult } from "../../lab/mutation.ts";
import { checkout } from "../../lib/checkout.ts";
import { createProgress } from "../../lib/progress.ts";

const help = `./vigil mutate [ALERT…]

Changes each alert in small ways (comparison, threshold, for, matchers) and runs its own tests
against the change. Changes that no test notices are listed. Fails when fewer than 90 % are noticed.
`;

/** The share of mutants that tests must notice. */
const goal = 0.9;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Lines for people: what survived, then the sum. */
export function report(results: readonly MutationResult[]): string {
  const mutants = results.reduce((sum, one) => sum + one.mutants, 0);
  const survivors = results.flatMap(({ alert, survivors }) =>
    survivors.map((change) => `  ${alert}: ${change}`),
  );
  const caught = mutants - survivors.length;
  return [
    ...(survivors.length === 0 ? [] : ["Not noticed by any test:", ...survivors, ""]),
    `${mutants} mutants of ${results.length} alerts, ${caught} caught: ${percent(caught / mutants)}`,
    "",
  ].join("\n");
}

/** `vigil mutate`. */
export async function run(args: string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(help);
    return 0;
  }
  const progress = createProgress();
  await ensureDependencies({ root: checkout, progress });
  const { groupsWith, mutateAll } = await import("../../lab/mutation.ts");
  const chosen = groupsWith(args);
  const { binFolder } = await ensureTools(["prometheus"], { root: checkout, progress });
  process.env["PATH"] = pathWith([binFolder]);
  const say = (name: string) => process.stderr.write(`${name}\n`);
  const results = await mutateAll(chosen, args, say);
  process.stdout.write(report(results));
  const mutants = results.reduce((sum, one) => sum + one.mutants, 0);
  const survivors = results.reduce((sum, one) => sum + one.survivors.length, 0);
  return survivors / mutants <= 1 - goal ? 0 : 1;
}
