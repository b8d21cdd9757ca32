import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathWith } from "../../lib/path.ts";
import { ensureDependencies } from "../../tools/dependencies.ts";
import { ensureTools } from "../../tools/ensure.ts";
import { checkout } from "../../lib/checkout.ts";
import { createProgress } from "../../lib/progress.ts";

const help = `./vigil scorecard [ALERT…]

Changes every alert in small ways, sees whether its tests notice, and writes what it found into
rules/proof.json and docs/scorecard.md. Takes some minutes; with names, only these are tried and what
was found of the others is kept.
`;

/** `vigil scorecard`. */
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
  const { files, readEvidence, renderProof, withKept } = await import("../../lab/scorecard.ts");
  const { renderScorecard } = await import("../../rules/lint/scorecard.ts");
  const results = await mutateAll(chosen, args, (name) => process.stderr.write(`${name}\n`));
  const proof = withKept(results, args.length === 0 ? {} : readEvidence(checkout).proof);
  await writeFile(join(checkout, files.proof), renderProof(proof));
  const scorecard = renderScorecard(readEvidence(checkout));
  await writeFile(join(checkout, files.scorecard), scorecard);
  process.stdout.write(scorecard);
  return 0;
}
