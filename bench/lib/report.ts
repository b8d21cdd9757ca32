/** How numbers are written: `ms`, `s`, `MB`, `KB`, `series`, `resources`, or nothing for a ratio. */
export type Unit =
  "s" | "ms" | "MB" | "KB" | "resources" | "series" | "times" | "ms/resource" | "%" | "tests/s";

/** One number that was measured. */
export interface Figure {
  readonly what: string;
  readonly unit: Unit;
  /** Median of the rounds, or the only value where nothing varies. */
  readonly value: number;
  /** Lower and upper quartile of the rounds. */
  readonly spread?: readonly [low: number, high: number];
  /** What it is measured against, in the same run and unit. */
  readonly reference?: { readonly what: string; readonly value: number };
  /** The most it may be. */
  readonly goal?: number;
}

/** The results of one bench. */
export interface Report {
  readonly name: string;
  readonly figures: readonly Figure[];
  /** Where the time goes, and other things worth a line. */
  readonly notes: readonly string[];
}

/** A module that measures. */
export interface Bench {
  /**
   * Measures within a bounded time and leaves nothing behind.
   *
   * @throws Error when it could not be measured; a goal that is missed is not an error.
   */
  readonly run: () => Promise<Report>;
}

/** Whether a figure is within its goal; undefined where it has none. */
export function isMet({ goal, value }: Figure): boolean | undefined {
  return goal === undefined ? undefined : value <= goal;
}
