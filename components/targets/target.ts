import type * as pulumi from "@pulumi/pulumi";
import type { FileCheck, OnChange } from "../../provider/types.ts";

/** Where an estate can be put. */
export type TargetKind = "local" | "docker" | "kubernetes";

/** Where a workload will stand, known before it exists so that files and peers can name it. */
export interface Place {
  readonly name: string;
  /** Absolute folder of the configuration files as the process sees it. */
  readonly config: string;
  /** Absolute folder of what must survive a restart, as the process sees it. */
  readonly data: string;
  /** Address and port to listen on: `127.0.0.1:9090`, `:9090`. */
  readonly listen: string;
  /** `host:port` by which the other workloads reach it. */
  readonly address: string;
  /** Address by which the person who runs `up` reaches it; undefined where it is not published. */
  readonly url: string | undefined;
  /** Port of the machine that it takes; undefined where it takes none. */
  readonly machinePort: number | undefined;
  /** Where the process sees the root of the machine, where that is not `/`. */
  readonly root?: string;
  /** Names and addresses its certificate must carry. */
  readonly subjects: {
    readonly dnsNames: readonly string[];
    readonly ipAddresses: readonly string[];
  };
}

/** A container image with the account and the data folder it was built for. */
export interface Image {
  /** Reference as an engine takes it, pinned by tag or digest. */
  readonly reference: string;
  /** Numeric user and group, never 0 as user. */
  readonly uid: number;
  readonly gid: number;
  /** Program to start where the image's own entry point would add arguments. */
  readonly entrypoint?: string;
  /** True for an image that holds nothing but its program, so that nothing in it can ask. */
  readonly bare?: boolean;
}

/**
 * The neutral unit of deployment: one process. Each target makes of it what it has:
 * a supervised process, a container, a StatefulSet.
 */
export interface Workload {
  readonly place: Place;
  /** Upstream name of the program where processes are run: `node_exporter`. */
  readonly binary: string;
  /** Where containers are run. */
  readonly image: Image;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Text by path relative to `place.config`. */
  readonly files: Readonly<Record<string, pulumi.Input<string>>>;
  readonly onChange: OnChange;
  readonly checks: readonly FileCheck[];
  readonly port: number;
  /** Readiness: path asked over HTTPS. */
  readonly health: {
    readonly path: string;
    readonly ca: pulumi.Input<string>;
    /** With this login, or as the holder of this certificate. */
    readonly access:
      | { readonly username: string; readonly password: pulumi.Input<string> }
      | { readonly certificate: pulumi.Input<string>; readonly key: pulumi.Input<string> };
    readonly timeoutSeconds: number;
  };
  /** Upper bound where the target can hold one. */
  readonly memoryMegabytes: number;
  /** `host`: must see the machine itself (its processes, file systems and interfaces), read-only. */
  readonly sees: "itself" | "host";
  /**
   * Name of a workload, run before, whose loopback this one shares: for a program without TLS that
   * only that workload may ask. It listens on no network, so there is nothing to protect.
   */
  readonly beside?: string;
  /** False where nothing needs to survive. */
  readonly persistent: boolean;
}

/** A workload that runs and is ready. */
export interface Running {
  /** What later resources depend on. */
  readonly resources: readonly pulumi.Resource[];
}

/** One kind of place to run workloads. Nothing outside `targets/` knows containers or namespaces. */
export interface Target {
  readonly kind: TargetKind;
  /** Value of the `host` label of everything that describes the machine itself. */
  readonly host: string;
  /** Pure: same name and port, same place. `sees` and `beside` as in {@link Workload}. */
  place(name: string, port: number, sees?: Workload["sees"], beside?: string): Place;
  /** Folder of what a program brings beside itself: Grafana's pages. */
  programHome(binary: string): string;
  /** Why this target cannot run `binary` now, or undefined. */
  lacks(binary: string): string | undefined;
  run(workload: Workload, opts: pulumi.CustomResourceOptions): Running;
}
