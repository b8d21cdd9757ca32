import type { Config } from "../config/schema.ts";
import { dockerGround } from "./docker/place.ts";
import { dockerElsewhere, dockerHere } from "./docker/settings.ts";
import { core, type Elsewhere } from "./fields.ts";
import type { TargetKind } from "./kinds.ts";
import { hostGround } from "./host/place.ts";
import { kubernetesGround } from "./kubernetes/place.ts";
import { localGround } from "./local/place.ts";
import type { Ground } from "./target.ts";

/** Where things stand on each target of a stack, by its name. */
export type Grounds = Readonly<Record<typeof core, Ground> & Record<string, Ground>>;

const cores: Readonly<Record<TargetKind, (config: Config, stack: string) => Ground>> = {
  local: ({ machine }, stack) => localGround(stack, machine),
  docker: ({ machine }, stack) => dockerGround(dockerHere(stack, machine)),
  kubernetes: ({ environment, machine }, stack) => kubernetesGround(stack, machine ?? environment),
};

function groundElsewhere(name: string, { docker }: Elsewhere, stack: string): Ground[] {
  return docker === undefined ? [] : [dockerGround(dockerElsewhere(stack, name, docker))];
}

/** Where the parts of a stack stand, whether or not its targets can be deployed to here. Loads no engine. */
export const groundsOf = (config: Config, stack: string): Grounds => ({
  ...Object.fromEntries(
    Object.entries(config.targets).flatMap(([name, one]) =>
      groundElsewhere(name, one, stack).map((ground) => [name, ground] as const),
    ),
  ),
  ...Object.fromEntries(
    Object.entries(config.hosts).map(([name, host]) => [name, hostGround(name, host)]),
  ),
  [core]: cores[config.target](config, stack),
});
