import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attach } from "../../lib/attach.ts";
import { ensureDependencies } from "../../tools/dependencies.ts";
import { ensureTools } from "../../tools/ensure.ts";
import { checkout } from "../../lib/checkout.ts";
import { programPath } from "../../tools/program-path.ts";
import { createProgress } from "../../lib/progress.ts";

const help = `./vigil test [--coverage] [pattern…]

Runs the tests, all or those whose path matches a pattern, with the real tools. The last line counts
them. Arguments go to jest.

  --coverage   measures line coverage, including commands that the tests start
`;

/** `vigil test`. */
export async function run(args: string[]): Promise<number> {
  if (args.includes("--help")) {
    process.stdout.write(help);
    return 0;
  }
  const progress = createProgress();
  await ensureDependencies({ root: checkout, progress });
  const { binFolder } = await ensureTools(undefined, { root: checkout, progress });
  const env = { ...process.env, PATH: programPath(checkout, binFolder, process.env["PATH"]) };
  // Tests call Vigil from folders of their own, whatever make was called from.
  delete (env as NodeJS.ProcessEnv)["VIGIL_FROM"];
  const node = (script: string, rest: readonly string[], more: NodeJS.ProcessEnv = {}) =>
    attach(process.execPath, [join(checkout, script), ...rest], {
      cwd: checkout,
      env: { ...env, ...more },
    });
  const jest = "node_modules/jest/bin/jest.js";
  if (!args.includes("--coverage")) return node(jest, args);
  const raw = await mkdtemp(join(tmpdir(), "vigil-coverage-"));
  try {
    const code = await node(jest, args, { NODE_V8_COVERAGE: raw });
    const covered = await node("test/coverage.mjs", [raw]);
    return code === 0 ? covered : code;
  } finally {
    await rm(raw, { recursive: true, force: true });
  }
}
