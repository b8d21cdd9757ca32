import { render, ruleDialect, type Signal } from "./signal.ts";

/** How much it hurts, worst first. `none` is for the Watchdog, which is no complaint. */
export type Severity = "emergency" | "critical" | "warning" | "info" | "none";

export type Team = "sre" | "devops" | "dba" | "mlops" | "security";

/** What an alert is about; a host that is down silences everything of its scope below. */
export type Scope = "estate" | "target" | "host";

/** A number that configuration may override by the alert's name. */
export interface Threshold {
  readonly value: number;
  /** In words: `share of CPU time not idle`. */
  readonly unit: string;
}

/** Series in promtool's notation and the moment to look. */
export interface Fixture {
  /** `{ 'up{job="node"}': "1x5 0x10" }`, one sample a minute. */
  readonly series: Readonly<Record<string, string>>;
  readonly at: string;
}

/** Series that make it fire, and the labels it then has beside its own. */
export interface FiringFixture extends Fixture {
  readonly labels: Readonly<Record<string, string>>;
  /** What `$value` then prints in the description, where it is used: `90%`. */
  readonly value?: string;
}

/** An alert as its author writes it. Nothing of it is optional that someone woken by it needs. */
export interface AlertDefinition<S extends Record<string, Signal>> {
  readonly severity: Severity;
  readonly scope: Scope;
  /** Absent where there is nothing to tune. */
  readonly threshold?: Threshold;
  /** Condition in PromQL from the signals of the service and the threshold. */
  readonly when: (signals: Readonly<Record<keyof S, string>>, threshold: number) => string;
  /** How long the condition must hold; `0s` for events. */
  readonly for: string;
  /** One line, no value in it. */
  readonly summary: string;
  /** What is measured now and what it means; may use promtool templates. */
  readonly description: string;
  readonly fires: FiringFixture;
  /** Just under the threshold, or too short; `never` for one that always fires. */
  readonly quiet: Fixture | "never";
}

/** An alert with everything it inherits. */
export interface Alert extends Omit<AlertDefinition<Record<string, Signal>>, "when"> {
  readonly name: string;
  readonly service: string;
  readonly team: Team;
  /** The condition with a threshold put in. */
  readonly expression: (threshold: number | undefined) => string;
}

/** The alerts of one service. */
export interface AlertGroup<Name extends string = string> {
  readonly service: string;
  readonly alerts: Readonly<Record<Name, Alert>>;
}

/** Joins definitions with the signals they are written in; a wrong signal name does not compile. */
export function defineAlerts<S extends Record<string, Signal>, const Name extends string>(
  owner: { readonly service: string; readonly team: Team },
  signals: S,
  definitions: Readonly<Record<Name, AlertDefinition<S>>>,
): AlertGroup<Name> {
  const rendered = Object.fromEntries(
    Object.entries(signals).map(([name, signal]) => [name, render(signal, ruleDialect)]),
  ) as Record<keyof S, string>;
  const alerts = Object.entries<AlertDefinition<S>>(definitions).map(
    ([name, { when, ...rest }]) => {
      const alert: Alert = {
        ...rest,
        ...owner,
        name,
        expression: (threshold) => when(rendered, threshold ?? rest.threshold?.value ?? NaN),
      };
      return [name, alert] as const;
    },
  );
  return { service: owner.service, alerts: Object.fromEntries(alerts) as Record<Name, Alert> };
}
