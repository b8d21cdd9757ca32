import type { BoardLink } from "./boards.ts";
import type {
  AlertDefinition,
  Duration,
  Estate,
  FamilyDefinition,
  Labels,
  Layer,
  Owner,
  Scope,
  Team,
} from "./definition.ts";
import { levelsOf, type Named } from "./levels.ts";
import { type Dialect, type Kind, readsOf, render, ruleDialect, type Signal } from "./signal.ts";
import type { Recording } from "./slo.ts";

export type * from "./definition.ts";
export { variantNames } from "./definition.ts";

/** An alert with everything it inherits. */
export interface Alert extends Omit<
  AlertDefinition,
  "board" | "family" | "layer" | "levels" | "scope" | "team" | "when"
> {
  readonly name: string;
  readonly board: BoardLink;
  readonly family: string;
  readonly layer: Layer;
  readonly scope: Scope;
  readonly service: string;
  readonly team: Team;
  /** The meaning of a second copy of the program that reports it. */
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
  /** Its recording rules besides its recorded signals. */
  readonly recordings?: readonly Recording[];
  readonly alerts: Readonly<Record<Name, Alert>>;
}

/** Names of the alerts of a group: those of a family's levels stand one below. */
type NamesOf<M> = {
  [Name in keyof M]: unknown extends M[Name] ? Name : keyof M[Name];
}[keyof M] &
  string;

/** Joins definitions with the signals they are written in; a wrong signal name does not compile. */
export function defineAlerts<S extends Readonly<Record<string, Signal>>, const M>(
  owner: Owner,
  signals: S,
  definitions: { readonly [Name in keyof M]: AlertDefinition<S> | FamilyDefinition<S, M[Name]> },
): AlertGroup<NamesOf<M>> {
  const { interval, name: file = owner.service, ...inherited } = owner;
  const rendered = (dialect: Dialect): Readonly<Record<keyof S, string>> =>
    Object.fromEntries(
      Object.entries(signals).map(([name, signal]) => {
        const text = render(signal, dialect);
        return [name, dialect.splice?.(text) ?? text];
      }),
    ) as Record<keyof S, string>;
  const everywhere = rendered(ruleDialect);
  const single = Object.entries<AlertDefinition<S> | FamilyDefinition<S, Named>>(
    definitions,
  ).flatMap(([name, one]) =>
    one.levels === undefined ? [[name, one] as const] : levelsOf(name, one),
  );
  const alerts = single.map(([name, { when, ...rest }]) => {
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
  });
  return {
    name: file,
    service: owner.service,
    ...(owner.target["job"] !== undefined && { job: owner.target["job"] }),
    ...(interval !== undefined && { interval }),
    signals,
    alerts: Object.fromEntries(alerts) as Record<NamesOf<M>, Alert>,
  };
}

/** Kind by metric of everything a group reads. */
export function readsOfGroup(group: AlertGroup): Map<string, Kind> {
  return new Map(Object.values(group.signals).flatMap((signal) => [...readsOf(signal)]));
}
