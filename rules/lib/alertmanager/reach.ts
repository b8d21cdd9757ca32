import type { Labels } from "../alert.ts";
import { accepts, type Matcher, matches } from "./matcher.ts";
import type { Route } from "./route.ts";

/** Every value a label may have, by label. A label that is not here may have any, or be absent. */
export type Known = Readonly<Record<string, readonly string[]>>;

/** Stands for every value that no route names. */
const other = "\u0000other";

/** Values by label that say something to one of the matchers. */
function domains(matchers: readonly Matcher[], known: Known): Map<string, readonly string[]> {
  const named = new Map<string, Set<string>>();
  for (const matcher of matchers) {
    const values = named.get(matcher.label) ?? new Set(["", other]);
    for (const value of "in" in matcher ? matcher.in : matcher.notIn) values.add(value);
    named.set(matcher.label, values);
  }
  return new Map(
    [...named].map(([label, values]) => [
      label,
      known[label] ? [...known[label], other] : [...values],
    ]),
  );
}

/** Alerts with every choice of these values, lazily: the first that fits is enough. */
function* choices(values: readonly (readonly [string, readonly string[]])[]): Generator<Labels> {
  const [first, ...rest] = values;
  if (first === undefined) {
    yield {};
    return;
  }
  for (const value of first[1])
    for (const one of choices(rest)) yield { [first[0]]: value, ...one };
}

/** An alert that satisfies `wanted` and none of `before`; undefined where there cannot be one. */
function witness(
  wanted: readonly Matcher[],
  before: readonly (readonly Matcher[])[],
  known: Known,
): Labels | undefined {
  const all = domains([...wanted, ...before.flat()], known);
  const possible = [...all].map(
    ([label, values]) =>
      [
        label,
        values.filter((value) => wanted.every((one) => one.label !== label || accepts(one, value))),
      ] as const,
  );
  for (const labels of choices(possible)) {
    if (!before.some((matchers) => matches(matchers, labels))) return labels;
  }
  return undefined;
}

/** A route that no alert gets to. */
export interface Unreachable {
  readonly route: Route;
  /** Its own conditions and those of the routes it is part of. */
  readonly matchers: readonly Matcher[];
}

/**
 * The routes that no alert can get to: their conditions cannot be true together, ask for a value
 * that there is not, or routes before them take all. Routes below such a route are not listed again.
 *
 * @param known - Values of the labels whose values are known. Alerts with a value nobody foresaw are
 *   possible, but a route that asks for one waits without success.
 */
export function unreachable(root: Route, known: Known): Unreachable[] {
  const visit = (
    route: Route,
    above: readonly Matcher[],
    before: readonly (readonly Matcher[])[],
  ): Unreachable[] => {
    const matchers = [...above, ...route.matchers];
    if (witness(matchers, before, known) === undefined) return [{ route, matchers }];
    let taken = before;
    return route.routes.flatMap((child) => {
      const found = visit(child, matchers, taken);
      if (!child.goesOn) taken = [...taken, child.matchers];
      return found;
    });
  };
  return visit(root, [], []);
}

/**
 * The tree without ends that no alert can get to, whatever values its labels may have. A branch
 * stays: it stands for what somebody asked for.
 */
export function pruned(root: Route): Route {
  const dead = new Set(unreachable(root, {}).map(({ route }) => route));
  const keep = (route: Route): Route => ({
    ...route,
    routes: route.routes.filter((one) => one.routes.length > 0 || !dead.has(one)).map(keep),
  });
  return keep(root);
}
