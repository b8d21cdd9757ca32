/**
 * What the values of labels can be. A rule that waits for a value that no program writes is deaf for
 * ever and its own fixtures cannot show it, so values that mean something are part of the inventory.
 */

/** A label whose values its program, or what the program watches, defines. */
export interface Enumeration {
  /** Every value that occurs; where `like` is given, a choice of them. An empty one: the label may be absent. */
  readonly values: readonly string[];
  /** What any value looks like, where there are more than anybody lists. */
  readonly like?: RegExp;
  /** Those that say that the program does not know. */
  readonly unknown?: readonly string[];
  /** Why no alert is about those that are unknown. */
  readonly unheard?: string;
  /** Those that say that there is nothing to know. */
  readonly notApplicable?: readonly string[];
}

/** A label whose values those choose who run things. */
export interface Free {
  /** What they name by it. */
  readonly free: string;
}

export type LabelValues = Enumeration | Free;

/** Labels by metric: by its name in the inventory, or by the start of several: `node_disk_*`. */
export type ValuesByMetric = Readonly<Record<string, Readonly<Record<string, LabelValues>>>>;

/** Values of gauges that are not amounts. */
export interface SpecialNumbers {
  /** What they say instead, in a sentence. */
  readonly says: string;
  /** The value of each; where there are several, they come together. */
  readonly values: Readonly<Record<string, number>>;
}

/** What a program, or a family of them, writes. */
export interface ProgramValues {
  /** Where it is said: `repository@tag: files`, or whose standard it is. */
  readonly source: string;
  readonly labels: ValuesByMetric;
}

/** What is known of the values of labels. */
export interface KnownValues {
  /** Undefined where nobody decided. */
  readonly of: (metric: string, label: string) => LabelValues | undefined;
}

/** What some of an enumeration's values say of themselves. */
type Marks = Pick<Enumeration, "notApplicable" | "unheard" | "unknown">;

/** These values and no others. */
export const oneOf = (values: readonly string[], marks: Marks = {}): Enumeration => ({
  values,
  ...marks,
});

/** Values of a form; the examples are what a matcher is tried on. */
export const like = (
  pattern: RegExp,
  examples: readonly string[],
  marks: Marks = {},
): Enumeration => ({ values: examples, like: pattern, ...marks });

/** Whatever somebody chose. */
export const free = (what: string): Free => ({ free: what });

/** The same labels for several metrics. */
export const share = (
  metrics: readonly string[],
  labels: Readonly<Record<string, LabelValues>>,
): ValuesByMetric => Object.fromEntries(metrics.map((metric) => [metric, labels]));
