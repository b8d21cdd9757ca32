/** Types for a stack's own file of transforms; nothing here runs. */
import type * as pulumi from "@pulumi/pulumi";
import type {
  AuthorityArgs,
  CertificateArgs,
  CheckedFilesArgs,
  HostProcessArgs,
  LoginArgs,
  ProcessArgs,
} from "../provider/resources.ts";
import type { GrafanaArgs } from "./grafana-content.ts";
import type { DockerArgs } from "./targets/docker/index.ts";

/** Options of a resource, of whichever kind. */
export type Options = pulumi.CustomResourceOptions & pulumi.ComponentResourceOptions;

/** The result for a resource. */
export interface Changed<Args> {
  /** All of its arguments, instead of those it had. */
  readonly args: Args;
  /** Options beside those it has; `undefined` takes one away. @default none */
  readonly opts?: Partial<Options>;
}

/**
 * Changes a resource before the engine hears of it. Its result must depend on its arguments alone: otherwise the estate
 * changes with every `up`.
 */
export type Transform<Args> = (args: Args, opts: Readonly<Options>) => Changed<Args>;

/** Arguments by type, as `./vigil pulumi stack` shows it. */
interface ArgsByType extends DockerArgs, GrafanaArgs {
  "vigil:index:Authority": AuthorityArgs;
  "vigil:index:Certificate": CertificateArgs;
  "vigil:index:CheckedFiles": CheckedFilesArgs;
  "vigil:index:HostProcess": HostProcessArgs;
  "vigil:index:Login": LoginArgs;
  "vigil:index:Process": ProcessArgs;
}

/**
 * Transforms by type and name of a resource: `"vigil:index:Process::prometheus"`. The type says what the
 * arguments are.
 *
 * @typeParam More - Arguments of types that are not known here.
 */
export type Transforms<More extends object = object> = {
  readonly [Type in keyof (ArgsByType & More) as `${Type & string}::${string}`]?: Transform<
    (ArgsByType & More)[Type]
  >;
};
