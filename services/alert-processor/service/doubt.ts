/** Whether what the memory holds may be over, because nobody was there to hear of it. */
import { quiet } from "../core/times.ts";
import type { Clock } from "./clock.ts";

/** How long Alertmanager is waited for: twice the time after which its list decides. */
const patience = 2 * quiet;

export type DoubtState = "begun" | "given up";

export interface Doubt {
  /**
   * Alerts that were last heard of before this time may be over: nothing is told of them that is true of open ones
   * only. Undefined where none is in doubt. To be called often: a long gap between calls counts as an absence.
   */
  readonly before: () => Promise<number | undefined>;
  /** Alertmanager's list has decided. */
  readonly end: () => void;
}

export interface DoubtOptions {
  readonly clock: Clock;
  /** Milliseconds by a clock that nobody sets. */
  readonly elapsed: () => number;
  /** When something was taken in last before a time; null where nothing was. */
  readonly heardBefore: (at: number) => Promise<number | null>;
  /** Told when doubts begin, and when Alertmanager is waited for no longer. */
  readonly onState: (state: DoubtState) => void;
}

/** Doubts after a time in which nobody listened that is longer than what Alertmanager makes up for on its own. */
export function doubtOf({ clock, elapsed, heardBefore, onState }: DoubtOptions): Doubt {
  let begun = { at: clock(), elapsed: elapsed() };
  let asked = begun.elapsed;
  let inDoubt: boolean | undefined;

  function begin(): void {
    inDoubt = true;
    onState("begun");
  }

  async function decide(): Promise<void> {
    const last = await heardBefore(begun.at);
    // Several ask at once.
    if (inDoubt !== undefined) return;
    inDoubt = false;
    if (last !== null && begun.at - last > quiet) begin();
  }

  async function before(): Promise<number | undefined> {
    const now = elapsed();
    if (now - asked > quiet) {
      begun = { at: clock(), elapsed: now };
      begin();
    }
    asked = now;
    if (inDoubt === undefined) await decide();
    if (inDoubt === true && now - begun.elapsed > patience) {
      inDoubt = false;
      onState("given up");
    }
    return inDoubt === true ? begun.at : undefined;
  }

  return {
    before,
    end: () => {
      inDoubt = false;
    },
  };
}
