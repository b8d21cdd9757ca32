import type { Logger } from "pino";
import type { Timed } from "../store/desk.ts";
import { type SteadyClock, steadyClock } from "./clock.ts";

/** Milliseconds between two notes of what time it is. */
const noting = 10_000;

/**
 * The clock of all who share a memory; planned times are corrected when somebody sets it.
 *
 * @param elapsed - Milliseconds by a clock that nobody sets.
 */
export function clockOf(
  store: Timed,
  logger: Logger,
  elapsed = () => performance.now(),
): Promise<SteadyClock> {
  let noted = -Infinity;
  return steadyClock({
    elapsed,
    wall: () => store.now(),
    onRight: async (now) => {
      if (elapsed() - noted < noting) return;
      await store.noteTime(now);
      noted = elapsed();
    },
    onSet: async (by, now) => {
      await store.adjust(by, now);
      const way = by > 0 ? "ahead" : "back";
      logger.warn({ seconds: Math.round(by / 1000) }, `the clock was set ${way}`);
    },
  });
}
