/** What one alert silences, and the usual form of it: the cause of something over what follows. */
import { is, isNot, type Matcher, present } from "../lib/alertmanager/matcher.ts";

/** What one alert silences. */
export interface Inhibition {
  readonly name: string;
  readonly source: readonly Matcher[];
  readonly target: readonly Matcher[];
  /**
   * Labels that must be the same on both. Alertmanager takes a label that both lack for the same
   * one: where that would be wrong, source and target ask for its presence.
   */
  readonly equal: readonly string[];
}

export const named = (...names: string[]): Matcher => is("alertname", ...names);

/**
 * Alerts by name that silence others about one object.
 * @param object Labels that tell it, which both have.
 * @param place Labels that tell where it is, which both may lack.
 */
export function leads(
  name: string,
  by: readonly string[],
  over: readonly Matcher[],
  object: readonly string[],
  place: readonly string[],
): Inhibition {
  const there = object.map(present);
  return {
    name,
    source: [named(...by), ...there],
    target: [isNot("alertname", ...by), ...over, ...there],
    equal: [...place, ...object],
  };
}
