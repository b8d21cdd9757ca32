/** Operations on the targets of a stack other than its core. */
import { planStack } from "../plan.ts";
import { dockerLogs } from "./docker/index.ts";
import type { StackAt } from "./operations.ts";

/**
 * Shows what a process on another target than the core wrote last.
 *
 * @returns the exit code; undefined where the service stands on the core.
 */
export async function logsElsewhere(
  at: StackAt,
  service: string,
  follow: boolean,
): Promise<number | undefined> {
  // Such a process has the name of its target after that of its service.
  if (!service.includes("-")) return undefined;
  const planned = await planStack(at.root, at.stack, { quiet: true }).catch(() => undefined);
  const on = planned?.plan.deployments.find(({ name }) => name === service)?.on ?? "";
  const { engine } = planned?.config.targets[on]?.docker ?? {};
  return engine === undefined ? undefined : dockerLogs(at, service, follow, engine);
}
