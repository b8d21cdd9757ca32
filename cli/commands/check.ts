import { join } from "node:path";
import { attach } from "../../lib/attach.ts";
import { ensureDependencies } from "../../tools/dependencies.ts";
import { checkout } from "../../lib/checkout.ts";
import { helpOnly } from "../options.ts";

const help = `./vigil check

Format, lint and types of the whole checkout. All run, so that one call shows everything.
`;

const checks: readonly (readonly string[])[] = [
  ["node_modules/prettier/bin/prettier.cjs", "--check", "."],
  ["node_modules/eslint/bin/eslint.js", "."],
  ["node_modules/typescript/bin/tsc", "--noEmit"],
  ["node_modules/typescript/bin/tsc", "-p", "services/alert-processor/web"],
];

/** `vigil check`. */
export async function run(args: string[]): Promise<number> {
  if (helpOnly(args, help)) return 0;
  await ensureDependencies({ root: checkout });
  let failed = 0;
  for (const [script = "", ...rest] of checks) {
    const code = await attach(process.execPath, [join(checkout, script), ...rest], {
      cwd: checkout,
    });
    if (code !== 0) failed += 1;
  }
  return failed === 0 ? 0 : 1;
}
