import { rm } from "node:fs/promises";
import { join } from "node:path";
import { removeIfEmpty } from "../provider/process/files.ts";
import { layoutOf } from "../provider/process/layout.ts";
import { findMarked } from "../provider/process/marks.ts";
import { stop as stopSupervisor } from "../provider/process/supervisor.ts";
import { removeContainers, stackContainers } from "./docker.ts";
import { stackFolder } from "./state/home.ts";

/** One thing of a stack that is really there, whatever is recorded. */
export interface Part {
  /** `prometheus`; `supervisor` for what keeps the others running. */
  readonly name: string;
  readonly what: "container" | "process";
  /** Process id, or the container's state in words. */
  readonly how: string;
  /** What the stack's folder was called when it was started, where that is another name. */
  readonly movedFrom?: string | undefined;
}

/**
 * What of a stack is there, found by the marks that its processes and containers carry: needs neither a
 * record nor a passphrase nor room on the disk.
 *
 * @throws Error when the container engine of a stack of containers does not answer.
 */
export async function partsOf(root: string, stack: string, target: string): Promise<Part[]> {
  const prefix = `vigil-${stack}-`;
  const containers = target === "docker" ? await stackContainers(stack) : [];
  const marked = await findMarked(stackFolder(root, stack));
  return [
    ...containers.map(({ name, status }) => ({
      name: name.startsWith(prefix) ? name.slice(prefix.length) : name,
      what: "container" as const,
      how: status,
    })),
    ...marked.map(({ movedFrom, pid, process: name = "supervisor" }) => ({
      name: name.slice(name.lastIndexOf(":") + 1),
      what: "process" as const,
      how: String(pid),
      movedFrom,
    })),
  ];
}

/**
 * Stops every part of a stack and removes what was made for them, without the engine. Data stay.
 *
 * @returns what was stopped.
 */
export async function stopParts(root: string, stack: string, target: string): Promise<Part[]> {
  const found = await partsOf(root, stack, target);
  if (target === "docker") await removeContainers(stack);
  const layout = layoutOf(stackFolder(root, stack));
  await stopSupervisor(layout);
  for (const path of [layout.services, layout.logs, layout.lock, join(layout.home, "access")]) {
    await rm(path, { recursive: true, force: true });
  }
  await removeIfEmpty(layout.home);
  return found;
}
