import * as pulumi from "@pulumi/pulumi";
import { forStack } from "../../lib/command.ts";
import type { Config } from "../config/schema.ts";
import type { TargetKind } from "./kinds.ts";
import type { Target } from "./target.ts";

/** Makes the target of a stack. */
export type MakeTarget = (config: Config, stack: string, opts: pulumi.ResourceOptions) => Target;

const loaders: Readonly<Record<TargetKind, () => Promise<MakeTarget>>> = {
  local: async () => {
    const { localTarget } = await import("./local/index.ts");
    return (_config, stack) => localTarget(stack);
  },
  docker: async () => {
    const { dockerTarget } = await import("./docker/index.ts");
    return (config, stack, opts) =>
      dockerTarget({ stack, host: config.environment, folder: process.cwd() }, opts);
  },
  kubernetes: () =>
    Promise.resolve((_config, stack) => {
      throw new pulumi.RunError(
        "vigil:target kubernetes is not there yet: this configuration is valid, nothing was changed.\n" +
          forStack(
            "  To put the estate elsewhere: ./vigil pulumi config set vigil:target docker",
            stack,
          ),
      );
    }),
};

/**
 * Loads what makes the target that a stack is configured for, and no other's provider.
 *
 * @returns a function that throws `RunError` for a target that is not there yet.
 */
export const loadTarget = ({ target }: Config): Promise<MakeTarget> => loaders[target]();
