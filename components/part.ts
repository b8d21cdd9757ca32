import * as pulumi from "@pulumi/pulumi";
import type { Shell } from "./catalog/service.ts";
import type { Deployment, Plan } from "./plan.ts";
import type { Place, Placed } from "./targets/target.ts";
import type { Trust } from "./trust.ts";

export interface PartArgs {
  readonly deployment: Deployment;
  readonly place: Place;
  readonly shell: Shell<never>;
  readonly plan: Plan;
  readonly trust: Trust;
}

/** One process of a service, with all that is made for it alone. */
export class Part extends pulumi.ComponentResource {
  /** Its workload. */
  readonly placed: Placed;

  constructor(name: string, args: PartArgs, opts?: pulumi.ComponentResourceOptions) {
    const { deployment, place, plan, shell, trust } = args;
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
      child,
    });
    const { beside, binary, image, persistent = false, sees = "itself" } = service;
    this.placed = {
      workload: {
        ...process,
        args: [...deployment.args(), ...(settings.extraArgs ?? [])],
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
