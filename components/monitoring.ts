import * as pulumi from "@pulumi/pulumi";
import { forStack } from "../lib/command.ts";
import { againstPlan } from "./against-plan.ts";
import { services } from "./catalog/index.ts";
import type { Service, Shell } from "./catalog/service.ts";
import { ConfigError } from "./config.ts";
import { removeCommand, setCommand } from "./config/commands.ts";
import { mistake } from "./config/mistakes.ts";
import type { Config } from "./config/schema.ts";
import { readOwnFiles } from "./own-files.ts";
import { estateOutputs, toldBy, type VigilOutputs } from "./outputs.ts";
import { Part } from "./part.ts";
import { type Deployment, type LeftOut, type Plan, planEstate, servicesOf } from "./plan.ts";
import { loadTarget, type MakeTarget } from "./targets/index.ts";
import { traitsOf } from "./targets/kinds.ts";
import type { Placed, Running, Target } from "./targets/target.ts";
import { Trust } from "./trust.ts";

/** Said rather than passed over: nobody should believe that a host is watched which is not. */
const hostsToCome = mistake(
  ["hosts"],
  "is valid, but hosts over SSH are not there yet",
  removeCommand(["hosts"]),
);

/** What makes resources: of services by their names, and of the target. */
export interface Makers {
  readonly shells: ReadonlyMap<string, Shell<never>>;
  readonly target: MakeTarget;
}

/**
 * Loads what makes the resources of a stack, and nothing of what it does not have. A constructor cannot wait for
 * it.
 */
export async function loadMakers(config: Config, absent: ReadonlySet<string>): Promise<Makers> {
  const { had } = servicesOf(config, traitsOf(config.target), reasonsOf(absent));
  const [target, ...shells] = await Promise.all([
    loadTarget(config),
    ...had.map(async ({ service }) => [service.name, await service.shell()] as const),
  ]);
  return { target, shells: new Map(shells) };
}

const reasonsOf = (absent: ReadonlySet<string>): Map<string, string> =>
  new Map([...absent].map((name) => [name, `${name} is not available on this machine`]));

export interface MonitoringArgs {
  readonly config: Config;
  /** Loaded for the same configuration. */
  readonly makers: Makers;
  /** Programs and plugins that cannot be obtained on this machine and are done without. */
  readonly absent: ReadonlySet<string>;
}

/** The whole estate of one environment. */
export class Monitoring extends pulumi.ComponentResource {
  readonly outputs: VigilOutputs;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("vigil:index:Monitoring", name, {}, opts);
    const child = { parent: this };
    const { config, makers } = args;
    const { shells } = makers;
    const target = makers.target(config, pulumi.getStack(), child);
    if (Object.keys(config.hosts).length > 0) throw new ConfigError([hostsToCome]);
    const plan = planFor(config, target, args.absent);
    for (const one of plan.leftOut) this.#warn(leftOutText(one));
    const told = toldBy(plan);
    if (told.length === 0) {
      const fix = setCommand(["receivers", "webhook", "url"]);
      this.#warn(`No receiver is configured: alerts are shown and told to nobody. ${fix}`);
    }
    const { environment, login, tls } = config;
    const trust = new Trust("trust", { environment, login, tls }, child);
    for (const group of groupsOf(plan.deployments)) {
      const parts = group.flatMap((one) => this.#part(one, plan, target, trust, shells));
      const running = runGroup(target, parts);
      for (const { place, service, settings } of group) {
        shells.get(service.name)?.content?.({
          name: service.name,
          estate: plan,
          settings: settings as never,
          place,
          trust,
          running,
          parent: this,
        });
      }
    }
    this.outputs = estateOutputs(config, plan, trust, told);
    this.registerOutputs(this.outputs);
  }

  /** What a target is to run of a service; nothing where somebody else runs it. */
  #part(
    deployment: Deployment,
    plan: Plan,
    target: Target,
    trust: Trust,
    shells: Makers["shells"],
  ): Placed[] {
    const { place, service } = deployment;
    if (place === undefined) return [];
    const shell = shells.get(service.name);
    if (shell === undefined) throw new Error(`What makes ${service.name} was not loaded`);
    const args = { deployment, place, plan, shell, target, trust };
    return [new Part(service.name, args, { parent: this }).placed];
  }

  #warn(text: string): void {
    void pulumi.log.warn(forStack(text, pulumi.getStack()), this);
  }
}

/**
 * The plan, or everything that is wrong with it, before the first resource is registered.
 *
 * @throws `RunError` where the target lacks a program, {@link ConfigError} for contradictions.
 */
function planFor(config: Config, target: Target, without: ReadonlySet<string>): Plan {
  const absent = reasonsOf(without);
  for (const service of services as readonly Service[]) {
    const { binary } = service;
    if (service.optional === undefined || absent.has(binary)) continue;
    const lacking = target.lacks(binary);
    if (lacking !== undefined) absent.set(binary, lacking);
  }
  const own = readOwnFiles(config);
  const plan = planEstate(config, target, absent, own.texts);
  const lacking = plan.deployments.flatMap(({ place, service }) =>
    place === undefined ? [] : (target.lacks(service.binary) ?? []),
  );
  if (lacking.length > 0) {
    throw new pulumi.RunError([...new Set(lacking), "Nothing was changed."].join("\n"));
  }
  const problems = [...own.problems, ...againstPlan(config, plan)];
  if (problems.length > 0) throw new ConfigError(problems);
  return plan;
}

/** Services with those that share their loopback. */
const groupsOf = (deployments: readonly Deployment[]): Deployment[][] =>
  deployments
    .filter(({ service }) => service.beside === undefined)
    .map((main) => [
      main,
      ...deployments.filter(({ service }) => service.beside === main.service.name),
    ]);

function runGroup(target: Target, [main, ...sidecars]: readonly Placed[]): Running | undefined {
  return main && target.deploy([main, ...sidecars]);
}

function leftOutText({ service, why }: LeftOut): string {
  if ("title" in why) return `${why.title} is left out: ${why.reason}.`;
  return `${why.reason} ${why.first} && ${setCommand([service.key, why.field])}`;
}
