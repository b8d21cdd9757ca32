import { delimiter } from "node:path";
import { ensureDependencies } from "../dependencies.ts";
import { ensureTools } from "../ensure.ts";
import { checkout } from "../options.ts";
import { createProgress } from "../progress.ts";

/** `vigil bench`: see `bench/main.ts`. */
export async function run(args: string[]): Promise<number> {
  const progress = createProgress();
  await ensureDependencies({ root: checkout, progress });
  const { main } = await import("../../bench/main.ts");
  return main(args, async () => {
    const { binFolder } = await ensureTools(undefined, { root: checkout, progress });
    process.env["PATH"] = `${binFolder}${delimiter}${process.env["PATH"] ?? ""}`;
  });
}
