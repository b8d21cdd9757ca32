/** The definition of a service of the estate, from which everything else follows. */
import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { Lacks } from "../../rules/lib/needs.ts";
import type { FileCheck, OnChange } from "../../provider/types.ts";
import type { Common } from "../config/common-schema.ts";
import type { Path } from "../config/fields.ts";
import type { ScrapeJob } from "../render/prometheus.ts";
import type { Traits } from "../targets/kinds.ts";
import type { Image, Place, Running, Workload } from "../targets/target.ts";
import type { Trust } from "../trust.ts";

/** Fields of a section of the configuration. */
export type Fields = Readonly<Record<string, z.core.$ZodType>>;

/** A service's settings in a stack, complete and valid. */
export type SettingsOf<F extends Fields> = z.output<z.ZodObject<F, z.core.$strict>>;

/** Settings common to every service. */
export interface Listening {
  readonly port: number;
  readonly memory: number;
  /** Undefined where none is available: the service runs where none is needed. */
  readonly image?: string | undefined;
  /** Of the stack's own. */
  readonly extraArgs?: readonly string[];
  /** Targets that it runs on, of a service that may stand elsewhere than the core. */
  readonly on?: readonly string[];
}

/** One process of a service. A service without a word of it has one for each target that it is `on`. */
export interface Run<S> {
  /** Name of the target that it stands on. */
  readonly on: string;
  /** Tells it from the others of the service on its target: a key of the configuration. @default it is the only one */
  readonly as?: string;
  /** Its own. */
  readonly settings: S;
  /** Where in the section it says on which target it stands. */
  readonly onAt: Path;
  /** Where in the section its port is. @default `port` */
  readonly portAt?: Path;
}

/** The estate as its services see it while it is planned. Same configuration, same estate. */
export interface Estate {
  readonly common: Common;
  readonly traits: Traits;
  /** Value of the `host` label of the machine that the core stands on. */
  readonly host: string;
  /** How often targets are asked and rules evaluated. */
  readonly cadence: Cadence;
  readonly jobs: readonly ScrapeJob[];
  /** Rule files by path: `rules/general.yml`. */
  readonly rules: Readonly<Record<string, string>>;
  /** Scrape configurations of the stack's own by path: `scrapes/shop.yml`. */
  readonly scrapes: Readonly<Record<string, string>>;
  /** Dashboard JSON by uid. */
  readonly boards: Readonly<Record<string, string>>;
  /** Where a service of the core stands; undefined where the estate does not run it. */
  readonly place: (service: string) => Place | undefined;
  /** Whether the estate has a service, be it one that somebody else runs. */
  readonly has: (service: string) => boolean;
}

export interface Cadence {
  readonly scrapeInterval: string;
  readonly evaluationInterval: string;
}

/** Why a service that a stack wants is left out. */
export interface Missing {
  readonly reason: string;
  /** Command that comes before the field is set. */
  readonly first: string;
  /** Field of its section that is missing. */
  readonly field: string;
}

/** The inputs of a service's scrape jobs. */
export interface JobsInput<S> {
  readonly common: Common;
  readonly settings: S;
  readonly place: Place;
  /** Value of the `host` label of the machine that it stands on. */
  readonly host: string;
  /** Name of the target that it stands on. */
  readonly on: string;
  /** The job of which the service itself is the only target. */
  readonly own: ScrapeJob;
}

/** The account that an exporter needs where it looks. */
export interface Account {
  /** What the account lets it see, in Markdown. */
  readonly about: string;
  /** Command that makes it there, by what it is made at. */
  readonly commands: Readonly<Record<string, string>>;
}

/** A contradiction within a section: where below it, why, and the value that fixes it. */
export interface Complaint {
  readonly path: Path;
  readonly reason: string;
  readonly value?: string;
  /** Where another field fixes it, by this value or by being removed. */
  readonly mend?: { readonly path: Path; readonly value?: string };
}

/** The inputs of a service's arguments. */
export interface ArgsInput<S> {
  readonly place: Place;
  readonly settings: S;
  /** Folder of what the program brings beside itself. */
  readonly programHome: (binary: string) => string;
}

/** The inputs from which a shell makes a service's process. */
export interface ShellInput<S> {
  /** Of the service's resources. */
  readonly name: string;
  readonly estate: Estate;
  readonly place: Place;
  readonly settings: S;
  /** The texts of the plan, by path. */
  readonly texts: Readonly<Record<string, string>>;
  readonly trust: Trust;
  /** Parent of every resource that the service makes for itself. */
  readonly child: pulumi.CustomResourceOptions;
}

