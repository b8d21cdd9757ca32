import * as pulumi from "@pulumi/pulumi";
import { forStack } from "../lib/command.ts";
import { services } from "./catalog/index.ts";
import type { Service, Shell } from "./catalog/service.ts";
import { ConfigError } from "./config.ts";
import { checkedPlan } from "./checked-plan.ts";
import { setCommand } from "./config/commands.ts";
import { uncheckedText } from "./config/hosts/keys.ts";
import type { Config } from "./config/schema.ts";
import { type Content, loadContent } from "./content.ts";
import { estateOutputs, toldBy, type VigilOutputs } from "./outputs.ts";
import { Part } from "./part.ts";
import { type LeftOut, servicesOf } from "./choose.ts";
import { type Deployment, type Plan, planEstate } from "./plan.ts";
import { core } from "./targets/fields.ts";
import { type Grounds, groundsOf } from "./targets/grounds.ts";
import { loadTargets, type MakeTarget } from "./targets/index.ts";
import { traitsOf } from "./targets/kinds.ts";
import type { Collector, Placed, Running, Target } from "./targets/target.ts";
import { Trust } from "./trust.ts";

/** What makes resources: of services and of targets, by their names; and what their rules and boards are made of. */
export interface Makers {
  readonly shells: ReadonlyMap<string, Shell<never>>;
  readonly targets: ReadonlyMap<string, MakeTarget>;
  readonly content: Content;
}

/** The targets of a stack by name. */
type Targets = Readonly<Record<typeof core, Target> & Record<string, Target>>;

/**
 * Loads what makes the resources of a stack, and nothing of what it does not have. A constructor cannot wait for
 * it.
 */
export async function loadMakers(config: Config, absent: ReadonlySet<string>): Promise<Makers> {
  const without = reasonsOf(absent);
  const { had } = servicesOf(config, traitsOf(config.target), without);
  const [targets, content, ...shells] = await Promise.all([
    loadTargets(config),
    loadContent(planEstate(config, groundsOf(config, pulumi.getStack()), without)),
    ...had.map(async ({ service }) => [service.name, await service.shell()] as const),
  ]);
  return { targets, content, shells: new Map(shells) };
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
    const targets = Object.fromEntries(
      [...makers.targets].map(([name, make]) => [name, make(pulumi.getStack(), child)]),
    ) as Targets;
    const plan = planFor(config, targets, args.absent, makers.content);
    for (const one of plan.leftOut) this.#warn(leftOutText(one));
    const unchecked = uncheckedText(config);
    if (unchecked !== undefined) this.#warn(unchecked);
    const told = toldBy(plan);
    if (told.length === 0) {
      const fix = setCommand(["channels", "webhook", "url"]);
      this.#warn(`No channel is configured: alerts are shown, but nobody is notified. ${fix}`);
    }
    const { environment, login, tls } = config;
    const apart = plan.deployments.some(({ place }) => place?.apart === true);
    const trust = new Trust("trust", { environment, login, tls, apart }, child);
    // All are made before the first is run: whoever watches the others knows their certificates.
    const groups = groupsOf(plan.deployments).map((group) => ({
      group,
      parts: group.flatMap((one) => this.#part(one, plan, trust, shells)),
    }));
    let collector: Collector | undefined;
    for (const { group, parts } of nearestFirst(groups)) {
      const running = runGroup(targets, group, parts, collector);
      const [main] = parts;
      if (running && main && group[0].service.cadence !== undefined) {
        collector = { workload: main.workload, running };
      }
      for (const { name, place, service, settings } of group) {
        shells.get(service.name)?.content?.({
          name,
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

  /** The workloads of a service on a target; none where somebody else runs it. */
  #part(deployment: Deployment, plan: Plan, trust: Trust, shells: Makers["shells"]): Placed[] {
    const { name, place, service } = deployment;
    if (place === undefined) return [];
    const shell = shells.get(service.name);
    if (shell === undefined)
      throw new Error(`The code that creates ${service.name} was not loaded`);
    const args = { deployment, place, plan, shell, trust };
    return [new Part(name, args, { parent: this }).placed];
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
function planFor(
  config: Config,
  targets: Targets,
  without: ReadonlySet<string>,
  content: Content,
): Plan {
  const absent = reasonsOf(without);
  for (const service of services as readonly Service[]) {
    const { binary } = service;
    if (service.optional === undefined || absent.has(binary)) continue;
    const lacking = targets.core.lacks(binary);
    if (lacking !== undefined) absent.set(binary, lacking);
  }
  const { plan, problems } = checkedPlan(config, targets satisfies Grounds, absent, content);
  const lacking = plan.deployments.flatMap(({ on, place, service }) =>
    place === undefined ? [] : (targets[on]?.lacks(service.binary) ?? []),
  );
  if (lacking.length > 0) {
    throw new pulumi.RunError([...new Set(lacking), "Nothing was changed."].join("\n"));
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return plan;
}

/** Processes with those that share their loopback. */
const groupsOf = (deployments: readonly Deployment[]): [Deployment, ...Deployment[]][] =>
  deployments
    .filter(({ service }) => service.beside === undefined)
    .map((main) => [
      main,
      ...deployments.filter(
        ({ on, service }) => service.beside === main.service.name && on === main.on,
      ),
    ]);

/** What stands elsewhere comes after the core: it counts as installed when the core sees it. */
const nearestFirst = <T extends { readonly group: readonly Deployment[] }>(
  all: readonly T[],
): T[] => {
  const near = ({ group: [main] }: T): boolean => main?.on === core;
  return [...all.filter(near), ...all.filter((one) => !near(one))];
};

function runGroup(
  targets: Targets,
  [{ on }]: readonly [Deployment, ...Deployment[]],
  [main, ...sidecars]: readonly Placed[],
  collector: Collector | undefined,
): Running | undefined {
  return main && targets[on]?.deploy([main, ...sidecars], on === core ? undefined : collector);
}

function leftOutText({ service, why }: LeftOut): string {
  if ("title" in why) return `${why.title} is left out: ${why.reason}.`;
  return `${why.reason} ${why.first} && ${setCommand([service.key, why.field])}`;
}
