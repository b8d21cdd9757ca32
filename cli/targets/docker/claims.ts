import type { Claim } from "../../claim.ts";
import { readRecord, recordFile } from "../../state/record.ts";
import type { StackAt } from "../operations.ts";
import { askDocker, type ContainerHealth, stackHealth } from "./engine.ts";

/** Of a container engine that runs the servers. */
export function claims({ root, stack }: StackAt): Claim[] {
  return [containerClaim(root, stack)];
}

function containerClaim(root: string, stack: string): Claim {
  return {
    claim: "Every container is running and healthy",
    ask: async () => {
      const record = await readRecord(recordFile({ root, stack }));
      const wanted = record.state === "readable" ? record.record.containers : [];
      const engine = await askDocker();
      if ("reason" in engine) {
        return `No Docker engine answers at ${engine.at} (${engine.reason}): cannot tell what is running`;
      }
      const problems = containerProblems(await stackHealth(stack), wanted);
      return problems.length === 0 ? undefined : problems.join("; ");
    },
  };
}

/** A container that only carries the files of another; see docs/decisions/0005. It never runs. */
const isCarrier = (name: string): boolean => name.endsWith("-files");

/**
 * The problems of a stack's containers, each with what fixes it.
 *
 * @param wanted - Names of those that were made.
 */
export function containerProblems(
  found: readonly ContainerHealth[],
  wanted: readonly string[],
): string[] {
  const there = new Set(found.map(({ name }) => name));
  const gone = wanted.filter((name) => !there.has(name)).sort();
  return [
    ...(gone.length === 0 ? [] : [`Removed: ${gone.join(", ")}; make up creates it again`]),
    ...found.flatMap((one) => problemOf(one) ?? []),
  ];
}

function problemOf(container: ContainerHealth): string | undefined {
  const { error, exitCode, health, image, imageThere, name, restarts, state } = container;
  const why = `docker logs ${name} says why`;
  if (!imageThere) return `The image ${image} of ${name} is gone; docker pull ${image}`;
  if (isCarrier(name)) return undefined;
  if (state === "restarting") {
    return `${name} keeps exiting (exit code ${exitCode}, ${restarts} restarts); ${why}`;
  }
  if (state === "paused") return `${name} is paused; docker unpause ${name}`;
  if (state !== "running") {
    const reason = error === "" ? `exit code ${exitCode}` : error;
    return `${name} is not running (${reason}); make up starts it`;
  }
  return health === "unhealthy" ? `${name} is running but unhealthy; ${why}` : undefined;
}