/** How a process is started. The rest of its workload follows from the definition. */
export interface Process {
  readonly env?: Readonly<Record<string, string>>;
  /** All of its files, the texts of the plan among them. */
  readonly files: Readonly<Record<string, pulumi.Input<string>>>;
  readonly onChange: OnChange;
  readonly checks?: readonly FileCheck[];
  readonly health: Workload["health"];
}

/** Content declared in a running service, possibly somebody else's. */
export interface ContentInput<S> {
  readonly name: string;
  readonly estate: Estate;
  readonly settings: S;
  /** Undefined where somebody else runs the service. */
  readonly place: Place | undefined;
  readonly trust: Trust;
  readonly running: Running | undefined;
  readonly parent: pulumi.Resource;
}

/**
 * The side of a service that makes resources. Loaded only where the service is deployed.
 */
export interface Shell<S> {
  process(input: ShellInput<S>): Process;
  /** Resources declared in the service. */
  content?(input: ContentInput<S>): void;
}

/**
 * One service. Its methods are pure; what makes resources is behind {@link Service.shell}.
 *
 * Annotate a definition with its key and fields (`Service<"redis", typeof fields>`): the type of the whole
 * configuration is made from the list of definitions.
 */
export interface Service<K extends string = string, F extends Fields = Fields> {
  /** Name of its component, place and scrape job. */
  readonly name: string;
  /** Section of the configuration: `vigil:<key>`. */
  readonly key: K;
  readonly fields: F;
  /** Type token of its component, after `vigil:index:`. Frozen once deployed. */
  readonly component: string;
  /** Upstream name of the program where processes are run: `node_exporter`. */
  readonly binary: string;
  /** Where containers are run; the reference is configured. */
  readonly image: Omit<Image, "reference">;
  /**
   * How its listener knows who asks, and so how it is scraped: by certificate, by a password for each who
   * asks, or not at all, as it listens on the loopback of the service that it stands {@link Service.beside}.
   */
  readonly listener: "certificate" | "login" | "open";
  /** Whether people open it, so that it is published where that is a decision. */
  readonly forPeople?: boolean;
  /** Whether every host has a process of it. @default false */
  readonly onHosts?: boolean;
  /** `host`: sees the machine itself, read-only. @default "itself" */
  readonly sees?: Workload["sees"];
  /** Service whose loopback it shares, as a sidecar of its workload. */
  readonly beside?: string;
  /** Whether it has data that must survive a restart. @default false */
  readonly persistent?: boolean;
  /**
   * Samples that a scrape may bring where the estate's own limit is higher: five to twenty times what it
   * brings on a large machine. Who took it over cannot make Prometheus hold more for it. Without it the
   * limit of the estate holds: of containers and dashboards there may be any number.
   */
  readonly mostSamples?: number;
  /** Programs and plugins without which the estate leaves it out. */
  optional?(settings: SettingsOf<F>): { readonly title: string; readonly needs: readonly string[] };
  /**
   * Whether a stack has it; `elsewhere` where somebody else runs it. @default always
   */
  wanted?(settings: SettingsOf<F>, traits: Traits): boolean | "elsewhere" | Missing;
  /** Its processes. @default one for each target that it is `on`, or one on the core's */
  runs?(settings: SettingsOf<F>): readonly Run<SettingsOf<F>>[];
  /** How often targets are asked and rules evaluated: of the one service that does both. */
  cadence?(settings: SettingsOf<F>): Cadence;
  /** Where people see the boards, for links in alerts. */
  boardsAt?(settings: SettingsOf<F>, place: Place | undefined): string | undefined;
  /** Its scrape jobs. @default its own, of which it is the only target */
  jobs?(input: JobsInput<SettingsOf<F>>): ScrapeJob[];
  /** The texts that it reads and that hold no secret, by path in its configuration folder. */
  texts?(estate: Estate, place: Place, settings: SettingsOf<F>): Readonly<Record<string, string>>;
  /** The arguments that it is started with. They hold no secret: everybody on its machine can read them. */
  args(input: ArgsInput<SettingsOf<F>>): readonly string[];
  /** Ways to people that go through it, by the names that the stack's output has. */
  tells?(estate: Pick<Estate, "common" | "has">, settings: SettingsOf<F>): readonly string[];
  /** Needs of alerts that it meets in no estate, each with the reason. */
  readonly lacks?: Lacks;
  /** The same, where it depends on the stack. */
  lacksHere?(settings: SettingsOf<F>, common: Common): Lacks;
  /** Contradictions between fields of its section that are each valid. */
  complaints?(settings: SettingsOf<F>, traits: Traits): Complaint[];
  /** The least that it must be allowed at what it watches. */
  readonly account?: Account;
  shell(): Promise<Shell<SettingsOf<F>>>;
}
