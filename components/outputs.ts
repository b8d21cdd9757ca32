import type * as pulumi from "@pulumi/pulumi";

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
