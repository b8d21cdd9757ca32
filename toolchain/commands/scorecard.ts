import { writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { ensureDependencies } from "../dependencies.ts";
import { ensureTools } from "../ensure.ts";
import { checkout, helpOnly } from "../options.ts";
import { createProgress } from "../progress.ts";

const help = `./vigil scorecard

Changes every alert in small ways, sees whether its tests notice, and writes what it found into
rules/proof.json and docs/scorecard.md. Takes some minutes.
`;

/** `vigil scorecard`. */
export async function run(args: string[]): Promise<number> {
  if (helpOnly(args, help)) return 0;
  const progress = createProgress();
  await ensureDependencies({ root: checkout, progress });
  const { binFolder } = await ensureTools(["prometheus"], { root: checkout, progress });
  process.env["PATH"] = `${binFolder}${delimiter}${process.env["PATH"] ?? ""}`;
  const { groups } = await import("../../rules/index.ts");
  const { mutateAll } = await import("../mutation.ts");
  const { files, readEvidence, renderProof } = await import("../scorecard.ts");
  const { renderScorecard } = await import("../../rules/lint/scorecard.ts");
  const results = await mutateAll(groups, [], (name) => process.stderr.write(`${name}\n`));
  await writeFile(join(checkout, files.proof), renderProof(results));
  const scorecard = renderScorecard(readEvidence(checkout));
  await writeFile(join(checkout, files.scorecard), scorecard);
  process.stdout.write(scorecard);
  return 0;
}
