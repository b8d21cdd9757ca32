/** Milliseconds since 1970. */
export type Clock = () => number;

/** What is no jump but the clock being put right. */
const tolerance = 1_000;

/**
 * The machine's clock.
 *
 * @param onBack - Called when the clock was set back: what waits for a time would wait too long.
 */
export function machineClock(onBack: () => void, wall: Clock = Date.now): Clock {
  let last = wall();
  return () => {
    const now = wall();
    if (now < last - tolerance) onBack();
    last = now;
    return now;
  };
}
