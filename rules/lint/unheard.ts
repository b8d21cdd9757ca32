/** Whether somebody is notified where a label says that a program does not know. */
import type { AlertGroup } from "../lib/alert.ts";
import { plainOptions } from "../lib/rule-file.ts";
import type { Enumeration } from "../metrics/values.ts";
import { around, binaryOf, type Node, parse, selectors } from "./promql.ts";
import type { KnownValues } from "../metrics/values.ts";
import { accepts } from "./values.ts";

/** The unknown values of one label, and what alerts make of them. */
interface Asked {
  readonly name: string;
  readonly values: Enumeration;
  readonly by: Set<string>;
}

/** `…{status="true"} == 0` is true of every other value. */
const asksForTheOthers = (selector: Node): boolean =>
  [...around(selector)]
    .filter(({ type }) => type === "BinaryExpr")
    .map(binaryOf)
    .some(({ operator, right }) => operator.type === "Eql" && right.text === "0");

function askedBy(groups: readonly AlertGroup[], known: KnownValues): Asked[] {
  const asked = new Map<string, Asked>();
  for (const alert of groups.flatMap((group) => Object.values(group.alerts))) {
    for (const one of selectors(parse(alert.expression(undefined, plainOptions)))) {
      for (const label of new Set(one.matchers.map((matcher) => matcher.label))) {
        const values = known.of(one.metric, label);
        if (values === undefined || "free" in values || values.unknown === undefined) continue;
        const name = `${one.metric}{${label}}`;
        const entry = asked.get(name) ?? { name, values, by: new Set() };
        asked.set(name, entry);
        const mine = one.matchers.filter((matcher) => matcher.label === label);
        const heard = values.unknown.some((value) => mine.every((each) => accepts(each, value)));
        if (heard || asksForTheOthers(one.node)) entry.by.add(alert.name);
      }
    }
  }
  return [...asked.values()];
}

/**
 * Labels whose unknown value no alert is about though alerts ask for their other values, unless the
 * table says why that is right; and reasons that are not needed.
 */
export const unheard = (groups: readonly AlertGroup[], known: KnownValues): string[] =>
  askedBy(groups, known).flatMap(({ by, name, values: { unheard: reason, unknown = [] } }) => {
    if (by.size === 0)
      return reason === undefined ? [`no alert is about ${name}: ${unknown.join(", ")}`] : [];
    return reason === undefined
      ? []
      : [`${name} says why it is unheard, but ${[...by][0]} is about it`];
  });
