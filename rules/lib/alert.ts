import type { BoardLink } from "./boards.ts";
import type { Recording } from "./slo.ts";
import type { Need } from "./needs.ts";
import { type Dialect, type Kind, readsOf, render, ruleDialect, type Signal } from "./signal.ts";

/** How much it hurts, worst first. `none` is for the Watchdog, which is no complaint. */
export type Severity = "emergency" | "critical" | "warning" | "info" | "none";

export type Team = "sre" | "devops" | "dba" | "mlops" | "security";

/** What kind of thing an alert is about; a host that is down silences everything on it. */
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
  /** What `$value` then prints in the description, where it is used: `90%`. */
  readonly value?: string;
}

/** How the series of the firing fixture go on so that the alert ends. */
export interface Continuation {
  readonly series: Series;
  /** When it must be over, counted from the first sample of the continuation. */
  readonly at: Duration;
}

/** What every alert of a group has unless it says otherwise. */
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
  /** What must be there beside a program of its job; alerts may need something else. */
  readonly needs?: Need;
  /** How often the group is evaluated; Prometheus' own interval where it is not given. */
  readonly interval?: Duration;
}

/** What of the estate some expressions need. */
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
export interface AlertDefinition<S extends Readonly<Record<string, Signal>>> {
  readonly severity: Severity;
  readonly team?: Team;
  readonly scope?: Scope;
  readonly layer?: Layer;
  readonly board?: BoardLink;
  /** What must be there beside a program of its job, or it can never fire. */
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
  /** What is measured now and what it means; may use promtool templates. */
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
}

/** An alert with everything it inherits. */
export interface Alert extends Omit<
  AlertDefinition<Readonly<Record<string, Signal>>>,
  "board" | "family" | "layer" | "scope" | "team" | "when"
> {
  readonly name: string;
  readonly board: BoardLink;
  readonly family: string;
  readonly layer: Layer;
  readonly scope: Scope;
  readonly service: string;
  readonly team: Team;
  /** What a second copy of the program that tells of it tells. */
  readonly copies?: "same" | "own";
  /** Labels of the target in its fixtures. */
  readonly target: Labels;
  /** The condition with a threshold put in, over all instances or those the dialect names. */
  readonly expression: (threshold: number | undefined, estate: Estate, dialect?: Dialect) => string;
}

/** The alerts of one rule file. */
export interface AlertGroup<Name extends string = string> {
  readonly name: string;
  readonly service: string;
  /** The scrape job it is about: without it the group has nothing to look at. */
  readonly job?: string;
  readonly interval?: Duration;
  readonly signals: Readonly<Record<string, Signal>>;
  /** What it records beside its recorded signals. */
  readonly recordings?: readonly Recording[];
  readonly alerts: Readonly<Record<Name, Alert>>;
}

/** Joins definitions with the signals they are written in; a wrong signal name does not compile. */
export function defineAlerts<S extends Readonly<Record<string, Signal>>, const Name extends string>(
  owner: Owner,
  signals: S,
  definitions: Readonly<Record<Name, AlertDefinition<S>>>,
): AlertGroup<Name> {
  const { interval, name: file = owner.service, ...inherited } = owner;
  const rendered = (dialect: Dialect): Readonly<Record<keyof S, string>> =>
    Object.fromEntries(
      Object.entries(signals).map(([name, signal]) => [name, render(signal, dialect)]),
    ) as Record<keyof S, string>;
  const everywhere = rendered(ruleDialect);
  const alerts = Object.entries<AlertDefinition<S>>(definitions).map(
    ([name, { when, ...rest }]) => {
      const alert: Alert = {
        family: name,
        ...inherited,
        ...rest,
        name,
        expression: (threshold, estate, dialect) =>
          when(
            dialect === undefined ? everywhere : rendered(dialect),
            threshold ?? rest.threshold?.value ?? NaN,
            estate,
          ),
      };
      return [name, alert] as const;
    },
  );
  return {
    name: file,
    service: owner.service,
    ...(owner.target["job"] !== undefined && { job: owner.target["job"] }),
    ...(interval !== undefined && { interval }),
    signals,
    alerts: Object.fromEntries(alerts) as Record<Name, Alert>,
  };
}

/** Kind by metric of everything a group reads. */
export function readsOfGroup(group: AlertGroup): Map<string, Kind> {
  return new Map(Object.values(group.signals).flatMap((signal) => [...readsOf(signal)]));
}
