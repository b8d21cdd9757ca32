import type { Inhibition } from "../../routing/leads.ts";
import type { Labels } from "../alert.ts";
import { accepts, type Matcher } from "./matcher.ts";

/** Alerts of one name, as routes and inhibitions see them. */
export interface AlertClass {
  /** Labels with the same value on all of them. */
  readonly fixed: Labels;
  /** Labels that each of them has with a value of its own. */
  readonly open: ReadonlySet<string>;
}

/** Whether one of the alerts may satisfy the matcher. */
function may(matcher: Matcher, { fixed, open }: AlertClass): boolean {
  // An open label has some value: presence is certain, any named value is possible.
  if (!open.has(matcher.label)) return accepts(matcher, fixed[matcher.label] ?? "");
  return "in" in matcher ? matcher.in.some((value) => value !== "") : true;
}

/** Whether one of each may have the same value of a label, or both lack it. */
function mayBeEqual(label: string, a: AlertClass, b: AlertClass): boolean {
  const [fixedA = "", fixedB = ""] = [a.fixed[label], b.fixed[label]];
  if (a.open.has(label)) return b.open.has(label) || fixedB !== "";
  if (b.open.has(label)) return fixedA !== "";
  return fixedA === fixedB;
}

/** Whether an alert of `source` may silence one of `target`. */
export function mayInhibit(rule: Inhibition, source: AlertClass, target: AlertClass): boolean {
  return (
    rule.source.every((one) => may(one, source)) &&
    rule.target.every((one) => may(one, target)) &&
    rule.equal.every((label) => mayBeEqual(label, source, target))
  );
}

/**
 * Rings of alerts that silence one another, which would leave nobody told. An alert that silences
 * itself is a ring of one. Each ring begins with its name that comes first.
 */
export function cycles(
  inhibitions: readonly Inhibition[],
  alerts: Readonly<Record<string, AlertClass>>,
): string[][] {
  const names = Object.keys(alerts).sort();
  const silenced = new Map(
    names.map((from) => [
      from,
      names.filter((to) => {
        const [source, target] = [alerts[from], alerts[to]];
        return source && target && inhibitions.some((rule) => mayInhibit(rule, source, target));
      }),
    ]),
  );
  /** The shortest way back to `start` over names that come after it. */
  const ring = (start: string): string[] | undefined => {
    const ways: string[][] = [[start]];
    const seen = new Set<string>();
    for (let way = ways.shift(); way; way = ways.shift()) {
      for (const next of silenced.get(way.at(-1) ?? "") ?? []) {
        if (next === start) return way;
        if (next < start || seen.has(next)) continue;
        seen.add(next);
        ways.push([...way, next]);
      }
    }
    return undefined;
  };
  return names.flatMap((name) => {
    const found = ring(name);
    return found ? [found] : [];
  });
}
