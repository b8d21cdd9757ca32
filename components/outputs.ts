import type * as pulumi from "@pulumi/pulumi";
import type { Config } from "./config/schema.ts";
import type { Plan } from "./plan.ts";
import type { Place } from "./targets/target.ts";
import type { Trust } from "./trust.ts";

/** A service people open. */
export interface ServiceOutput {
  readonly url: string;
}

/**
 * The output of a stack for others: `new StackReference(…).getOutput("vigil")`. Fields are only ever added
 * within a version.
 */
export interface VigilOutputs {
  /** Version of this shape. */
  readonly version: 1;
  readonly environment: string;
  readonly target: string;
  /** PEM of the authority to check the services' certificates against. */
  readonly authority: pulumi.Output<string>;
  /** Login of the person who looks at the estate. The password is secret. */
  readonly login: {
    readonly username: pulumi.Output<string>;
    readonly password: pulumi.Output<string>;
  };
  /** Passwords by name of those who sign in at the processor's page alone; secret. */
  readonly people: Readonly<Record<string, pulumi.Output<string>>>;
  /** PEM by which the person asks Alertmanager, and exporters. The key is secret. */
  readonly client: {
    readonly certificate: pulumi.Output<string>;
    readonly key: pulumi.Output<string>;
  };
  readonly prometheus: ServiceOutput | null;
  readonly alertmanager: ServiceOutput | null;
  /** Null where Grafana is left out; `elsewhere` where somebody else runs it. */
  readonly grafana: (ServiceOutput & { readonly elsewhere: boolean }) | null;
  /** The page of open alerts; null where the processor is left out. */
  readonly processor: ServiceOutput | null;
  /** Scrape jobs by name with the `instance` of each target, sorted. */
  readonly watched: Readonly<Record<string, readonly string[]>>;
  /** Names of the ways to people that are configured, sorted. */
  readonly receivers: readonly string[];
}

/** Where a service is reached; null where it is left out or not published. */
const serviceOutput = (place: Place | undefined): ServiceOutput | null =>
  place?.url === undefined ? null : { url: place.url };

/** The same for Grafana, which somebody else may run. */
function grafanaOutput(plan: Plan, { grafana: { url } }: Config): VigilOutputs["grafana"] {
  const place = plan.place("grafana");
  if (place === undefined) {
    return plan.has("grafana") && url !== undefined ? { url, elsewhere: true } : null;
  }
  const own = serviceOutput(place);
  return own && { ...own, elsewhere: false };
}

/** Scrape jobs by name with the `instance` of each target, sorted. */
function watchedOutput({ jobs }: Plan): VigilOutputs["watched"] {
  const sorted = [...jobs].sort((a, b) => (a.name < b.name ? -1 : 1));
  return Object.fromEntries(
    sorted.map(({ name, targets }) => [
      name,
      targets.map(({ labels }) => labels["instance"] ?? ""),
    ]),
  );
}

/** Names of the ways to people: Alertmanager's own, and those of the processor. */
export const toldBy = (plan: Plan): string[] =>
  plan.deployments
    .flatMap(({ service, settings }) => service.tells?.(plan, settings as never) ?? [])
    .sort();

/**
 * The outputs of an estate for other stacks.
 *
 * @param told - Names of the ways to people.
 */
export const estateOutputs = (
  config: Config,
  plan: Plan,
  trust: Trust,
  told: readonly string[],
): VigilOutputs => ({
  version: 1,
  environment: config.environment,
  target: config.target,
  authority: trust.authority,
  login: { username: trust.operator.username, password: trust.operator.password },
  people: trust.people(),
  client: trust.asker("operator"),
  prometheus: serviceOutput(plan.place("prometheus")),
  alertmanager: serviceOutput(plan.place("alertmanager")),
  grafana: grafanaOutput(plan, config),
  processor: serviceOutput(plan.place("processor")),
  watched: watchedOutput(plan),
  receivers: told,
});
