import * as pulumi from "@pulumi/pulumi";
// Deep modules: the index loads every resource of the package.
import { Container, type ContainerArgs } from "@pulumi/docker/container.js";
import { Network, type NetworkArgs } from "@pulumi/docker/network.js";
import { Provider } from "@pulumi/docker/provider.js";
import { Volume, type VolumeArgs } from "@pulumi/docker/volume.js";
import { CheckedFiles } from "../../../provider/resources.ts";
import { engineProblem } from "./engine.ts";
import { filesInputs, isWithoutFiles, labelsOf } from "./files.ts";
import type { Neighbour } from "./health.ts";
import { containerInputs } from "./inputs.ts";
import type { DockerTargetConfig } from "./names.ts";
import { physicalName } from "./names.ts";
import { dockerGround } from "./place.ts";
import type { Placed, Target, Workload } from "../target.ts";

export type { DockerTargetConfig } from "./names.ts";

/** Arguments of its resources, by type. */
export interface DockerArgs {
  "docker:index/container:Container": ContainerArgs;
  "docker:index/network:Network": NetworkArgs;
  "docker:index/volume:Volume": VolumeArgs;
}

/** Provider and network of an estate, made when the first workload needs them. */
interface Laid {
  readonly provider: Provider;
  readonly network: Network;
}

/**
 * Runs workloads as containers of one Docker engine: one network, and for each workload a
 * container that carries its files, the one that runs, and a volume where something must survive.
 *
 * @param config names, what is published, and where the engine is
 * @param opts parent of the network and the provider
 * @throws `RunError` from the first `run` when no engine answers.
 */
export function dockerTarget(
  config: DockerTargetConfig,
  opts: pulumi.ResourceOptions = {},
): Target {
  let ground: Laid | undefined;
  let asked: { problem: string | undefined } | undefined;
  const lacks = () => (asked ??= { problem: engineProblem(config.engine) }).problem;
  return {
    ...dockerGround(config),
    lacks,
    deploy: (group) => {
      if (ground === undefined) refuse(lacks());
      ground ??= layGround(config, opts);
      return { resources: runGroup(config, group, ground) };
    },
  };
}

/** Containers of a group, each after the one whose network it shares. */
function runGroup(config: DockerTargetConfig, group: readonly Placed[], ground: Laid): Container[] {
  const running = new Map<string, Neighbour>();
  return group.map(({ opts, workload }) => {
    const beside = neighbour(workload, running);
    const container = runContainer(config, workload, ground, beside, opts);
    running.set(workload.place.name, { id: container.id, port: workload.port });
    return container;
  });
}

/** The provider's own error comes in the middle of an update and does not say what to do. */
function refuse(problem: string | undefined): void {
  if (problem === undefined) return;
  throw new pulumi.RunError(`The estate cannot run in containers: ${problem}`);
}

function layGround(config: DockerTargetConfig, opts: pulumi.ResourceOptions): Laid {
  const host = config.engine === undefined ? {} : { host: config.engine };
  const suffix = config.target === undefined ? "" : `-${config.target}`;
  const provider = new Provider(`docker${suffix}`, host, opts);
  const network = new Network(
    `network${suffix}`,
    {
      name: `vigil-${config.stack}`,
      driver: "bridge",
      labels: labelsOf({ "vigil.stack": config.stack }),
    },
    // The name is fixed, so an old one must go before a new one can come.
    { ...opts, provider, deleteBeforeReplace: true },
  );
  return { provider, network };
}

function neighbour(workload: Workload, running: ReadonlyMap<string, Neighbour>) {
  if (workload.beside === undefined) return undefined;
  const found = running.get(workload.beside);
  if (found !== undefined) return found;
  throw new pulumi.RunError(
    `${workload.place.name} shares the network of ${workload.beside}, which must come before it in its group.`,
  );
}

function runContainer(
  config: DockerTargetConfig,
  workload: Workload,
  { provider, network }: Laid,
  beside: Neighbour | undefined,
  given: pulumi.CustomResourceOptions,
): Container {
  const { name } = workload.place;
  const opts = { ...given, provider, deleteBeforeReplace: true };
  // The old container is gone before the new one is proven, so the files are proven before both.
  const proven =
    workload.checks.length === 0
      ? []
      : [
          new CheckedFiles(
            `${name}-checked`,
            { name, files: workload.files, checks: workload.checks },
            given,
          ),
        ];
  const after = (also: pulumi.Resource[]) =>
    pulumi.output(given.dependsOn).apply((more) => [...[more ?? []].flat(), ...also]);
  const files = isWithoutFiles(workload)
    ? undefined
    : new Container(`${name}-files`, filesInputs(config, workload), {
        ...opts,
        dependsOn: after(proven),
        // They name the checkout, and a moved one is not a reason for new containers.
        ignoreChanges: ["labels"],
      });
  const volume = workload.persistent ? [dataVolume(config, name, { ...given, provider })] : [];
  return new Container(
    name,
    containerInputs({
      config,
      workload,
      network: network.name,
      ...(files && { files: files.id }),
      ...(beside && { beside }),
    }),
    {
      ...opts,
      dependsOn: pulumi
        .output(given.dependsOn)
        .apply((more) => [...[more ?? []].flat(), ...volume]),
      // The provider takes a changed check for one it can apply in place, and does nothing.
      replaceOnChanges: ["healthcheck"],
    },
  );
}

/**
 * Data outlives the stack: `destroy` leaves the volume, the next `up` finds it by its name and takes
 * it over. Its one label follows from its name and so never changes, for the provider would replace
 * the volume, and its data with it.
 */
function dataVolume(
  config: DockerTargetConfig,
  name: string,
  opts: pulumi.CustomResourceOptions,
): Volume {
  return new Volume(
    `${name}-data`,
    {
      name: physicalName(config.stack, name),
      labels: labelsOf({ "vigil.stack": config.stack }),
    },
    { ...opts, retainOnDelete: true },
  );
}
