/** The traits of each kind of target, known without creating one. Pure: configuration is checked against it. */

/** The traits of a kind of target, as far as others have to know. */
export interface Traits {
  /** Workloads are started from images; otherwise they are programs of the machine. */
  readonly images: boolean;
  /** The machine under it runs one container engine, whose containers can be watched. */
  readonly engine: boolean;
  /** Everything listens on the loopback of the machine and nowhere else. */
  readonly loopbackOnly: boolean;
  /** The machine that workloads run on. */
  readonly platform: NodeJS.Platform;
}

const containers = { images: true, loopbackOnly: false, platform: "linux" } as const;

/** Every kind a stack may name. */
export const kinds = {
  local: { images: false, engine: false, loopbackOnly: true, platform: process.platform },
  docker: { ...containers, engine: true },
  kubernetes: { ...containers, engine: false },
} as const satisfies Readonly<Record<string, Traits>>;

/** Hosts, beside every kind of core. */
export const hostTraits: Traits = {
  images: false,
  engine: false,
  loopbackOnly: false,
  platform: "linux",
};

/** Where an estate can be put. */
export type TargetKind = keyof typeof kinds;

/** Of a stack whose file names none, as Pulumi.yaml has it. */
export const defaultKind: TargetKind = "local";

/** As {@link kinds}, for whoever must not know which there are. */
export const traitsOf = (kind: TargetKind): Traits => kinds[kind];
