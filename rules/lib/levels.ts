/** A family said once, as the alerts it stands for. */
import type { AlertDefinition, FamilyDefinition, LevelDefinition, Series } from "./definition.ts";

/** Anything by name. */
export type Named = Readonly<Record<string, unknown>>;

/** The fields that every level takes from its family. */
function levelOf<S>(
  name: string,
  family: Omit<FamilyDefinition<S, Named>, "levels">,
  level: LevelDefinition,
): AlertDefinition<S> {
  const { beside, labels, range: usual, series: make, unit, ...shared } = family;
  const { range = usual, threshold: value, ...own } = level;
  const seriesOf = (measured: number | Series): Series => {
    if (typeof measured !== "number") return measured;
    if (make !== undefined) return make(measured);
    throw new Error(`${name} has a fixture of ${measured}, and no series that makes one of it`);
  };
  return {
    family: name,
    ...shared,
    ...own,
    threshold: { value, unit, ...(range && { range }) },
    fires: { ...(labels && { labels }), ...own.fires, series: seriesOf(own.fires.series) },
    quiet: { ...own.quiet, series: { ...seriesOf(own.quiet.series), ...beside } },
  };
}

/** The alerts of a family, in the order of its levels. */
export function levelsOf<S>(
  name: string,
  { levels, ...family }: FamilyDefinition<S, Named>,
): [name: string, definition: AlertDefinition<S>][] {
  return Object.entries<LevelDefinition>(levels).map(([level, own]) => [
    level,
    levelOf(name, family, own),
  ]);
}
