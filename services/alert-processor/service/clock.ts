/** Milliseconds since 1970. */
export type Clock = () => number;

/** Smaller steps are not a jump but the clock being adjusted. */
const tolerance = 1_000;

/** Knows what time it is, and for how long nobody has set it. */
export interface SteadyClock {
  readonly now: Clock;
  /** Milliseconds since the clock was set last, or this process began: of what is older nobody can say how old. */
  readonly steady: () => number;
  /** Whether the clock was set; to be asked often. @throws What `onSet` throws: it is asked again next time. */
  readonly look: () => Promise<void>;
}

export interface ClockOptions {
  /** The time for all who share the memory. */
  readonly wall: () => Promise<number>;
  /**
   * Puts right what was planned. The clock says the new time only when this is done, so that nothing is
   * measured from a time by one clock to a time by another.
   *
   * @param by - Milliseconds by which it was set.
   */
  readonly onSet: (by: number, now: number) => Promise<void>;
  /** Told that nobody has set it. */
  readonly onRight?: (now: number) => Promise<void>;
  /** Milliseconds by a clock that nobody sets. @default of this process */
  readonly elapsed?: () => number;
}

/** A clock that goes on evenly, by one that nobody sets; where the wall clock was set it follows when that is noticed. */
export async function steadyClock(options: ClockOptions): Promise<SteadyClock> {
  const { elapsed = () => performance.now(), onRight, onSet, wall } = options;
  let offset = (await wall().catch(() => Date.now())) - elapsed();
  let setAt = elapsed();

  async function look(): Promise<void> {
    const before = offset + elapsed();
    const said = await wall();
    const after = offset + elapsed();
    // It was said at some time in between, which may be long where a database is slow.
    const by = said - Math.min(Math.max(said, before), after);
    if (Math.abs(by) > tolerance) {
      await onSet(by, offset + elapsed() + by);
      setAt = elapsed();
    } else await onRight?.(offset + elapsed());
    offset += by;
  }

  return {
    now: () => Math.round(offset + elapsed()),
    steady: () => elapsed() - setAt,
    look,
  };
}
