/** Processes of a stack: of every target, for it may have been another one before. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { removeIfEmpty } from "../../provider/process/files.ts";
import { layoutOf } from "../../provider/process/layout.ts";
import { findMarked } from "../../provider/process/marks.ts";
import { describe, strangersOn } from "../../provider/process/ports.ts";
import { stop as stopSupervisor } from "../../provider/process/supervisor.ts";
import { stackFolder } from "../state/home.ts";
import type { Holder, Part, StackAt } from "./operations.ts";

/** Found by the marks that they carry. */
export async function processes({ root, stack }: StackAt): Promise<Part[]> {
  const marked = await findMarked(stackFolder(root, stack));
  return marked.map(({ movedFrom, pid, process: name = "supervisor" }) => ({
    name: name.slice(name.lastIndexOf(":") + 1),
    what: "process" as const,
    how: String(pid),
    movedFrom,
  }));
}

/** Stops them and removes what was made for them. Data is kept. */
export async function stopProcesses({ root, stack }: StackAt): Promise<void> {
  const layout = layoutOf(stackFolder(root, stack));
  await stopSupervisor(layout);
  for (const path of [layout.services, layout.logs, layout.lock, join(layout.home, "access")]) {
    await rm(path, { recursive: true, force: true });
  }
  await removeIfEmpty(layout.home);
}

/** The process that has a port and does not belong to the stack. */
export const strangers =
  ({ root, stack }: StackAt): Holder =>
  async (_part, port) => {
    const [stranger] = await strangersOn(port, stackFolder(root, stack));
    return stranger && describe(stranger);
  };
