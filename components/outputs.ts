import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "./plan.ts";
import type { Place } from "./targets/target.ts";

/** A service people open. */
export interface ServiceOutput {
  readonly url: string;
}

/**
 * What a stack tells others: `new StackReference(…).getOutput("vigil")`. Fields are only ever added
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
export const serviceOutput = (place: Place | undefined): ServiceOutput | null =>
  place?.url === undefined ? null : { url: place.url };

/** The same for Grafana, which somebody else may run. */
export function grafanaOutput(
  place: Place | undefined,
  elsewhere: string | undefined,
): VigilOutputs["grafana"] {
  if (elsewhere !== undefined) return { url: elsewhere, elsewhere: true };
  const own = serviceOutput(place);
  return own && { ...own, elsewhere: false };
}

/** Scrape jobs by name with the `instance` of each target, sorted. */
export function watchedOutput({ jobs }: Plan): VigilOutputs["watched"] {
  const sorted = [...jobs].sort((a, b) => (a.name < b.name ? -1 : 1));
  return Object.fromEntries(
    sorted.map(({ name, targets }) => [
      name,
      targets.map(({ labels }) => labels["instance"] ?? ""),
    ]),
  );
}
