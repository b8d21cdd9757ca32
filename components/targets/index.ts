import * as pulumi from "@pulumi/pulumi";
import { forStack } from "../../lib/command.ts";
import type { Config } from "../config/schema.ts";
import { dockerTarget } from "./docker.ts";
import { localTarget } from "./local.ts";
import type { TargetKind } from "./kinds.ts";
import type { Target } from "./target.ts";

type Make = (config: Config, stack: string, opts: pulumi.ResourceOptions) => Target;

const makers = {
  docker: (config, stack, opts) =>
    dockerTarget({ stack, host: config.environment, folder: process.cwd() }, opts),
  kubernetes: (_config, stack) => {
    throw new pulumi.RunError(
      "vigil:target kubernetes is not there yet: this configuration is valid, nothing was changed.\n" +
        forStack(
          "  To put the estate elsewhere: ./vigil pulumi config set vigil:target docker",
          stack,
        ),
    );
  },
  local: (_config, stack) => localTarget(stack),
} satisfies Record<TargetKind, Make>;

/**
 * The target a stack is configured for.
 *
 * @throws `RunError` for one that is not there yet.
 */
export function createTarget(config: Config, stack: string, opts: pulumi.ResourceOptions): Target {
  return makers[config.target](config, stack, opts);
}
