import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attach } from "../../lib/attach.ts";
import { ensureDependencies } from "../../tools/dependencies.ts";
import { ensureTools } from "../../tools/ensure.ts";
import { checkout } from "../../lib/checkout.ts";
import { programPath } from "../../tools/program-path.ts";
import { createProgress } from "../../lib/progress.ts";

const help = `./vigil test [--coverage] [--long] [pattern…]

Runs the tests with the real tools: those whose path matches a pattern, or all but the long ones. The last
line counts them. Arguments go to jest.

  --long       the long ones alone: whole estates over minutes, in *.long.test.ts
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
  const long = args.includes("--long");
  const rest = args.filter((arg) => arg !== "--long");
  // Who names a test gets it, however long it is.
  const named = rest.some((arg) => !arg.startsWith("-"));
  const tests = long ? "long" : named ? "all" : "short";
  const env = {
    ...process.env,
    VIGIL_TESTS: tests,
    PATH: programPath(checkout, binFolder, process.env["PATH"]),
  };
  // Tests call Vigil from folders of their own, whatever make was called from.
  delete (env as NodeJS.ProcessEnv)["VIGIL_FROM"];
  const node = (script: string, rest: readonly string[], more: NodeJS.ProcessEnv = {}) =>
    attach(process.execPath, [join(checkout, script), ...rest], {
      cwd: checkout,
      env: { ...env, ...more },
    });
  const jest = "node_modules/jest/bin/jest.js";
  if (!rest.includes("--coverage")) return node(jest, rest);
  const raw = await mkdtemp(join(tmpdir(), "vigil-coverage-"));
  try {
    const code = await node(jest, rest, { NODE_V8_COVERAGE: raw });
    const covered = await node("test/coverage.mjs", [raw]);
    return code === 0 ? covered : code;
  } finally {
    await rm(raw, { recursive: true, force: true });
  }
}
