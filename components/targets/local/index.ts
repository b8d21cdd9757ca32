import { findOnPath } from "../../../lib/path.ts";
import { Process } from "../../../provider/resources.ts";
import type { Placed, Target } from "../target.ts";
import { homeOf, localGround } from "./place.ts";

/** One supervised process. */
function start(home: string, { opts, workload }: Placed): Process {
  const { health, place } = workload;
  return new Process(
    place.name,
    {
      name: place.name,
      home,
      binary: workload.binary,
      args: workload.args,
      env: workload.env,
      files: workload.files,
      onChange: workload.onChange,
      checks: workload.checks,
      ports: [workload.port],
      health: {
        url: `https://${place.address}${health.path}`,
        ca: health.ca,
        timeoutSeconds: health.timeoutSeconds,
        ...health.access,
      },
    },
    { ...opts, deleteBeforeReplace: true },
  );
}

/**
 * Runs workloads as processes of this machine under a supervisor. Everything listens on loopback.
 *
 * @param stack - Its folder is `.vigil/<stack>` in the working directory.
 * @param host - Value of the label `host`. @default the machine's name
 */
export function localTarget(stack: string, host?: string): Target {
  const home = homeOf(stack);
  return {
    ...localGround(stack, host),
    lacks: (binary) =>
      findOnPath(binary) === undefined ? `${binary} is not on PATH; make up gets it` : undefined,
    deploy: (group) => ({ resources: group.map((one) => start(home, one)) }),
  };
}
