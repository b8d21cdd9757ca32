import type { Config } from "../config/schema.ts";
import { dockerGround } from "./docker/names.ts";
import type { TargetKind } from "./kinds.ts";
import { kubernetesGround } from "./kubernetes/place.ts";
import { localGround } from "./local/place.ts";
import type { Ground } from "./target.ts";

type Make = (config: Config, stack: string) => Ground;

const grounds: Readonly<Record<TargetKind, Make>> = {
  local: (_config, stack) => localGround(stack),
  docker: ({ environment }, stack) => dockerGround({ stack, host: environment }),
  kubernetes: ({ environment }, stack) => kubernetesGround(stack, environment),
};

/** Where the parts of a stack stand, whether or not its target can be deployed here. Loads no engine. */
export const groundOf = (config: Config, stack: string): Ground =>
  grounds[config.target](config, stack);
