import type { Site } from "../target.ts";

/** How a Docker estate is named and published. */
export interface DockerTargetConfig {
  /** Part of every physical name, `vigil-<stack>-<service>`: `dev`. Fixed names adopt, never double. */
  readonly stack: string;
  /** Checkout that the estate is made from: tells two clones with the same stack apart. */
  readonly folder?: string;
  /** Value of the `host` label of what describes the machine under the engine. */
  readonly host: string;
  /**
   * Port of the machine by workload; what is not named is reached by its peers only.
   * @default what people open, each on the port it listens on
   */
  readonly publish?: Readonly<Record<string, number>>;
  /** Address of the machine on which ports are published. @default "127.0.0.1" */
  readonly bind?: string;
  /** Name of the target among those of the stack. @default that of the core */
  readonly target?: string;
  /**
   * Name or address by which workloads of other targets reach it; everything is published then.
   * @default nobody does
   */
  readonly address?: string;
  /** Data folder by workload where an image keeps its data elsewhere than {@link dataFolder} says. */
  readonly dataFolders?: Readonly<Record<string, string>>;
  /**
   * Address of the engine: `unix:///var/run/docker.sock`, `tcp://…`, `ssh://…`.
   * @default the environment's DOCKER_CONTEXT or DOCKER_HOST, else `unix:///var/run/docker.sock`
   */
  readonly engine?: string;
}

/** Where configuration appears inside every container. */
export const configFolder = "/etc/vigil";

/** Where a container that sees the machine finds the machine's root, read-only. */
export const hostRoot = "/rootfs";

/** Name by which a container reaches what listens on the machine itself (Docker 20.10 and later). */
export const hostGateway = "host.docker.internal";

/** Folder of a workload's volume as its process sees it. */
export function dataFolder(config: DockerTargetConfig, { data, name }: Site): string {
  return config.dataFolders?.[name] ?? data ?? `/var/lib/${name}`;
}

/** Port of the machine under which it is published, if it is. */
export function publishedPort(
  { address, publish }: DockerTargetConfig,
  { forPeople = false, name, port }: Site,
): number | undefined {
  if (publish !== undefined) return publish[name];
  return forPeople || address !== undefined ? port : undefined;
}

/** Physical name of everything that belongs to one service. */
export function physicalName(stack: string, service: string): string {
  return `vigil-${stack}-${service}`;
}
