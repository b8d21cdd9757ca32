import { realpathSync } from "node:fs";
import { dirname } from "node:path";
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
 */
export function localTarget(stack: string): Target {
  const home = homeOf(stack);
  return {
    ...localGround(stack),
    lacks: (binary) =>
      findOnPath(binary) === undefined ? `${binary} is not on PATH; make up gets it` : undefined,
    // Beside it lie the files the program brings: bin/grafana next to public/ and conf/.
    programHome: (binary) => dirname(dirname(realpathSync(findOnPath(binary) ?? "."))),
    deploy: (group) => ({ resources: group.map((one) => start(home, one)) }),
  };
}
