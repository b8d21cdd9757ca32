import { ensureDependencies } from "../../tools/dependencies.ts";
import { ensureTools } from "../../tools/ensure.ts";
import { programPath } from "../../tools/program-path.ts";
import { checkout } from "../../lib/checkout.ts";
import { createProgress } from "../../lib/progress.ts";

/** `vigil bench`: see `bench/main.ts`. */
export async function run(args: string[]): Promise<number> {
  const progress = createProgress();
  await ensureDependencies({ root: checkout, progress });
  const { main } = await import("../../bench/main.ts");
  return main(args, async () => {
    const { binFolder } = await ensureTools(undefined, { root: checkout, progress });
    process.env["PATH"] = programPath(checkout, binFolder, process.env["PATH"]);
  });
}
