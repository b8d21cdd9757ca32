import { existsSync } from "node:fs";
import { pathWith } from "../../../lib/path.ts";
import { layoutOf } from "../../../provider/process/layout.ts";
import { exclusively } from "../../../provider/process/lock.ts";
import { requireOwnFolder } from "../../../provider/process/own.ts";
import { startIfDown } from "../../../provider/process/supervisor.ts";
import { ensureTools } from "../../../tools/ensure.ts";
import { stackFolder } from "../../state/home.ts";
import type { StackAt } from "../operations.ts";

/** Starts what the last `up` made, as it was. @returns false where there is nothing. */
export async function start({ root, stack }: StackAt): Promise<boolean> {
  const layout = layoutOf(stackFolder(root, stack));
  if (!existsSync(layout.project)) return false;
  await requireOwnFolder(layout.home);
  const { binFolder } = await ensureTools(["process-compose"], { root });
  process.env["PATH"] = pathWith([binFolder]);
  // An up that is under way starts it as well.
  await exclusively(layout, () => startIfDown(layout));
  return true;
}
