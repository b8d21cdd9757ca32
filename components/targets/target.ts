import { isIP } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import type { FileCheck, OnChange } from "../../provider/types.ts";
import type { Traits } from "./kinds.ts";

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
  /**
   * Whether its certificate is Vigil's own even where the stack gives one: the key of that one stays with the core.
   * @default false
   */
  readonly apart?: boolean;
  /** Where the process sees the root of the machine, where that is not `/`. */
  readonly root?: string;
  /** Names and addresses its certificate must carry. */
  readonly subjects: {
    readonly dnsNames: readonly string[];
    readonly ipAddresses: readonly string[];
  };
}

/** The host of `host:port`; empty where that is every interface. */
export const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(":"));

/** Port of an address: `prometheus:9090`. */
export const portOf = (address: string): string => address.slice(address.lastIndexOf(":") + 1);

/** Whether a host is that of whoever asks. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "[::1]" || (isIP(host) === 4 && host.startsWith("127."));

/** The inputs that decide where a workload is placed. */
export interface Site {
  readonly name: string;
  readonly port: number;
  /** As in {@link Workload}. @default "itself" */
  readonly sees?: Workload["sees"];
  /** As in {@link Workload}. */
  readonly beside?: string;
  /** Whether people open it, so that it is published where that is a decision. @default false */
  readonly forPeople?: boolean;
  /** Folder in which its image keeps data; see {@link Image.data}. */
  readonly data?: string;
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
  /**
   * Folder in which the image keeps data. An empty volume takes over the owner of the folder it covers, so
   * only a folder that the image made for its own account is writable without root. @default "/var/lib/<name>"
   */
  readonly data?: string;
  /**
   * Command of a tool in the image that asks whether the service is ready, as any client would.
   *
   * @param client - Flag that has the tool read authority and login from a file.
   */
  readonly ready?: (client: string, url: string) => readonly string[];
  /** Command that succeeds where somebody listens on the port, for an image without a client. */
  readonly listens?: (port: number) => readonly string[];
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
   * Name of the workload of its group whose loopback this one shares: for a program without TLS that
   * only that workload may ask. It listens on no network, so there is nothing to protect.
   */
  readonly beside?: string;
  /** False where nothing needs to survive. */
  readonly persistent: boolean;
}

/** A workload, and what its resources belong to. */
export interface Placed {
  readonly workload: Workload;
  readonly opts: pulumi.CustomResourceOptions;
}

/** Workloads that run and are ready. */
export interface Running {
  /** What later resources depend on. */
  readonly resources: readonly pulumi.Resource[];
}

/** Whoever collects from the others: what is installed counts only when it sees it. */
export interface Collector {
  readonly workload: Workload;
  readonly running: Running;
}

/** The part of a target that decides places. Pure: an estate is planned on it without an engine. */
export interface Ground {
  readonly traits: Traits;
  /** Value of the `host` label of everything that describes the machine itself. */
  readonly host: string;
  /** Further labels of everything that is scraped there. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Same site, same place. */
  readonly place: (site: Site) => Place;
  /** Folder of what a program brings beside itself: Grafana's pages. */
  readonly programHome: (binary: string) => string;
}

/** One kind of place to run workloads. Nothing outside `targets/` knows containers or namespaces. */
export interface Target extends Ground {
  /** Why this target cannot run `binary` now, or undefined. */
  lacks(binary: string): string | undefined;
  /**
   * Runs a workload with its sidecars: those that share its loopback ({@link Workload.beside}), after it.
   *
   * @param collector - Absent for what stands on the core's own target.
   */
  deploy(group: readonly [Placed, ...Placed[]], collector?: Collector): Running;
}
