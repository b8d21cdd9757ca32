/** The definition of an alert, and of several levels of one condition. */
import type { BoardLink } from "./boards.ts";
import type { Need } from "./needs.ts";
import type { Signal } from "./signal.ts";

/** How much it hurts, worst first. `none` is for the Watchdog, which is not a complaint. */
export type Severity = "emergency" | "critical" | "warning" | "info" | "none";

export type Team = "sre" | "devops" | "dba" | "mlops" | "security";

/** The kind of thing an alert is about; a host that is down silences everything on it. */
export type Scope =
  | "estate"
  | "target"
  | "host"
  | "device"
  | "container"
  | "database"
  | "queue"
  | "cluster"
  | "node"
  | "pod"
  | "workload"
  | "model"
  | "probe"
  | "slo";

/** `basic`: the machine. `service`: a program on it. `business`: what people get from it. */
export type Layer = "basic" | "service" | "business";

/** A time as PromQL writes it: `90s`, `15m`, `7d`, `7h20m`. */
export type Duration = `${number}${"s" | "m" | "h" | "d"}` | `${number}h${number}m`;

/** A number that configuration may override by the alert's name. */
export interface Threshold {
  readonly value: number;
  /** In words: `share of CPU time not idle`. */
  readonly unit: string;
  /** Values that make sense, where the unit says too much or too little; see `rangeOf`. */
  readonly range?: { readonly min?: number; readonly max?: number; readonly below?: number };
}

/** Values by label; an empty value means that the label is not there. */
export type Labels = Readonly<Record<string, string>>;

/**
 * Series in promtool's notation, a sample a step: `{ 'up{job="node"}': "1x5 0x10" }`. Each gets the
 * labels of the group's target that it does not set itself.
 */
export type Series = Readonly<Record<string, string>>;

/** Series and the moment to look. */
export interface Fixture {
  readonly series: Series;
  readonly at: Duration;
}

/** Series that make it fire. */
export interface FiringFixture {
  readonly series: Series;
  /** The first step at which it fires: one step earlier it must not. */
  readonly from: Duration;
  /** Labels it has then, beside its own and those of the target: `{ device: "sda", instance: "" }`. */
  readonly labels?: Labels;
  /** Printed for `$value` in the description, where it is used: `90%`. */
  readonly value?: string;
}

/** How the series of the firing fixture go on so that the alert ends. */
export interface Continuation {
  readonly series: Series;
  /** When it must be over, counted from the first sample of the continuation. */
  readonly at: Duration;
}

/** Defaults for every alert of a group. */
export interface Owner {
  /** Label of the alerts and name of the runbook. */
  readonly service: string;
  /** Name of the rule group and its file; the service's where a service has one group. */
  readonly name?: string;
  readonly team: Team;
  readonly scope: Scope;
  readonly layer: Layer;
  readonly board: BoardLink;
  /** Labels of the target in fixtures: `{ job: "node", instance: "a:9100", host: "a" }`. */
  readonly target: Labels;
  /**
   * What a second copy of its program tells: `same`, the same facts about the same objects (as
   * kube-state-metrics does); `own`, what it does itself (as an API server does). @default own
   */
  readonly copies?: "same" | "own";
  /** Requirements besides a program of its job; alerts may have others. */
  readonly needs?: Need;
  /** How often the group is evaluated; Prometheus' own interval where it is not given. */
  readonly interval?: Duration;
}

/** Facts about the estate that some expressions need. */
export interface Estate {
  /** Names of the scrape jobs. */
  readonly jobs: readonly string[];
}

/**
 * What happens to every alert's own series in its tests, beyond what its author wrote; what must be
 * true then stands in `rules/lint/variants/`.
 */
export const variantNames = [
  "neighbour",
  "namesake",
  "replica",
  "restart",
  "relabelled",
  "moved",
  "mounted",
  "born",
  "removed",
  "lost",
  "unknown",
  "reset",
  "burst",
] as const;
export type VariantName = (typeof variantNames)[number];

/** An alert as its author writes it. Nothing of it is optional that someone woken by it needs. */
export interface AlertDefinition<S = Readonly<Record<string, Signal>>> {
  readonly severity: Severity;
  readonly team?: Team;
  readonly scope?: Scope;
  readonly layer?: Layer;
  readonly board?: BoardLink;
  /** Requirements besides a program of its job, without which it can never fire. */
  readonly needs?: Need;
  /** Alerts about the same thing in several severities share one: the worse silences the milder. */
  readonly family?: string;
  /** It says that its service is down, which silences the rest of that service there. */
  readonly down?: true;
  /** Absent where there is nothing to tune. */
  readonly threshold?: Threshold;
  /** Condition in PromQL from the signals of the service and the threshold. */
  readonly when: (
    signals: Readonly<Record<keyof S, string>>,
    threshold: number,
    estate: Estate,
  ) => string;
  /** How long the condition must hold; `0s` for events. */
  readonly for: Duration;
  /** How long it goes on firing after the condition ended; events have one, or nobody sees them. */
  readonly keepFiringFor?: Duration;
  /** One line, no value in it. */
  readonly summary: string;
  /** The measured value and what it means; may use promtool templates. */
  readonly description: string;
  /** Time between samples and evaluations in its tests; 1m where it is not given. */
  readonly step?: Duration;
  readonly fires: FiringFixture;
  /** Just under the threshold, or too short, beside series it must not look at; `never` for one that always fires. */
  readonly quiet: Fixture | "never";
  /** Where the quiet series cannot simply follow the firing ones. */
  readonly resolves?: Continuation;
  /** Variants in which it behaves otherwise by its nature, each with the reason why that is right. */
  readonly byNature?: Readonly<Partial<Record<VariantName, string>>>;
  readonly levels?: never;
}

/** The one condition of a family from the signals of the service and a threshold. */
type Condition<S> = AlertDefinition<S>["when"];

/** Series of a fixture, or the number from which the family makes them. */
type Measured<F extends { readonly series: Series }> = Omit<F, "series"> & {
  readonly series: number | Series;
};

/** One level of a family: what is said of it alone. */
export interface LevelDefinition {
  readonly severity: Severity;
  readonly threshold: number;
  /** Values that make sense of this level, where they are not those of the others. */
  readonly range?: Threshold["range"];
  readonly for: Duration;
  readonly summary: string;
  readonly description: string;
  readonly fires: Measured<FiringFixture>;
  readonly quiet: Measured<Fixture>;
}

/**
 * Alerts that ask one question of different thresholds: `warning` at 85 %, `critical` at 97 %. Named
 * by the label that they share, by which the worse silences the milder.
 *
 * @typeParam L - What has the names of the alerts as its keys.
 */
export interface FamilyDefinition<S, L> extends Partial<
  Pick<AlertDefinition<S>, "board" | "byNature" | "layer" | "needs" | "scope" | "step" | "team">
> {
  /** Of every threshold, in words. */
  readonly unit: string;
  readonly range?: Threshold["range"];
  readonly when: Condition<S>;
  readonly levels: { readonly [Name in keyof L]: LevelDefinition };
  /** The series of a fixture in which so much is measured. */
  readonly series?: (measured: number) => Series;
  /** Series that no level may react to; part of every quiet fixture. */
  readonly beside?: Series;
  /** Labels that each of them has when it fires; see {@link FiringFixture.labels}. */
  readonly labels?: Labels;
}
