import * as pulumi from "@pulumi/pulumi";
import { forStack } from "../../lib/command.ts";
import type { Config } from "../config/schema.ts";
import { core, type Elsewhere } from "./fields.ts";
import type { TargetKind } from "./kinds.ts";
import type { Target } from "./target.ts";

/** Makes a target of a stack. */
export type MakeTarget = (stack: string, opts: pulumi.ResourceOptions) => Target;

const cores: Readonly<Record<TargetKind, (config: Config) => Promise<MakeTarget>>> = {
  local: async ({ machine }) => {
    const { localTarget } = await import("./local/index.ts");
    return (stack) => localTarget(stack, machine);
  },
  docker: async ({ machine }) => {
    const { dockerTarget } = await import("./docker/index.ts");
    const { dockerHere } = await import("./docker/settings.ts");
    return (stack, opts) =>
      dockerTarget({ ...dockerHere(stack, machine), folder: process.cwd() }, opts);
  },
  kubernetes: () =>
    Promise.resolve((stack) => {
      throw new pulumi.RunError(
        "vigil:target kubernetes is not supported yet: this configuration is valid, nothing was changed.\n" +
          forStack(
            "  To deploy the estate elsewhere: ./vigil pulumi config set vigil:target docker",
            stack,
          ),
      );
    }),
};

async function loadElsewhere(name: string, { docker }: Elsewhere): Promise<MakeTarget[]> {
  if (docker === undefined) return [];
  const { dockerTarget } = await import("./docker/index.ts");
  const { dockerElsewhere } = await import("./docker/settings.ts");
  return [
    (stack, opts) =>
      dockerTarget({ ...dockerElsewhere(stack, name, docker), folder: process.cwd() }, opts),
  ];
}

async function loadHosts({ environment, hosts, ssh }: Config): Promise<[string, MakeTarget][]> {
  const all = Object.entries(hosts);
  if (all.length === 0) return [];
  const { hostTarget } = await import("./host/index.ts");
  return all.map(([name, host]) => [name, () => hostTarget(name, host, { environment, ssh })]);
}

/**
 * Loads what makes the targets of a stack, and no other's provider.
 *
 * @returns by name, functions that throw `RunError` for a target that is not there yet.
 */
export async function loadTargets(config: Config): Promise<ReadonlyMap<string, MakeTarget>> {
  const elsewhere = await Promise.all(
    Object.entries(config.targets).map(async ([name, one]) =>
      (await loadElsewhere(name, one)).map((make) => [name, make] as const),
    ),
  );
  return new Map([
    [core, await cores[config.target](config)],
    ...elsewhere.flat(),
    ...(await loadHosts(config)),
  ]);
}
