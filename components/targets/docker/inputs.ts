import * as pulumi from "@pulumi/pulumi";
import type { Workload } from "../target.ts";
import { labelsOf } from "./files.ts";
import type { Neighbour } from "./health.ts";
import { probeOf, probeTiming } from "./health.ts";
import type { DockerTargetConfig } from "./names.ts";
import { hostGateway, hostRoot, physicalName } from "./names.ts";

/** The inputs of a workload's containers; the shell in `docker.ts` only passes it on. */
export interface ContainerParts {
  readonly config: DockerTargetConfig;
  readonly workload: Workload;
  /** Name of the estate's network, as an output so that the container waits for it. */
  readonly network: pulumi.Input<string>;
  /** Id of the container that carries the files, if any: a new one for every change of them. */
  readonly files?: pulumi.Input<string>;
  /** The container whose network namespace this one shares, and the port that one listens on. */
  readonly beside?: Neighbour;
}

/** The container that runs the workload. */
export function containerInputs(parts: ContainerParts) {
  const { beside, config, files, workload } = parts;
  const { name } = workload.place;
  const { entrypoint, uid, gid, reference } = workload.image;
  const { tests } = probeOf(workload, beside);
  return {
    name: physicalName(config.stack, name),
    image: reference,
    ...(entrypoint === undefined ? {} : { entrypoints: [entrypoint] }),
    command: [...workload.args],
    envs: Object.entries(workload.env)
      .map(([key, value]) => `${key}=${value}`)
      .sort(),
    user: `${uid}:${gid}`,
    groupAdds: ["0"],
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: [
      // The engine adds it where the list of processes is the machine's; unsaid, it reads as drift.
      ...(sharesProcesses(workload) ? ["label=disable"] : []),
      "no-new-privileges:true",
    ],
    memory: workload.memoryMegabytes,
    // Equal to memory: no swap. Left out, every preview would show a change.
    memorySwap: workload.memoryMegabytes,
    // Suffix instead of `readOnly`, which the provider ignores beside `fromContainer`.
    volumes: files === undefined ? [] : [{ fromContainer: pulumi.interpolate`${files}:ro` }],
    mounts: mountsOf(config, workload),
    tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=64m" },
    healthcheck: { tests, ...probeTiming },
    wait: tests[0] !== "NONE",
    waitTimeout: workload.health.timeoutSeconds,
    restart: "unless-stopped",
    mustRun: true,
    // The provider kills at once where no grace is given; a database wants to close its files.
    destroyGraceSeconds: 30,
    removeVolumes: true,
    logDriver: "json-file",
    logOpts: { "max-file": "3", "max-size": "10m" },
    labels: labelsOf({
      ...(files === undefined ? {} : { "vigil.files": files }),
      "vigil.service": name,
      "vigil.stack": config.stack,
    }),
    ...networkOf(parts),
  };
}

function mountsOf(config: DockerTargetConfig, workload: Workload) {
  const { place, persistent, sees } = workload;
  const source = physicalName(config.stack, place.name);
  return [
    ...(persistent ? [{ type: "volume", source, target: place.data }] : []),
    // No propagation is named: for a folder that holds its own data, which the root does, the engine
    // then takes `rslave` where the machine can and falls back where it cannot. Named, it fails there.
    ...(sees === "host" ? [seen("/", hostRoot), seen("/sys", "/sys")] : []),
  ];
}

/**
 * A folder of the machine, read-only. /sys beside the root: with cgroups of version 1 a container
 * finds only its own below the root's.
 */
function seen(source: string, target: string) {
  return { type: "bind", source, target, readOnly: true };
}

function sharesProcesses({ beside, sees }: Workload): boolean {
  return sees === "host" && beside === undefined;
}

/** Network, process list and published ports of a container. */
function networkOf({ config, workload, network, beside }: ContainerParts) {
  // Its cgroups, too: with a private view the measurements of all others are missing.
  const cgroups = workload.sees === "host" ? { cgroupnsMode: "host" } : {};
  if (beside !== undefined) {
    // A list of processes of its own: the health check ends the first of them.
    return { ...cgroups, networkMode: pulumi.interpolate`container:${beside.id}` };
  }
  if (workload.sees === "host") return { ...cgroups, networkMode: "host", pidMode: "host" };
  const external = workload.place.machinePort;
  return {
    hostname: workload.place.name,
    networksAdvanced: [{ name: network, aliases: [workload.place.name] }],
    // Listeners on the machine itself, such as node_exporter, are reached through the gateway.
    hosts: [{ host: hostGateway, ip: "host-gateway" }],
    ports:
      external === undefined
        ? []
        : [
            {
              internal: workload.port,
              external,
              ip: config.bind ?? "127.0.0.1",
              protocol: "tcp",
            },
          ],
  };
}
