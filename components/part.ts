import * as pulumi from "@pulumi/pulumi";
import type { Shell } from "./catalog/service.ts";
import { ConfigError } from "./config.ts";
import { removeCommand } from "./config/commands.ts";
import { mistake } from "./config/mistakes.ts";
import type { Deployment, Plan } from "./plan.ts";
import type { Place, Placed, Target } from "./targets/target.ts";
import type { Trust } from "./trust.ts";

export interface PartArgs {
  readonly deployment: Deployment;
  readonly place: Place;
  readonly shell: Shell<never>;
  readonly plan: Plan;
  readonly target: Target;
  readonly trust: Trust;
}

/** One service of the estate, with all that is made for it alone. */
export class Part extends pulumi.ComponentResource {
  /** What its target is to run. */
  readonly placed: Placed;

  constructor(name: string, args: PartArgs, opts?: pulumi.ComponentResourceOptions) {
    const { deployment, place, plan, shell, target, trust } = args;
    const { service, settings } = deployment;
    super(`vigil:index:${service.component}`, name, {}, opts);
    const child = { parent: this };
    const {
      checks = [],
      env = {},
      ...process
    } = shell.process({
      name,
      estate: plan,
      place,
      settings: settings as never,
      texts: deployment.texts(),
      trust,
      programHome: (binary) => target.programHome(binary),
      child,
    });
    const extra = extraArgs(deployment, process.args);
    const { beside, binary, image, persistent = false, sees = "itself" } = service;
    this.placed = {
      workload: {
        ...process,
        args: [...process.args, ...extra],
        checks,
        env,
        place,
        binary,
        image: { ...image, reference: settings.image ?? "" },
        port: settings.port,
        memoryMegabytes: settings.memory,
        sees,
        ...(beside !== undefined && { beside }),
        persistent,
      },
      opts: child,
    };
    this.registerOutputs({});
  }
}

/** Name of a flag, however many dashes it is written with. */
const flagOf = (argument: string): string => argument.replace(/^-+/, "").split("=", 1)[0] ?? "";

/**
 * The stack's own arguments of a service.
 *
 * @throws {@link ConfigError} for what Vigil says already: a program ends at a flag that it gets twice, or takes
 * the last one, and then what the estate relies on is not so.
 */
function extraArgs({ service, settings }: Deployment, own: readonly string[]): readonly string[] {
  const given = new Set(own.map(flagOf));
  const { extraArgs: extra = [] } = settings;
  const twice = extra.flatMap((one, index) => {
    const path = [service.key, "extraArgs", index];
    const reason = `is ${one}, and Vigil says --${flagOf(one)} itself`;
    return given.has(flagOf(one)) ? [mistake(path, reason, removeCommand(path))] : [];
  });
  if (twice.length > 0) throw new ConfigError(twice);
  return extra;
}
