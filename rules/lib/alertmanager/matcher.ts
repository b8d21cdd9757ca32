import type { Labels } from "../alert.ts";

/**
 * A condition on one label. A label that is absent has the empty value, so `notIn: [""]` asks for
 * its presence. Small enough that what may match can be reasoned about; see `reach.ts`.
 */
export type Matcher =
  | { readonly label: string; readonly in: readonly string[] }
  | { readonly label: string; readonly notIn: readonly string[] };

export const is = (label: string, ...values: readonly string[]): Matcher => ({ label, in: values });
export const isNot = (label: string, ...values: readonly string[]): Matcher => ({
  label,
  notIn: values,
});
export const present = (label: string): Matcher => isNot(label, "");
export const absent = (label: string): Matcher => is(label, "");

/** Whether a value, empty for an absent label, satisfies a matcher. */
export function accepts(matcher: Matcher, value: string): boolean {
  return "in" in matcher ? matcher.in.includes(value) : !matcher.notIn.includes(value);
}

/** Whether an alert with these labels satisfies every matcher. */
export function matches(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every((one) => accepts(one, labels[one.label] ?? ""));
}

const escapeRegex = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** As alertmanager.yml writes it: `severity="critical"`, `severity=~"warning|info"`. */
export function renderMatcher(matcher: Matcher): string {
  const [values, equals, resembles] =
    "in" in matcher ? [matcher.in, "=", "=~"] : [matcher.notIn, "!=", "!~"];
  const [only] = values;
  return values.length === 1
    ? `${matcher.label}${equals}${JSON.stringify(only)}`
    : `${matcher.label}${resembles}${JSON.stringify(values.map(escapeRegex).join("|"))}`;
}
